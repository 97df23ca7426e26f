"""Menu and toolbar of xltools in LibreOffice: runs the project's code in the user's Python and serves it
the open workbook, one line of JSON for each question and answer.

Runs inside LibreOffice on its own Python (3.10 or later): standard library and UNO only.
"""

import json
import logging
import os
import subprocess
from pathlib import Path

import unohelper
import xltools_port
from com.sun.star.frame import XDispatch, XDispatchProvider
from com.sun.star.lang import XInitialization, XServiceInfo

PROTOCOL = "org.xltools.calc:"
IMPLEMENTATION = "org.xltools.calc.Buttons"
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "URE_BOOTSTRAP")
"""LibreOffice's own settings, which would lead another Python astray."""
NOT_STARTED = "无法启动 Python：{}。请在命令行运行 xltools addin install --calc 重新安装扩展。"
logger = logging.getLogger("xltools")


def interpreter():
    """The Python that was used to install this extension."""
    return (Path(xltools_port.__file__).parent / "xltools_python.txt").read_text("utf-8").strip()


def command(action):
    return [interpreter(), "-P", "-B", "-X", "utf8", "-m", "xltools.addin.relay", action]


def run(action, port):
    """Run ``action`` to its end; what goes wrong is shown to the user."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    hidden = {"creationflags": subprocess.CREATE_NO_WINDOW} if os.name == "nt" else {}
    try:
        process = subprocess.Popen(
            command(action),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            encoding="utf-8",
            **hidden,
        )
    except OSError as error:
        port.status(NOT_STARTED.format(error))
        return
    serve(process, port)
    process.stdin.close()
    problem = process.stderr.read()
    if process.wait() != 0:
        logger.error("%s: %s", action, problem)
        port.status(NOT_STARTED.format(problem.strip().splitlines()[-1] if problem.strip() else "没有说明"))


def serve(process, port):
    """Answer the questions of the project's code until it has none."""
    for line in process.stdout:
        question = json.loads(line)
        try:
            answer = {"result": getattr(port, question["method"])(*question["arguments"])}
        except Exception as error:  # whatever UNO raises belongs to the other side
            logger.exception("%s failed", question["method"])
            answer = {"error": f"{type(error).__name__}: {error}"}
        process.stdin.write(json.dumps(answer) + "\n")
        process.stdin.flush()


class Buttons(unohelper.Base, XInitialization, XDispatchProvider, XDispatch, XServiceInfo):
    """Handler of the addresses org.xltools.calc:… that menu and toolbar call."""

    def __init__(self, context, *arguments):
        self.context = context
        self.frame = None

    def initialize(self, arguments):
        if arguments:
            self.frame = arguments[0]

    def queryDispatch(self, url, target, flags):
        return self if url.Complete.startswith(PROTOCOL) else None

    def queryDispatches(self, requests):
        return tuple(self.queryDispatch(r.FeatureURL, r.FrameName, r.SearchFlags) for r in requests)

    def dispatch(self, url, arguments):
        action = url.Complete[len(PROTOCOL) :]
        run(action, xltools_port.CalcPort(self.context, self.frame.getController()))

    def addStatusListener(self, listener, url):
        pass

    def removeStatusListener(self, listener, url):
        pass

    def getImplementationName(self):
        return IMPLEMENTATION

    def supportsService(self, name):
        return name == "com.sun.star.frame.ProtocolHandler"

    def getSupportedServiceNames(self):
        return ("com.sun.star.frame.ProtocolHandler",)


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Buttons, IMPLEMENTATION, ("com.sun.star.frame.ProtocolHandler",))
