"""What the tests of the worksheet functions share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xltools.functions import CellError, FunctionError, call


@pytest.fixture(scope="session")
def error_of() -> Callable[..., CellError]:
    """The error a cell shows for a call that must fail."""

    def failing(name: str, *arguments: object) -> CellError:
        with pytest.raises(FunctionError) as caught:
            call(name, arguments)
        assert caught.value.reason
        return caught.value.error

    return failing
