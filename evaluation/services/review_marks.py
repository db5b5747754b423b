"""What is entered in a review: figures, marks, evidence, bonuses and vetoes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centers.models import Membership
from evaluation.models import (
    Answer,
    Extra,
    Mark,
    Review,
    ReviewEvidence,
    ReviewExtra,
)
from evaluation.rules import reviewing
from evaluation.selectors import review_figures, review_scores
from evaluation.selectors import reviews as reading
from evaluation.selectors.review_figures import Found
from portal import voids
from portal.audit.services import Trail
from portal.errors import Conflict, DomainError, constraint_of, given, together
from portal.evidence import services as files
from portal.transitions import edit, transition
from portal.users.models import User

TENTHS = Decimal("0.0001")
COMPUTABLE = (Review.Status.SELF, Review.Status.TOWNSHIP, Review.Status.DISTRICT)
OPEN = (*COMPUTABLE, Review.Status.RECHECK)
COMPUTED = ("computed", "outcome", "computed_points", "computed_at")

record: Trail[Review] = Trail("evaluation.review", place=lambda review: review.center.division.path)


class MarksRefused(DomainError):
    """Marks that cannot be kept, each with its indicator; nothing of them is written."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(together(lines))
        self.lines = list(lines)


class ClaimedAlready(DomainError):
    """A bonus or veto of the review stands already."""


class OwnCenter(DomainError):
    """People of a center do not mark it for the street or the bureau."""


@dataclass(frozen=True)
class Entry:
    """What somebody gives for one indicator: points, or that it does not apply, and why."""

    points: Decimal | None = None
    is_not_applicable: bool = False
    agrees: bool | None = None
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was given."""
        return self.points is None and not self.is_not_applicable and self.agrees is None


@transaction.atomic
def compute(*, review: Review, at: datetime) -> None:
    """Find the figures of a review again, while it is not told to the center."""
    if review.status not in COMPUTABLE:
        raise Conflict(_("The figures of this review stand: its result was told."))
    compute_all([review], at=at)


def compute_all(reviews: Sequence[Review], *, at: datetime) -> None:
    """The figures of the reviews of one round, known at ``at``."""
    policy = reviews[0].round.scheme.no_data_policy
    answers = list(Answer.objects.filter(review__in=reviews).exclude(source="manual"))
    for answer in answers:
        answer.settings = dict(answer.settings)
    found = review_figures.found_for(reviews, answers, at)
    for answer in answers:
        _fill(answer, found[answer.pk], policy, at)
    Answer.objects.bulk_update(answers, COMPUTED, batch_size=500)


def _fill(answer: Answer, found: Found, policy: str, at: datetime) -> None:
    points = reviewing.score(answer.scoring, answer.settings, answer.points, found.figure, policy)
    is_scored = isinstance(points, Fraction)
    computed = {
        "points": str(points) if is_scored else None,
        "numerator": None if found.numerator is None else str(found.numerator),
        "denominator": None if found.denominator is None else str(found.denominator),
        "of": found.of,
        "items": list(found.items),
    }
    values = {
        "computed": computed,
        "outcome": "scored" if is_scored else str(points),
        "computed_points": _decimal(points) if isinstance(points, Fraction) else None,
        "computed_at": at,
    }
    for name in COMPUTED:
        setattr(answer, name, values[name])


def _decimal(points: Fraction) -> Decimal:
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(TENTHS, ROUND_HALF_UP)


@transaction.atomic
def save(
    *,
    review: Review,
    stage: str,
    marks: Mapping[str, Entry],
    version: int,
    by: User,
    at: datetime,
) -> Review:
    """Keep what ``by`` gives at a stage, by code of the indicator. A blank entry leaves what
    stands: what was given is changed, never unsaid.

    Raises ``MarksRefused``, ``OwnCenter``, ``Conflict``.
    """
    if review.status != stage:
        raise Conflict(
            _("Nothing was saved: the review is at “%(status)s” now.")
            % {"status": review.get_status_display()}
        )
    _refuse_marker(review, stage, by)
    edit(review, version=version)
    answers = {answer.code: answer for answer in review.answers.prefetch_related("marks")}
    given_marks = {code: entry for code, entry in marks.items() if not entry.is_blank}
    lines = [
        line
        for code, entry in given_marks.items()
        for line in _problems(answers.get(code), code, entry, stage)
    ]
    if lines:
        raise MarksRefused(lines)
    changed: dict[str, Any] = {}
    for code, entry in given_marks.items():
        changed |= _keep(answers[code], entry, stage, review, by=by, at=at)
    if changed:
        record(review, f"mark_{stage}", by=by, at=at, changes=changed)
    return review


def _refuse_marker(review: Review, stage: str, by: User) -> None:
    if stage != Mark.Stage.SELF:
        refuse_own_center(review, by=by)
    if stage == Mark.Stage.RECHECK and by.pk in review.judges(before_recheck=review.recheck_number):
        raise OwnCenter(_("You reviewed this center; somebody else has to recheck it."))


def refuse_own_center(review: Review, *, by: User) -> None:
    """Raises ``OwnCenter`` for people of the center under review."""
    if Membership.objects.filter(user=by, center=review.center_id).exists():
        raise OwnCenter(_("You work at this center; somebody else has to review it."))


def _problems(answer: Answer | None, code: str, entry: Entry, stage: str) -> list[str]:
    if answer is None:
        return [_("%(code)s: the review has no such indicator.") % {"code": code}]
    place = {"code": code, "given": entry.points}
    lines = _problems_of_points(answer, entry.points)
    if entry.is_not_applicable and not entry.note.strip():
        lines.append(_("%(code)s: say why it does not apply.") % place)
    if stage == Mark.Stage.SELF and answer.outcome in ("scored", "not_applicable"):
        lines.append(
            _("%(code)s: the portal counted this figure. If it is wrong, correct what was filed.")
            % place
        )
    if stage == Mark.Stage.TOWNSHIP:
        lines += _problems_of_opinion(answer, entry)
    elif not entry.note.strip() and _deviates(answer, entry, stage):
        lines.append(
            _(
                "%(code)s: %(given)s points differ from what was found, or what the center or its"
                " street or town gave; say why."
            )
            % place
        )
    return lines


def _problems_of_points(answer: Answer, points: Decimal | None) -> list[str]:
    """Why nobody may give these points: a level, an event or a yes that there is not."""
    if points is None:
        return []
    place = {"code": answer.code, "points": answer.points, "given": points}
    if not 0 <= points <= answer.points:
        text = _("%(code)s: %(given)s points are given; it is scored from 0 to %(points)s.")
        return [text % place]
    if reviewing.takes(answer.scoring, answer.settings, answer.points, points):
        return []
    if answer.scoring == "rubric":
        levels = reviewing.level_points(answer.settings, answer.points)
        said = "、".join(f"{name} {worth.normalize():f}" for name, worth in levels.items())
        text = _("%(code)s: no level gives %(given)s points; choose one of %(levels)s.")
        return [text % {**place, "levels": said}]
    if answer.scoring == "boolean":
        return [_("%(code)s: it gives %(points)s points or none, not %(given)s.") % place]
    text = _("%(code)s: %(each)s points go off for each event, which never leaves %(given)s.")
    return [text % {**place, "each": answer.settings["per_event"]}]


def _problems_of_opinion(answer: Answer, entry: Entry) -> list[str]:
    place = {"code": answer.code}
    lines = []
    is_scored_here = answer.scorer == "township"
    if entry.points is not None and not is_scored_here:
        lines.append(_("%(code)s: the bureau scores this; say whether you agree.") % place)
    if is_scored_here and entry.points is None and not entry.is_not_applicable:
        lines.append(_("%(code)s is scored by the street or town.") % place)
    if entry.agrees is False and not entry.note.strip():
        lines.append(_("%(code)s: say what you do not agree with.") % place)
    return lines


def _deviates(answer: Answer, entry: Entry, stage: str) -> bool:
    """Whether the bureau gives something else than what was counted or claimed."""
    if stage not in (Mark.Stage.DISTRICT, Mark.Stage.RECHECK) or entry.points is None:
        return False
    known = review_scores.computed(answer)
    if isinstance(known, Fraction):
        return _decimal(known).quantize(Decimal("0.001")) != entry.points.quantize(Decimal("0.001"))
    first = Mark.Stage.TOWNSHIP if answer.scorer == "township" else Mark.Stage.SELF
    own = next((mark for mark in answer.marks.all() if mark.stage == first), None)
    return own is not None and own.points is not None and own.points != entry.points


def _keep(
    answer: Answer, entry: Entry, stage: str, review: Review, *, by: User, at: datetime
) -> dict[str, Any]:
    number = max(review.recheck_number, 1) if stage == Mark.Stage.RECHECK else 1
    values = {
        "points": entry.points,
        "is_not_applicable": entry.is_not_applicable,
        "agrees": entry.agrees if stage == Mark.Stage.TOWNSHIP else None,
        "note": entry.note.strip(),
    }
    found = Mark.objects.filter(answer=answer, stage=stage, number=number).first()
    if found and all(getattr(found, name) == value for name, value in values.items()):
        return {}
    before = None if found is None else str(found.points)
    who = {"marked_by": by, "marked_at": at}
    if found is None:
        Mark.objects.create(answer=answer, stage=stage, number=number, **values, **who)
    else:
        edit(found, version=found.version, **values, **who)
    return {answer.code: [before, str(entry.points)]}


def attach(
    *,
    review: Review,
    by: User,
    at: datetime,
    answer: Answer | None = None,
    upload: File | None = None,
    text: str = "",
    url_path: str = "",
    stage: str = "",
) -> ReviewEvidence:
    """Add a file, or where the proof stands in the portal, to an indicator or to the review; of the
    stage where it stands, or of the reply with which the center asked for the recheck."""
    if review.status not in OPEN:
        raise Conflict(_("The result of this review was told; evidence is added with the reply."))
    if upload is None and not text.strip():
        raise DomainError(_("Attach a file, or say where the proof stands."))
    file = files.store(upload=upload, by=by, at=at) if upload else None
    with transaction.atomic():
        made = ReviewEvidence.objects.create(
            review=review,
            answer=answer,
            stage=stage or review.status,
            file=file,
            text=text.strip(),
            url_path=url_path,
            added_by=by,
            added_at=at,
        )
        record(review, "attach", by=by, at=at)
    return made


@transaction.atomic
def void(*, evidence: ReviewEvidence, reason: str, by: User, at: datetime) -> ReviewEvidence:
    """What was added by mistake proves nothing any more; it is kept with the reason."""
    reason = given(reason, _("Say why it proves nothing."))
    if evidence.review.status not in OPEN:
        raise Conflict(_("The result of this review was told; its evidence stands."))
    if evidence.stage not in reading.voidable(evidence.review):
        raise Conflict(_("Another stage added this: whoever reviews for the bureau may void it."))
    voids.void(evidence, reason=reason, by=by, at=at)
    record(evidence.review, "void_evidence", by=by, at=at, reason=reason)
    return evidence


def claim(
    *,
    review: Review,
    extra: Extra,
    facts: str,
    by: User,
    at: datetime,
    points: Decimal | None = None,
    upload: File | None = None,
) -> ReviewExtra:
    """Claim a bonus of the scheme, or enter a veto, with the facts it rests on; each once, until
    it is refused. Raises ``ClaimedAlready``."""
    facts = given(facts, _("Say what it rests on."))
    if extra.scheme_id != review.round.scheme_id:
        raise DomainError(_("The scheme of this round does not have it."))
    if review.status not in OPEN:
        raise Conflict(_("The bonuses and vetoes of this review stand."))
    if _stands(review, extra):
        said = _("“%(name)s” was entered already; each counts once.")
        raise ClaimedAlready(said % {"name": extra})
    if extra.kind == Extra.Kind.BONUS and not (
        points is not None and 0 < points <= (extra.points or 0)
    ):
        raise DomainError(
            _("Claim more than 0 and at most %(points)s points.") % {"points": extra.points}
        )
    file = files.store(upload=upload, by=by, at=at) if upload else None
    with _counting_once(), transaction.atomic():
        made = ReviewExtra.objects.create(
            review=review,
            extra=extra,
            kind=extra.kind,
            name=extra.name,
            facts=facts,
            claimed_points=points if extra.kind == Extra.Kind.BONUS else None,
            file=file,
            entered_by=by,
            entered_at=at,
        )
        record(review, "claim", by=by, at=at, reason=facts[:200])
    return made


def _stands(review: Review, extra: Extra) -> bool:
    return review.extras.filter(extra=extra).exclude(status=ReviewExtra.Status.REFUSED).exists()


@contextmanager
def _counting_once() -> Iterator[None]:
    """Says in words that a bonus or veto stands already, where another was quicker."""
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "reviewextra_counts_once":
            raise
        raise ClaimedAlready(_("This was entered already; each counts once.")) from error


@transaction.atomic
def decide(
    *,
    claim: ReviewExtra,
    accepts: bool,
    by: User,
    at: datetime,
    points: Decimal | None = None,
    reason: str = "",
) -> ReviewExtra:
    """Accept or refuse a bonus or a veto."""
    review = claim.review
    refuse_own_center(review, by=by)
    if review.status not in (Review.Status.DISTRICT, Review.Status.RECHECK):
        raise Conflict(_("Bonuses and vetoes are decided while the bureau reviews."))
    values: dict[str, Any] = {"points": None, "decision_reason": reason.strip()}
    if not accepts:
        values["decision_reason"] = given(reason, _("Say why it is not accepted."))
    elif claim.kind == Extra.Kind.BONUS:
        most = claim.extra.points or Decimal(0)
        points = claim.claimed_points if points is None else points
        if points is None or not 0 < points <= most:
            raise DomainError(
                _("Give more than 0 and at most %(points)s points.") % {"points": most}
            )
        values["points"] = points
    to = ReviewExtra.Status.ACCEPTED if accepts else ReviewExtra.Status.REFUSED
    with _counting_once(), transaction.atomic():
        transition(claim, to, decided_by=by, decided_at=at, **values)
    record(review, "decide_extra", by=by, at=at, reason=values["decision_reason"])
    return claim


def _is_scored(mark: Mark | None) -> bool:
    return mark is not None and (mark.points is not None or mark.is_not_applicable)


def missing(review: Review, stage: str) -> list[str]:
    """What a stage still lacks before it can be handed on, each as a sentence."""
    found = review_scores.standings(review, by_center=stage == Mark.Stage.SELF)
    if stage == Mark.Stage.TOWNSHIP:
        return [
            _("%(code)s is scored by the street or town.") % {"code": each.answer.code}
            for each in found
            if each.answer.scorer == "township" and not _is_scored(each.marks.get("township"))
        ]
    if stage != Mark.Stage.SELF:
        return [
            _("%(code)s was not scored yet.") % {"code": code}
            for code in review_scores.unmarked(found)
        ]
    proven = set(
        review.evidence.valid().filter(answer__isnull=False).values_list("answer", flat=True)
    )
    lines = []
    for each in found:
        answer = each.answer
        if answer.scorer == "township":
            continue
        if each.points is None:
            lines.append(_("%(code)s was not scored yet.") % {"code": answer.code})
        if answer.needs_evidence and "self" in each.marks and answer.pk not in proven:
            lines.append(_("%(code)s: attach what proves it.") % {"code": answer.code})
    return lines
