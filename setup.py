"""What pyproject.toml cannot say: macros/ and workbooks/ of the top level travel inside the package.

An installed xltools finds them through ``xltools.resources``, as a checkout does.
"""

from setuptools import find_namespace_packages, setup

FOLDERS = {"xltools.macros": "macros", "xltools.workbooks": "workbooks"}

setup(
    packages=[*find_namespace_packages(include=["xltools*"]), *FOLDERS],
    package_dir=FOLDERS,
)
