"""What documents say of reviews and their rounds. In Chinese always.

Each function reads one kind of subject in a fixed number of queries; nobody types any of it.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from evaluation.models import Answer, Band, Review, ReviewRound
from evaluation.selectors.document_blocks import (
    NONE,
    Block,
    Gathered,
    NotReady,
    center_names,
    grid,
    points_text,
)
from portal.papers import date_text

NOT_MARKED, NOT_APPLICABLE = "未评", "不适用"


def review_notice(review_round: ReviewRound) -> Gathered:
    """Of a round that is opened."""
    if review_round.status != ReviewRound.Status.OPEN:
        raise NotReady(_("The notice is written once the round is opened."))
    reviews = list(_reviews(review_round).exclude(status=Review.Status.EXCLUDED))
    indicators = review_round.scheme.indicators.select_related("parent").order_by("code")
    values = _round(review_round) | {
        "as_of": date_text(review_round.as_of),
        "period_from": date_text(review_round.period_from),
        "period_to": date_text(review_round.period_to),
        "self_due": date_text(review_round.self_due_on),
        "township_due": date_text(review_round.township_due_on),
        "district_due": date_text(review_round.district_due_on),
        "count": str(len(reviews)),
    }
    centers = [
        [str(number), review.center.name, review.center.division.name]
        for number, review in enumerate(reviews, start=1)
    ]
    rows = [
        [each.parent.name, f"{each.code} {each.name}", points_text(each.points)]
        for each in indicators
        if each.parent is not None
    ]
    return Gathered(
        values,
        {
            "centers": [grid(["序号", "中心名称", "所在街镇"], centers)],
            "indicators": [grid(["部分", "指标", "分值"], rows)],
        },
    )


def review_result(review: Review) -> Gathered:
    """Of a review whose points by the bureau the center is told."""
    if review.status not in Review.TOLD:
        raise NotReady(_("The result is told once the bureau has reviewed the center."))
    values = _review(review) | {
        "grade": _grade(review.grade) or "未定",
        "reply_due": date_text(review.reply_due_on) if review.reply_due_on else "规定期限",
    }
    rows = [
        [answer.section_name, f"{answer.code} {answer.name}", points_text(answer.points), told]
        for answer, told in _counted(review, with_rechecks=False)
    ]
    return Gathered(values, {"results": [grid(["部分", "指标", "分值", "得分"], rows)]})


def recheck_opinion(review: Review) -> Gathered:
    """Of a review that was rechecked; its table has the indicators that the recheck marked."""
    if review.rechecked_at is None or not review.recheck_opinion:
        raise NotReady(_("The opinion is written once the review was rechecked."))
    values = _review(review) | {
        "reply": review.reply or "未提出具体意见。",
        "opinion": review.recheck_opinion,
    }
    before = dict(_counted(review, with_rechecks=False))
    rows = [
        [f"{answer.code} {answer.name}", points_text(answer.points), before[answer], told]
        for answer, told in _counted(review, with_rechecks=True)
        if any(mark.stage == "recheck" for mark in answer.marks.all())
    ]
    return Gathered(values, {"results": [grid(["指标", "分值", "初评得分", "复核得分"], rows)]})


def review_bulletin(review_round: ReviewRound) -> Gathered:
    """Of a round whose results are final."""
    if review_round.status not in (ReviewRound.Status.FINAL, ReviewRound.Status.ARCHIVED):
        raise NotReady(_("The bulletin is written once the results are published."))
    return Gathered(_totals(review_round), {"results": [_by_points(_graded(review_round))]})


def publicity_draft(review_round: ReviewRound) -> Gathered:
    """Of a round announced for objections: grades, no points."""
    begins, ends = review_round.publicity_from, review_round.publicity_until
    if review_round.status != ReviewRound.Status.PUBLICITY or begins is None or ends is None:
        raise NotReady(_("It is written while the results are announced."))
    reviews = sorted(_graded(review_round), key=lambda review: review.center.code)
    rows = [
        [str(number), review.center.name, _grade(review.grade)]
        for number, review in enumerate(reviews, start=1)
    ]
    days = {"publicity_from": date_text(begins), "publicity_until": date_text(ends)}
    values = _round(review_round) | days | {"count": str(len(reviews))}
    return Gathered(values, {"results": [grid(["序号", "中心名称", "考评等次"], rows)]})


def review_archive(review_round: ReviewRound) -> Gathered:
    """Of a round that is archived."""
    published_at = review_round.published_at
    if review_round.status != ReviewRound.Status.ARCHIVED or published_at is None:
        raise NotReady(_("It is written once the round is archived."))
    values = _totals(review_round) | {
        "published": date_text(localdate(published_at)),
        "sha256": review_round.snapshot_sha256,
    }
    return Gathered(values, {"results": [_by_points(_graded(review_round))]})


def _round(review_round: ReviewRound) -> dict[str, str]:
    return {
        "title": review_round.title,
        "year": str(review_round.year),
        "scheme": f"《{review_round.scheme.title}》",
    }


def _review(review: Review) -> dict[str, str]:
    return center_names(review.center) | {
        "title": review.round.title,
        "year": str(review.round.year),
        "total": NONE if review.district_total is None else points_text(review.district_total),
    }


def _reviews(review_round: ReviewRound) -> Any:
    return review_round.reviews.select_related("center__division").order_by("center__code")


def _graded(review_round: ReviewRound) -> list[Review]:
    return list(_reviews(review_round).exclude(status=Review.Status.EXCLUDED))


def _totals(review_round: ReviewRound) -> dict[str, str]:
    every = list(_reviews(review_round))
    reviews = [review for review in every if review.status != Review.Status.EXCLUDED]
    points = [review.final_total for review in reviews if review.final_total is not None]
    mean = sum(points, Decimal(0)) / len(points) if points else None
    graded = {
        grade: str(sum(1 for review in reviews if review.grade == grade))
        for grade in Band.Grade.values
    }
    return (
        _round(review_round)
        | graded
        | {
            "count": str(len(reviews)),
            "excluded": str(len(every) - len(reviews)),
            "mean": NONE if mean is None else f"{mean.quantize(Decimal('0.01'), ROUND_HALF_UP)}",
            "highest": points_text(max(points)) if points else NONE,
            "lowest": points_text(min(points)) if points else NONE,
        }
    )


def _by_points(reviews: Iterable[Review]) -> Block:
    ordered = sorted(reviews, key=lambda each: (-(each.final_total or 0), each.center.code))
    rows = [
        [
            str(number),
            review.center.name,
            NONE if review.final_total is None else points_text(review.final_total),
            _grade(review.grade),
        ]
        for number, review in enumerate(ordered, start=1)
    ]
    return grid(["序号", "中心名称", "得分", "等次"], rows)


def _counted(review: Review, *, with_rechecks: bool) -> list[tuple[Answer, str]]:
    """(indicator, the points that count) in order; three queries."""
    answers = review.answers.prefetch_related("marks").order_by("section_code", "code")
    return [(answer, _mark(answer, with_rechecks=with_rechecks)) for answer in answers]


def _mark(answer: Answer, *, with_rechecks: bool) -> str:
    """The last recheck's mark, else the bureau's, else the street's or town's where it scores,
    else what the portal found."""
    order = [*(["recheck"] if with_rechecks else []), "district"]
    order += ["township"] if answer.scorer == "township" else []
    for stage in order:
        marks = [mark for mark in answer.marks.all() if mark.stage == stage]
        for mark in sorted(marks, key=lambda each: -each.number):
            if mark.is_not_applicable:
                return NOT_APPLICABLE
            if mark.points is not None:
                return points_text(mark.points)
    if answer.outcome == Answer.Outcome.NOT_APPLICABLE:
        return NOT_APPLICABLE
    return NOT_MARKED if answer.computed_points is None else points_text(answer.computed_points)


def _grade(grade: str) -> str:
    return str(Band.Grade(grade).label) if grade else ""
