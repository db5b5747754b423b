"""职能任务: one figure per function and year."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.forms.fields import AsTyped, DefinedField, count_field, define, year_field
from centers.models import FUNCTIONS, Section
from portal.cells import CellError, parse_year


def chosen_year(data: Mapping[str, Any], today: date) -> int:
    """The year a filing's page asks for, as ``year`` or as ``fiscal_year``; this year otherwise."""
    typed = data.get("fiscal_year") or data.get("year") or ""
    try:
        return parse_year(typed).value or today.year
    except CellError:
        return today.year


class FunctionLines(AsTyped, forms.Form):
    """The figures of one year. Blank is not filed, 0 is zero; other years stay as they are."""

    bound_field_class = DefinedField
    fiscal_year = year_field(label=_("Year"), widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        stored: Iterable[dict[str, Any]] = (),
        year: int,
        is_kept: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_kept = is_kept
        self.stored = {(row["fiscal_year"], row["function"]): row for row in stored}
        self.initial["fiscal_year"] = self.year = year
        for code, (title, _clause) in FUNCTIONS.items():
            field = self.fields[code] = count_field(label=title, required=False)
            define(field, Section.Kind.FUNCTIONS, code)
            self.initial[code] = self.stored.get((year, code), {}).get("count")

    @property
    def lines(self) -> list[tuple[str, Any]]:
        """(code, bound field) in the order of the document."""
        return [(code, self[code]) for code in FUNCTIONS]

    def line_of(self, code: str) -> Any:
        """Who the row of this figure is; None while there is none."""
        return self.stored.get((self.year, code), {}).get("line")

    @property
    def years(self) -> list[int]:
        """Years that have figures, newest first."""
        return sorted({year for year, _code in self.stored}, reverse=True)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All years' rows, by year and function; without the figures that cannot be read."""
        year = self.cleaned_data.get("fiscal_year")
        kept = {key: row for key, row in self.stored.items() if key[0] != year}
        filed = {
            (year, code): {
                **self.stored.get((year, code), {}),
                "fiscal_year": year,
                "function": code,
                "count": self.cleaned_data[code],
            }
            for code in FUNCTIONS
            if year is not None and self.cleaned_data.get(code) is not None
        }
        return [row for _key, row in sorted((kept | filed).items())]
