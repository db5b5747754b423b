"""A section's page as far as it can be read: for what helps while somebody still types.

A cell that cannot be read is unknown. A row that cannot stand without its cell (who, which post,
which dates) is left out as a whole. Both are told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from centers.forms.functions import FunctionLines
from centers.forms.rows import PersonRowForm, RowForm
from centers.selectors.cautions import Caution
from portal.errors import together

# Without its dates nobody knows whether a row holds; without these nobody knows whose it is.
DECISIVE = frozenset({"line", "starts_on", "ends_on", "person_name", forms.forms.NON_FIELD_ERRORS})


@dataclass(frozen=True)
class LeftOut:
    """A cell, or for its sake the whole row; ``number`` is the row's on the page."""

    number: int | None
    label: Any
    text: str
    is_row: bool


@dataclass(frozen=True)
class Place:
    """Where on the page a caution belongs."""

    caution: Caution
    number: int | None
    field: forms.BoundField | None


class Reading:
    """``rows`` as ``filings.save_section`` takes them, without what cannot be read.

    ``is_said`` is False while nothing is filled in and nothing is ticked.
    """

    def __init__(self, head: forms.Form, lines: Any) -> None:
        head.is_valid()
        lines.is_valid()
        self.lines = lines
        self.rows: list[dict[str, Any]] = []
        self.left_out: list[LeftOut] = []
        # (number on the page, form) of each of the rows.
        self._forms: list[tuple[int, RowForm]] = []
        if isinstance(lines, FunctionLines):
            self._read_figures()
        else:
            self._read_rows()
        self.is_said = bool(self.rows) or bool(head.cleaned_data.get("is_none"))

    @property
    def is_partial(self) -> bool:
        """Whether something was left out."""
        return bool(self.left_out)

    def _read_figures(self) -> None:
        self.rows = self.lines.rows
        for name, errors in self.lines.errors.items():
            label = self.lines.fields[name].label
            self.left_out.append(LeftOut(None, label, together(errors), is_row=False))

    def _read_rows(self) -> None:
        for number, form in enumerate(self.lines.forms, start=1):
            if not form.has_changed() or form.cleaned_data.get("DELETE"):
                continue
            wrong = {name: errors for name, errors in form.errors.items() if name != "DELETE"}
            is_lost = any(_is_decisive(form, name) for name in wrong)
            for name, errors in wrong.items():
                label = form.fields[name].label if name in form.fields else ""
                self.left_out.append(LeftOut(number, label, together(errors), is_lost))
            if not is_lost:
                unknown = dict.fromkeys(wrong)
                self.rows.append({**form.row(), **unknown})
                self._forms.append((number, form))

    def placed(self, cautions: Iterable[Caution]) -> list[Place]:
        """Each caution with its row and its field on the page, as far as they are there.

        Of a cell that cannot be read its error is told, and not that it is unknown.
        """
        places = map(self._place, cautions)
        return [place for place in places if not (place.field and place.field.errors)]

    def _place(self, caution: Caution) -> Place:
        if caution.position is not None:
            number, form = self._forms[caution.position - 1]
            return Place(caution, number, form[caution.field] if caution.field else None)
        is_shown = isinstance(self.lines, FunctionLines) and caution.year == self.lines.year
        field = self.lines[caution.field] if is_shown and caution.field else None
        return Place(caution, None, field)


def _is_decisive(form: RowForm, name: str) -> bool:
    person = form.person_field if isinstance(form, PersonRowForm) else ""
    is_required = name in form.fields and form.fields[name].required
    return name in DECISIVE or name == person or is_required
