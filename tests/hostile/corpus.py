"""The whole corpus: importing this module puts every case into ``case.CASES``."""

from tests.hostile import containers, contents, dialects, mishaps, old_xls, open_sheet
from tests.hostile.case import CASES, Case, Expected, Found, Refused, Same

__all__ = ["CASES", "Case", "Expected", "Found", "Refused", "Same"]
ROOMS = (containers, dialects, contents, mishaps, old_xls, open_sheet)
