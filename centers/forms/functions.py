"""职能任务: one figure per function and year."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.forms.fields import count_field, year_field
from portal.cells import CellError, parse_year

# Code of the function: its title and the clause of part 二 that asks for it.
FUNCTIONS: dict[str, tuple[Any, str]] = {
    "FN-11": (_("Registration consultations"), "二(一)-1a"),
    "FN-12": (_("Annual inspections assisted"), "二(一)-1b"),
    "FN-13": (_("Training sessions"), "二(一)-1c"),
    "FN-14": (_("Grade assessments assisted"), "二(一)-1d"),
    "FN-15": (_("Activities to nurture activity teams"), "二(一)-1e"),
    "FN-16": (_("Activity teams filed or kept on file"), "二(一)-1f"),
    "FN-17": (_("Party-building services"), "二(一)-2"),
    "FN-18": (_("Early-warning reports, zero reports included"), "二(一)-3"),
    "FN-21": (_("Organizations incubated"), "二(二)-1"),
    "FN-22": (_("Occasions of taking part in community governance and service"), "二(二)-2"),
    "FN-23": (_("Matches of needs and offers"), "二(二)-3"),
    "FN-24": (_("Kinds of support service given"), "二(二)-4"),
    "FN-25": (_("Model organizations and brand projects"), "二(二)-5"),
    "FN-31": (_("Disputes helped to settle"), "二(三)-2"),
    "FN-32": (_("Consultation opinions"), "二(三)-3"),
    "FN-33": (_("Evaluations of public policy"), "二(三)-4"),
    "FN-34": (_("Publicity of public policy"), "二(三)-5"),
    "FN-41": (_("Public-welfare projects planned"), "二(四)-1"),
    "FN-42": (_("Organizations referred to government"), "二(四)-2"),
    "FN-43": (_("Budget bases supplied"), "二(四)-3"),
    "FN-44": (_("Projects reviewed, supervised or evaluated"), "二(四)-4"),
    "FN-45": (_("Guidance for public-welfare bidding"), "二(四)-5"),
}


def chosen_year(data: Mapping[str, Any], today: date) -> int:
    """The year a page asks for, as ``year`` or as ``fiscal_year``; this year otherwise."""
    typed = data.get("fiscal_year") or data.get("year") or ""
    try:
        return parse_year(typed).value or today.year
    except CellError:
        return today.year


class FunctionLines(forms.Form):
    """The figures of one year. Blank is not filed, 0 is zero; other years stay as they are."""

    fiscal_year = year_field(label=_("Year"), widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, stored: Iterable[dict[str, Any]] = (), year: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {(row["fiscal_year"], row["function"]): row for row in stored}
        self.initial["fiscal_year"] = self.year = year
        for code, (title, clause) in FUNCTIONS.items():
            field = self.fields[code] = count_field(label=title, required=False)
            field.clause = clause
            self.initial[code] = self.stored.get((year, code), {}).get("count")

    @property
    def lines(self) -> list[tuple[str, Any]]:
        """(code, bound field) in the order of the document."""
        return [(code, self[code]) for code in FUNCTIONS]

    @property
    def years(self) -> list[int]:
        """Years that have figures, newest first."""
        return sorted({year for year, _code in self.stored}, reverse=True)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All years' rows, by year and function."""
        year = self.cleaned_data["fiscal_year"]
        kept = {key: row for key, row in self.stored.items() if key[0] != year}
        filed = {
            (year, code): {
                **self.stored.get((year, code), {}),
                "fiscal_year": year,
                "function": code,
                "count": self.cleaned_data[code],
            }
            for code in FUNCTIONS
            if self.cleaned_data[code] is not None
        }
        return [row for _key, row in sorted((kept | filed).items())]
