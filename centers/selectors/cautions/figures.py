"""What looks odd in the figures of the functions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from centers.models import FUNCTIONS
from centers.selectors.cautions.caution import Caution, Row, Said, odd

# No official figures stand behind these: usual for a center of a street or town [practice].
FIGURE_FACTOR = 5
# Small figures jump, and repeat, by chance.
FIGURE_FLOOR = 10
MOST_KINDS_OF_SUPPORT = 12


def function_kinds(row: Row, _on: date) -> Iterator[Caution]:
    """Kinds of support are kinds, not occasions."""
    count = row.get("count")
    if row.get("function") == "FN-24" and count is not None and count > MOST_KINDS_OF_SUPPORT:
        yield odd(
            "count",
            "kinds_are_occasions",
            _("%(count)s kinds? The document names six. Count kinds, not occasions."),
            count=count,
        )


def function_figures(said: Said) -> Iterator[Caution]:
    """Figures of the newest year beside those of the year before it."""
    figures = {
        (row.get("fiscal_year"), row.get("function")): row.get("count")
        for row in (*(said.before or ()), *said.rows)
    }
    year = max((row["fiscal_year"] for row in said.rows if row.get("fiscal_year")), default=None)
    if year is None:
        return
    for code in FUNCTIONS:
        found = _beside(figures.get((year, code)), figures.get((year - 1, code)))
        if found is not None:
            yield replace(found, field=code, year=year)
    blank = [code for code in FUNCTIONS if figures.get((year, code)) is None]
    if blank and not said.is_partial:
        yield replace(
            odd(
                "",
                "figures_blank",
                ngettext_lazy(
                    "%(count)s figure of %(year)s is blank, which means not filed: %(codes)s."
                    " Type 0 where there was none.",
                    "%(count)s figures of %(year)s are blank, which means not filed: %(codes)s."
                    " Type 0 where there was none.",
                    "count",
                ),
                count=len(blank),
                year=year,
                codes=" ".join(blank),
            ),
            year=year,
        )


def _beside(count: int | None, last: int | None) -> Caution | None:
    if count is None or last is None or max(count, last) < FIGURE_FLOOR:
        return None
    if count == last:
        return odd(
            "",
            "figure_unchanged",
            _("Exactly last year's figure, %(last)s. Was it counted anew?"),
            last=last,
        )
    if count > last * FIGURE_FACTOR or count * FIGURE_FACTOR < last:
        return odd(
            "",
            "figure_jumped",
            _("Last year it was %(last)s. If both are right, say why in the report."),
            last=last,
        )
    return None
