"""What is wrong in a workbook, and where."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

LONGEST_VALUE = 60


@dataclass(frozen=True)
class CellProblem:
    """Place, value and reason of one problem; ``column_letter`` is "" for a whole row or sheet.

    ``row`` is 1-based as Excel shows it, 0 for the sheet as a whole.
    """

    sheet: str
    row: int
    column_letter: str
    header: str
    value: Any
    rule_code: str
    message: Any
    is_warning: bool = False

    def as_text(self) -> str:
        """One readable line."""
        return _("%(place)s: %(message)s") % {"place": self.place, "message": self.message}

    @property
    def place(self) -> str:
        """The sheet, the row and, for a cell, its letter, header and value."""
        names = {"sheet": self.sheet, "row": self.row, "column": self.column_letter}
        if not self.row:
            return _("Sheet %(sheet)s") % names
        if not self.column_letter:
            return _("Sheet %(sheet)s, row %(row)s") % names
        names |= {"header": self.header, "value": self.shown_value}
        return _("Sheet %(sheet)s, cell %(column)s%(row)s, %(header)s “%(value)s”") % names

    @property
    def shown_value(self) -> str:
        """The value on one line, shortened."""
        text = " ".join(str("" if self.value is None else self.value).split())
        return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
