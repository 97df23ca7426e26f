"""The one task runner: ``nox -s check`` before every commit; see CONTRIBUTING.md."""

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["check"]


@nox.session
def check(session: nox.Session) -> None:
    """Ruff, mypy strict, the tests."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("pytest", *session.posargs)


@nox.session
def quick(session: nox.Session) -> None:
    """The quick part, under a minute on two cores: no real clients, of each long campaign a share."""
    session.run("pytest", "-m", "not real and not long", *session.posargs)


@nox.session
def test(session: nox.Session) -> None:
    """The whole suite, under ten minutes on two cores."""
    session.run("pytest", *session.posargs)


@nox.session
def real(session: nox.Session) -> None:
    """The tests that drive a real LibreOffice."""
    session.run("pytest", "-m", "real", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Rebuild what is made from sources: compiled editions, workbooks, generated docs."""
    session.run("python", "-m", "xltools.build", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Rebuild the generated docs only."""
    session.run("python", "-m", "xltools.build", "docs")
