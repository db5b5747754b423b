"""What counts of a review: for each indicator the mark that stands, and the total of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluation.models import Answer, Mark, Review, ReviewExtra, Scheme
from evaluation.rules import reviewing
from evaluation.rules.reviewing import Line, Missing, Points, Section, Total

Marks = Mapping[str, Mark]


@dataclass(frozen=True)
class Standing:
    """An indicator of a review with its marks by stage, of rechecks the last, and what counts:
    ``points`` is None where nobody marked what only a person can mark."""

    answer: Answer
    marks: Marks
    points: Points | None


def standings(review: Review, *, by_center: bool = False) -> list[Standing]:
    """Every indicator in order; ``by_center`` as the center itself scores, what only the street or
    town scores left out. Two queries."""
    return standings_of([review], by_center=by_center)[review.pk]


def standings_of(
    reviews: Iterable[Review], *, by_center: bool = False
) -> dict[int, list[Standing]]:
    """Review id → its indicators in order. Two queries."""
    found: dict[int, list[Standing]] = {review.pk: [] for review in reviews}
    answers = Answer.objects.filter(review__in=list(found)).prefetch_related("marks")
    for answer in answers.order_by("pk"):
        found[answer.review_id].append(_standing(answer, by_center=by_center))
    return found


def _standing(answer: Answer, *, by_center: bool) -> Standing:
    marks: dict[str, Mark] = {}
    for mark in sorted(answer.marks.all(), key=lambda each: each.number):
        marks[mark.stage] = mark
    return Standing(answer, marks, _points(answer, marks, by_center=by_center))


def _points(answer: Answer, marks: Marks, *, by_center: bool) -> Points | None:
    is_of_township = answer.scorer == "township"
    if by_center and is_of_township:
        return reviewing.NOT_APPLICABLE
    stages = ["self"] if by_center else ["recheck", "district"]
    if is_of_township:
        stages.append("township")
    for stage in stages:
        mark = marks.get(stage)
        if mark is not None and mark.is_not_applicable:
            return reviewing.NOT_APPLICABLE
        if mark is not None and mark.points is not None:
            return Fraction(mark.points)
    return computed(answer)


def computed(answer: Answer) -> Points | None:
    """What the portal found, exact; None of what is scored by hand."""
    if answer.outcome == Answer.Outcome.SCORED:
        return Fraction(answer.computed["points"])
    return Missing(answer.outcome) if answer.outcome else None


def unmarked(found: Iterable[Standing]) -> list[str]:
    """Codes of the indicators that nobody marked."""
    return [each.answer.code for each in found if each.points is None]


def total(review: Review, *, by_center: bool = False) -> Total:
    """The total as the marks stand; raises ``reviewing.Unmarked`` where a scheme wants somebody to
    decide. What the center claims does not count before it is accepted."""
    scheme = review.round.scheme
    extras = [] if by_center else list(review.extras.filter(status=ReviewExtra.Status.ACCEPTED))
    return reviewing.total(
        sections(standings(review, by_center=by_center)),
        scheme.no_data_policy,
        [each.points or Decimal(0) for each in extras if each.kind == "bonus"],
        scheme.bonus_max,
        [each.name for each in extras if each.kind == "veto"],
        bands(scheme),
    )


def bands(scheme: Scheme) -> list[tuple[str, Decimal]]:
    """The grades of a scheme, each with where it begins. One query."""
    return list(scheme.bands.values_list("grade", "from_points"))


def sections(found: Iterable[Standing]) -> list[Section]:
    """The indicators by section, as the rules read them; what nobody marked has no data."""
    by_code: dict[str, tuple[Decimal, list[Line]]] = {}
    for each in found:
        answer = each.answer
        lines = by_code.setdefault(answer.section_code, (answer.section_points, []))[1]
        points = reviewing.NO_DATA if each.points is None else each.points
        lines.append(Line(answer.code, answer.points, points))
    return [Section(code, weight, lines) for code, (weight, lines) in by_code.items()]


def as_json(found: Total, answers: Sequence[Answer]) -> dict[str, Any]:
    """The total for ``Review.result``: exact numbers as text, each section with its denominator."""
    names = {answer.section_code: answer.section_name for answer in answers}
    return {
        "sections": [
            {
                "code": each.code,
                "name": names.get(each.code, ""),
                "weight": str(each.weight),
                "got": str(each.got),
                "max": str(each.max),
                "score": None if each.score is None else str(each.score),
                "shown": None if each.score is None else str(reviewing.half_up(each.score)),
                "left_out": list(each.left_out),
            }
            for each in found.sections
        ],
        "base": str(found.base),
        "bonus": str(found.bonus),
        "vetoes": list(found.vetoes),
        "total": str(found.total),
        "grade": found.grade,
    }
