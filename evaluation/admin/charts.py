"""What the charts of the bureau are drawn from: shares with their counts, for drawing and table
alike. The drawing itself is a template."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from evaluation.admin.marks import ROLLUPS, rollup_mark
from evaluation.models import Verdict
from evaluation.selectors.heatmaps import percent_of

# Narrower pieces of a bar carry no number; the table beside it has them all.
WIDTH_FOR_A_NUMBER = 6


def rollup_bars(summary):
    """One stacked bar for the roll-up and one per dimension: shares of centers per verdict."""
    labels = dict(Verdict.Rollup.choices)
    counted = [
        (_("roll-up"), summary.rollups),
        *(
            (Verdict._meta.get_field(name).verbose_name, summary.dimensions[name])
            for name in Verdict.DIMENSIONS
        ),
    ]
    return {
        "legend": [(code, labels[code]) for code in ROLLUPS],
        "marks": [rollup_mark(code) for code in ROLLUPS],
        "rows": [_bar(label, counts) for label, counts in counted],
    }


def _bar(label, counts):
    """(verdict, start, width, number) of every piece, in percent, and the counts."""
    total, start, pieces = counts.total(), Decimal(0), []
    for code in ROLLUPS:
        if counts[code]:
            width = Decimal(counts[code]) * 100 / total
            number = counts[code] if width >= WIDTH_FOR_A_NUMBER else ""
            pieces.append(
                {
                    "code": code,
                    "start": f"{start:.2f}",
                    "width": f"{width:.2f}",
                    "middle": f"{start + width / 2:.2f}",
                    "number": number,
                }
            )
            start += width
    return {
        "label": label,
        "pieces": pieces,
        "counts": [counts[code] for code in ROLLUPS],
        "total": total,
    }


def grade_bars(grades):
    """A bar per grade, the best first: its share of the centers that have a grade; no bars where
    none has."""
    rows = [
        {
            "label": label,
            "count": count,
            "width": f"{Decimal(count) * 100 / grades.graded:.2f}",
            "share": f"{percent_of(count, grades.graded)}%",
            "fill": "met",
        }
        for label, count in (grades.rows if grades.graded else ())
    ]
    return {"rows": rows, "graded": grades.graded, "reviewed": grades.reviewed}
