"""Excel add-in and LibreOffice extension: functions in cells, buttons, the builders of both."""

from importlib import metadata


def version() -> str:
    """Version of xltools; 0.0.0 in a checkout that was never installed."""
    try:
        return metadata.version("xltools")
    except metadata.PackageNotFoundError:
        return "0.0.0"
