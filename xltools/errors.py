"""The one exception for "cannot go on"; everything wrong *in* the figures is a finding instead."""


class XltoolsError(Exception):
    """Work cannot go on. Carries one Chinese sentence for the accountant and what to do about it.

    ``message`` says what is wrong, ``remedy`` what to do; ``str()`` joins both.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}{remedy}")
