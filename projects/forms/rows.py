"""Several rows typed into one field, as they are copied out of a spreadsheet."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget

from portal.errors import together

# Between two cells: a tab, as spreadsheets copy them, or an upright line. In a row with tabs an
# upright line is part of its cell.
TAB = "\t"
LINE = re.compile(r"\s*[|\uff5c]\s*")
MOST_ROWS = 200
SHOWN = 30


def lines_sent(data: Any, blank: int, most: int) -> int:
    """How many lines a page says that it had, of ``most`` at the most; ``blank`` where it says
    nothing that is a number."""
    text = data.get("lines", "")
    return min(int(text), most) if text.isascii() and text.isdecimal() else blank


class Column(NamedTuple):
    """A cell of each row: how it is called, and the field that reads it."""

    name: str
    label: Any
    field: forms.Field


class RowsField(forms.CharField):
    """Rows of ``columns``, one a line; gives a list of dictionaries. Every cell that cannot be read
    is named with its row, its column and what was typed."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, *, columns: Sequence[Column], **kwargs: Any) -> None:
        self.columns = columns
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 8}))
        kwargs.setdefault("strip", False)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_ROWS:
            raise ValidationError(
                _("%(count)s rows are too many: type %(most)s at most.")
                % {"count": len(lines), "most": MOST_ROWS}
            )
        problems: list[str] = []
        rows = [self._row(number, line, problems) for number, line in enumerate(lines, start=1)]
        if problems:
            raise ValidationError(problems)
        return rows

    def _row(self, number: int, line: str, problems: list[str]) -> dict[str, Any]:
        line = line.strip("\r\n")
        cells = line.split(TAB) if TAB in line else LINE.split(line)
        shown: dict[str, Any] = {"row": number}
        if len(cells) > len(self.columns):
            shown |= {"count": len(cells), "most": len(self.columns)}
            problems.append(_("Row %(row)s: %(count)s cells, at most %(most)s are read.") % shown)
        values = {}
        for index, column in enumerate(self.columns):
            typed = cells[index].strip() if index < len(cells) else ""
            try:
                values[column.name] = column.field.clean(typed)
            except ValidationError as refusal:
                shown |= {"column": column.label, "value": typed[:SHOWN] or "—"}
                shown["problem"] = together(refusal.messages)
                text = _("Row %(row)s, %(column)s “%(value)s”: %(problem)s")
                problems.append(text % shown)
        return values

    def shown(self, rows: Iterable[Any]) -> str:
        """Rows as they would be typed; each is an object with the columns as attributes."""
        return "\n".join(
            joined([_cell(column, getattr(row, column.name)) for column in self.columns])
            for row in rows
        )


class LabelField(forms.Field):
    """One of ``choices``, typed by its label or its code."""

    def __init__(self, *, choices: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = list(choices)

    def clean(self, value: Any) -> Any:
        typed = str(value).strip()
        for code, label in self.choices:
            if typed and typed in (str(code), str(label)):
                return code
        if not typed and not self.required:
            return ""
        known = _(", ").join(str(label) for _code, label in self.choices)
        raise ValidationError(_("type one of these: %(known)s.") % {"known": known})


def joined(cells: Sequence[str]) -> str:
    """One row as it would be typed, so that it is read as the same cells again."""
    has_line = any(LINE.search(cell) for cell in cells)
    return (TAB if has_line else " | ").join(cells)


def _cell(column: Column, value: Any) -> str:
    if isinstance(column.field, LabelField):
        return str(dict(column.field.choices).get(value, value))
    return "" if value is None else str(value)
