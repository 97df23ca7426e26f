"""Figures from elsewhere: exports of the 决算 software, published workbooks, last year's workbook.

``read_source`` recognises them by titles and headings and says what it did not recognise; ``merge`` puts them
into a report; ``propose`` and ``bring`` into a user's workbook, which never loses anything unsaid.
"""

from xltools.imports.imported import Imported, Recognised, Unrecognised
from xltools.imports.merging import Change, WrongYear, merge
from xltools.imports.proposal import Proposal, bring, propose, start
from xltools.imports.source import read_source

__all__ = [
    "Change",
    "Imported",
    "Proposal",
    "Recognised",
    "Unrecognised",
    "WrongYear",
    "bring",
    "merge",
    "propose",
    "read_source",
    "start",
]
