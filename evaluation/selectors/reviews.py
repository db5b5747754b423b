"""Reviews as pages show them: whose marks a reader sees, how far a round is, the averages."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet

from centers.models import Center, Membership
from evaluation.models import (
    Band,
    Mark,
    Objection,
    Review,
    ReviewEvidence,
    ReviewExtra,
    ReviewRound,
)
from evaluation.models.review import ReviewQuerySet
from evaluation.permissions import can_give_opinion, can_manage_reviews
from evaluation.rules.reviewing import half_up
from evaluation.selectors import review_scores, review_words
from evaluation.selectors.review_scores import Standing
from portal.users.models import User
from portal.users.roles import Capability, roles_with

# Of an announced or final round; what is rechecked after an objection stands there without points.
BEFORE_EVERYBODY = ("approved", "final", "recheck", "settled")
# Whose grade stands; while a review is rechecked, that of before does not.
GRADED = ("approved", "final")
DUE = {"self": "self_due_on", "township": "township_due_on", "district": "district_due_on"}


@dataclass(frozen=True)
class Line:
    """An indicator as a reader sees it: the figure of the portal, the marks by stage, evidence,
    which is kept where it was voided."""

    standing: Standing
    marks: Sequence[Mark]
    figure: str
    items: Sequence[Mapping[str, Any]]
    levels: str
    evidence: Sequence[ReviewEvidence]


@dataclass(frozen=True)
class Part:
    """A section of a review with its lines."""

    code: str
    name: str
    points: Decimal
    lines: Sequence[Line]


def stages_for(review: Review, user: User) -> frozenset[str]:
    """Whose marks ``user`` reads: nobody what another drafts, the center and the street or town
    what the bureau gives once it was told. One query."""
    return stages_of([review], user)[review.pk]


def stages_of(reviews: Iterable[Review], user: User) -> dict[int, frozenset[str]]:
    """Review id → ``stages_for`` it, of reviews with their centers. One query."""
    at_centers = set(
        Membership.objects.filter(
            user=user, role__in=roles_with(Capability.REVIEW_ANSWER)
        ).values_list("center", flat=True)
    )
    return {each.pk: _stages(each, user, each.center_id in at_centers) for each in reviews}


def _stages(review: Review, user: User, is_of_center: bool) -> frozenset[str]:
    status = review.status
    is_bureau = user.is_superuser or can_manage_reviews(user, review.center.division)
    is_told = status in Review.TOLD
    found = set()
    if is_of_center or (review.assessed_at and status != "self"):
        found.add("self")
    is_given = is_told or (is_bureau and status not in ("self", "township"))
    if can_give_opinion(user, review) or is_given:
        found.add("township")
    if is_told:
        found.add("reply")
    if is_bureau or is_told:
        found.add("district")
    if is_bureau or (is_told and status != "recheck"):
        found.add("recheck")
    return frozenset(found)


def evidence_for(review: Review, user: User) -> dict[int | None, list[ReviewEvidence]]:
    """Answer id, None of the review as a whole → what was added that ``user`` may read, with what
    was voided. One query."""
    stages = stages_for(review, user)
    found: dict[int | None, list[ReviewEvidence]] = {}
    for each in review.evidence.select_related("file").order_by("pk"):
        if each.stage in stages:
            found.setdefault(each.answer_id, []).append(each)
    return found


def extras_for(review: Review, user: User) -> QuerySet[ReviewExtra]:
    """Bonuses and vetoes that ``user`` may read: what the center claims with its own marks, vetoes
    with those of the bureau. One query, and another once it is read."""
    stages = stages_for(review, user)
    kinds = [
        kind
        for kind, stage in (("bonus", Mark.Stage.SELF), ("veto", Mark.Stage.DISTRICT))
        if stage in stages
    ]
    found = review.extras.filter(kind__in=kinds)
    return found.select_related("file", "entered_by", "decided_by").order_by("pk")


def takes_objections(review_round: ReviewRound, on: date) -> bool:
    """Whether everybody may object to the results of a round."""
    until = review_round.publicity_until
    is_announced = review_round.status == ReviewRound.Status.PUBLICITY
    return is_announced and until is not None and on <= until


def objections_for(review: Review, user: User) -> QuerySet[Objection]:
    """Objections to a review that ``user`` reads with their answers: people of the center and of
    the bureau all, others their own. Whose they are, and how to reach them, is the bureau's."""
    of_center = Membership.objects.filter(
        user=user, center=review.center_id, role__in=roles_with(Capability.REVIEW_ANSWER)
    )
    may_read_all = can_manage_reviews(user, review.center.division) or of_center.exists()
    found = review.objections.all() if may_read_all else review.objections.filter(filed_by=user)
    return found.order_by("pk")


def public_answers(review_round: ReviewRound) -> list[Objection]:
    """The answered objections to final results, by center, of which everybody reads the answer. One
    query."""
    if review_round.status not in (ReviewRound.Status.FINAL, ReviewRound.Status.ARCHIVED):
        return []
    found = Objection.objects.filter(review__round=review_round).exclude(answer="")
    return list(found.select_related("review__center").order_by("review__center__code", "pk"))


def voidable(review: Review) -> frozenset[str]:
    """Of which stages evidence may be voided now: of the one where the review stands, and while the
    bureau reviews, of any."""
    if review.status in (Review.Status.DISTRICT, Review.Status.RECHECK):
        return frozenset(Mark.Stage.values)
    return frozenset({review.status}) & set(Mark.Stage.values)


def opinions(user: User) -> ReviewQuerySet:
    """Reviews of the streets and towns for which ``user`` gives the opinion."""
    within = Q(pk=None)
    for path in user.paths_with(Capability.REVIEW_OPINION):
        within |= Q(center__division__path__startswith=path)
    found = Review.objects.visible_to(user)
    return found if user.is_superuser else found.filter(within)


def parts(review: Review, user: User) -> list[Part]:
    """The sections of a review as ``user`` may read them. Four queries."""
    stages = stages_for(review, user)
    evidence = evidence_for(review, user)
    found: dict[str, Part] = {}
    lines: dict[str, list[Line]] = {}
    for standing in review_scores.standings(review):
        answer = standing.answer
        shown = [mark for stage, mark in standing.marks.items() if stage in stages]
        line = Line(
            standing,
            shown,
            review_words.figure(answer),
            review_words.items(answer),
            review_words.levels(answer),
            evidence.get(answer.pk, []),
        )
        code = answer.section_code
        own = lines.setdefault(code, [])
        own.append(line)
        found.setdefault(code, Part(code, answer.section_name, answer.section_points, own))
    return list(found.values())


def due_on(review: Review) -> date | None:
    """Until when the step is due at which the review stands; None where none is."""
    if review.status == "reply":
        return review.reply_due_on
    if review.status == "recheck":
        return review.recheck_due_on
    name = DUE.get(review.status)
    return getattr(review.round, name) if name else None


def is_late(review: Review, on: date) -> bool:
    """Whether the review stands at a step that was due before ``on``."""
    due = due_on(review)
    return due is not None and due < on


@dataclass(frozen=True)
class Grades:
    """How many centers got each grade, of ``graded`` of ``reviewed`` that were not left out."""

    rows: Sequence[tuple[str, int]]
    graded: int
    reviewed: int


def grades(review_round: ReviewRound) -> Grades:
    """Grades of a round, the best first, with both denominators. One query."""
    rows = review_round.reviews.exclude(status="excluded").values_list("grade", "status")
    counted = Counter(grade if status in GRADED else "" for grade, status in rows)
    labels = [(str(grade.label), counted[grade.value]) for grade in Band.Grade]
    return Grades(labels, sum(number for _label, number in labels), sum(counted.values()))


def progress(review_round: ReviewRound) -> list[tuple[str, int]]:
    """(state in words, how many reviews stand there), states without any left out. One query."""
    found = review_round.reviews.values("status").annotate(n=Count("pk")).order_by()
    counted = {row["status"]: row["n"] for row in found}
    return [(str(s.label), counted[s.value]) for s in Review.Status if s.value in counted]


def public_rounds(center: Center) -> list[ReviewRound]:
    """The announced and final rounds in which everybody reads a result of the center, newest
    first. One query."""
    told = Review.objects.filter(center=center, status__in=BEFORE_EVERYBODY)
    found = ReviewRound.objects.published().filter(Exists(told.filter(round=OuterRef("pk"))))
    return list(found.order_by("-year", "-pk"))


@dataclass(frozen=True)
class Averages:
    """The mean of the final points of a round, over ``count`` centers; None before it is told."""

    total: Decimal
    count: int


def averages(review_round: ReviewRound) -> Averages | None:
    """What a director may compare with: nothing before the results are published as final."""
    if review_round.status not in (ReviewRound.Status.FINAL, ReviewRound.Status.ARCHIVED):
        return None
    through = review_round.reviews.filter(status__in=GRADED)
    found = through.aggregate(mean=Avg("final_total"), count=Count("pk"))
    if not found["count"]:
        return None
    return Averages(half_up(Fraction(found["mean"])), found["count"])
