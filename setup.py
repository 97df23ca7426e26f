"""What pyproject.toml cannot say: macros/, workbooks/ and docs/ of the top level travel inside the package.

An installed xltools finds them through ``xltools.resources``, as a checkout does.
"""

from setuptools import find_namespace_packages, setup

FOLDERS = {"xltools.macros": "macros", "xltools.workbooks": "workbooks", "xltools.docs": "docs"}

setup(
    packages=[*find_namespace_packages(include=["xltools*"]), *FOLDERS],
    package_dir=FOLDERS,
)
