"""A round of reviews as a workbook: the results, and every indicator with its marks."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from evaluation.models import Review, ReviewRound
from evaluation.resources.simulations import Line, header_sheet
from evaluation.selectors import review_scores, review_words
from evaluation.selectors import reviews as reading
from portal.users.models import User
from portal.workbooks import Column, SheetContent, write

STAGES = ("self", "township", "district", "recheck")


def export(
    target: BinaryIO,
    *,
    header: Sequence[Line],
    review_round: ReviewRound,
    reviews: Sequence[Review],
    user: User,
) -> None:
    """What ``user`` may read of the reviews; nobody is named."""
    grades = reading.grades(review_round)
    about = [
        *header,
        (_("review scheme"), str(review_round.scheme)),
        (_("figures as of"), review_round.as_of),
        (_("Centers with a grade, of those reviewed"), f"{grades.graded}/{grades.reviewed}"),
    ]
    sheets = [
        header_sheet(about),
        SheetContent(_("Results of reviews"), _result_columns(), map(_result, reviews)),
        SheetContent(_("review indicators"), _line_columns(), _lines(reviews, user)),
    ]
    write(sheets, target, has_guide=False)


def _result_columns() -> list[Column]:
    return [
        *(Column("code", _("code"), is_text=True), Column("center", _("center"), is_text=True)),
        Column("status", _("status"), is_text=True),
        Column("self", _("points by the center")),
        Column("district", _("points by the bureau")),
        Column("final", _("final points")),
        Column("grade", _("review grade"), is_text=True),
        Column("vetoes", _("veto"), is_text=True),
    ]


def _result(review: Review) -> dict[str, Any]:
    is_graded = review.is_graded
    return {
        "code": review.center.code,
        "center": review.center.name,
        "status": review.get_status_display(),
        "self": review.self_total,
        "district": review.district_total,
        "final": review.final_total if is_graded else None,
        "grade": review.get_grade_display() if is_graded else "",
        "vetoes": "、".join(review.result.get("vetoes", ())) if is_graded else "",
    }


def _line_columns() -> list[Column]:
    return [
        *(Column("center", _("center"), is_text=True), Column("code", _("code"), is_text=True)),
        Column("name", _("indicator"), is_text=True),
        Column("points", _("full points")),
        Column("figure", _("Counted by the portal"), is_text=True),
        Column("self", _("self-assessment")),
        Column("township", _("opinion of the street or town")),
        Column("district", _("review of the bureau")),
        Column("recheck", _("recheck")),
        Column("notes", _("note"), is_text=True),
    ]


def _lines(reviews: Sequence[Review], user: User) -> Iterator[dict[str, Any]]:
    standings = review_scores.standings_of(reviews)
    stages_of = reading.stages_of(reviews, user)
    for review in reviews:
        stages = stages_of[review.pk]
        for each in standings[review.pk]:
            marks = {stage: each.marks.get(stage) for stage in STAGES if stage in stages}
            notes = [mark.note for mark in marks.values() if mark and mark.note]
            yield {
                "center": review.center.code,
                "code": each.answer.code,
                "name": each.answer.name,
                "points": each.answer.points,
                "figure": review_words.figure(each.answer),
                **{stage: mark.points if mark else None for stage, mark in marks.items()},
                "notes": "；".join(notes),
            }
