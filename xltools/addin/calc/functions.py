"""The worksheet functions of xltools as a UNO component. Generated: do not edit."""

import enum
import logging
import struct

if not hasattr(enum, "StrEnum"):  # LibreOffice may bring Python 3.10

    class StrEnum(str, enum.Enum):
        __str__ = str.__str__

    enum.StrEnum = StrEnum

import unohelper
from org.xltools.calc import XFunctions
from com.sun.star.lang import XServiceInfo

from decimal import Decimal

from xltools.functions import FunctionError, call

SERVICE = "@SERVICE@"
ERRORS = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
}
QUIET_NAN = 0x7FF8000000000000
logger = logging.getLogger("xltools")


def error_value(name):
    """The number by which Calc carries an error: a NaN that holds the error's code."""
    return struct.unpack("<d", struct.pack("<Q", QUIET_NAN | ERRORS[name]))[0]


def answer(name, arguments):
    """The result of a function; the reason of an error goes to the log, the cell shows the error."""
    try:
        result = call(name, trimmed(arguments))
    except FunctionError as error:
        logger.info("%s: %s %s", name, error.error, error.reason)
        return error_value(str(error.error))
    except Exception:
        logger.exception("%s failed", name)
        return error_value("#VALUE!")
    if isinstance(result, list):
        return tuple(tuple(plain(value) for value in row) for row in result)
    return plain(result)


def rows(result):
    """An array's result; an error stands for the whole."""
    return result if isinstance(result, tuple) else ((result,),)


def trimmed(arguments):
    """Arguments up to the last one given; a text that names an error is one."""
    given = list(arguments)
    while given and given[-1] is None:
        given.pop()
    return given


def plain(value):
    return float(value) if isinstance(value, Decimal) else value


class Functions(unohelper.Base, XFunctions, XServiceInfo):
    """One method per function, as the interface declares them."""

    def __init__(self, context, *arguments):
        self.context = context

    # METHODS
    def getImplementationName(self):
        return SERVICE + ".Implementation"

    def supportsService(self, name):
        return name == SERVICE

    def getSupportedServiceNames(self):
        return (SERVICE,)


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Functions, SERVICE + ".Implementation", (SERVICE,))
