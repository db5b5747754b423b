"""Reviews of centers: assessed, commented on, reviewed, answered, rechecked, approved.

Whoever marked for the bureau, first or at a recheck, neither rechecks after it nor approves; nobody
reviews a center he works at.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from evaluation.models import Band, Objection, Review, ReviewRound, ReviewStep
from evaluation.rules import reviewing
from evaluation.rules.reviewing import Total, Unmarked
from evaluation.selectors import review_scores, thresholds
from evaluation.services import publications
from evaluation.services.review_marks import (
    MarksRefused,
    attach,
    missing,
    record,
    refuse_own_center,
)
from portal.errors import Conflict, DomainError, given
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.transitions import edit, transition
from portal.users.models import User
from portal.users.roles import Capability, roles_with
from portal.workdays import selectors as workdays

Status = Review.Status
TEXTS = {
    "opened": gettext_noop("%(center)s: the review %(round)s began. Assess yourselves by %(due)s."),
    "assessed": gettext_noop("%(center)s handed in its self-assessment for %(round)s."),
    "opinion": gettext_noop("%(center)s: the street or town gave its opinion for %(round)s."),
    "returned": gettext_noop("%(center)s: the self-assessment for %(round)s was sent back."),
    "told": gettext_noop("%(center)s: the bureau told the result of %(round)s. Reply by %(due)s."),
    "recheck": gettext_noop("%(center)s: the result of %(round)s is to be rechecked by another."),
    "objected": gettext_noop(
        "%(center)s: one more objection to its result in %(round)s was upheld; the recheck looks at"
        " it too."
    ),
    "rechecked": gettext_noop(
        "%(center)s: somebody else rechecks the result of %(round)s, by %(due)s; the points of"
        " before do not stand meanwhile."
    ),
    "objection": gettext_noop(
        "%(center)s: somebody objects to its result in %(round)s; answer by %(due)s."
    ),
    "answered": gettext_noop("%(center)s: an objection to its result in %(round)s was answered."),
    "settled": gettext_noop("%(center)s: the result of %(round)s waits for approval."),
    "approved": gettext_noop("%(center)s: the grade in %(round)s was approved."),
    "excluded": gettext_noop("%(center)s was left out of %(round)s."),
    "cancelled": gettext_noop("%(center)s: %(round)s was cancelled; nothing of it counts."),
    "final": gettext_noop("%(center)s: the result of %(round)s is final."),
    "regraded": gettext_noop("%(center)s: the grade in %(round)s changed; its page says why."),
    "soon": gettext_noop("%(center)s: your step in %(round)s is due on %(due)s."),
    "late": gettext_noop("%(center)s: your step in %(round)s was due on %(due)s."),
    "unanswered": gettext_noop(
        "%(center)s: an objection to its result in %(round)s was to be answered by %(due)s."
    ),
}


class SameReviewer(DomainError):
    """Who gave points for the bureau neither rechecks nor approves what was given."""


def step(
    review: Review, to: str, *, by: User | None, at: datetime, reason: str = "", **changes: Any
) -> None:
    """Move a review to ``to``, write ``changes`` with it, and append the step."""
    version = changes.pop("version", None)
    transition(review, to, version=version, **changes)
    _append(review, to, reason, by=by, at=at)
    record(review, to, by=by, at=at, reason=reason)


def _append(review: Review, status: str, reason: str, *, by: User | None, at: datetime) -> None:
    last = review.steps.aggregate(last=Max("number"))["last"] or 0
    ReviewStep.objects.create(
        review=review, number=last + 1, status=status, reason=reason, taken_by=by, taken_at=at
    )


@transaction.atomic
def submit_self(*, review: Review, version: int, by: User, at: datetime) -> Review:
    """Hand in the self-assessment; raises ``MarksRefused`` for what is missing."""
    _refuse_missing(review, "self")
    found = _total(review, by_center=True)
    step(
        review,
        Status.TOWNSHIP,
        by=by,
        at=at,
        version=version,
        assessed_by=by,
        assessed_at=at,
        self_total=found.total,
    )
    people = _holding(review, Capability.REVIEW_OPINION)
    tell(review, "assessed", people, by=by, at=at, page="evaluation:review-opinion")
    return review


@transaction.atomic
def give_opinion(*, review: Review, opinion: str, version: int, by: User, at: datetime) -> Review:
    """The street's or town's opinion; the bureau reviews next."""
    refuse_own_center(review, by=by)
    opinion = given(opinion, _("Write the opinion of the street or town."))
    _refuse_missing(review, "township")
    step(
        review,
        Status.DISTRICT,
        by=by,
        at=at,
        version=version,
        township_opinion=opinion,
        township_by=by,
        township_at=at,
    )
    tell(review, "opinion", _holding(review, Capability.REVIEW_MANAGE), by=by, at=at)
    return review


@transaction.atomic
def return_(*, review: Review, reason: str, version: int, by: User, at: datetime) -> Review:
    """Send the self-assessment back to the center with a reason."""
    refuse_own_center(review, by=by)
    reason = given(reason, _("Say what the center has to do better."))
    step(review, Status.SELF, by=by, at=at, reason=reason, version=version)
    tell(review, "returned", directors(review), by=by, at=at)
    return review


@transaction.atomic
def submit_review(
    *,
    review: Review,
    visited_on: date | None,
    visit_record: str,
    version: int,
    by: User,
    at: datetime,
) -> Review:
    """Tell the center what the bureau gives; it may reply within ``appeal_days``."""
    refuse_own_center(review, by=by)
    if visited_on is not None and visited_on > localdate(at):
        raise DomainError(_("The day of the visit lies in the future."))
    if review.extras.filter(status="claimed").exists():
        raise DomainError(_("Decide on every bonus that is claimed first."))
    _refuse_missing(review, "district")
    found = _total(review)
    days = _thresholds(review, at)["appeal_days"]
    due = workdays.add_working_days(localdate(at), days)
    step(
        review,
        Status.REPLY,
        by=by,
        at=at,
        version=version,
        visited_on=visited_on,
        visit_record=visit_record.strip(),
        reviewed_by=by,
        reviewed_at=at,
        district_total=found.total,
        reply_due_on=due,
    )
    tell(review, "told", directors(review), by=by, at=at, due=due)
    return review


@transaction.atomic
def reply(
    *,
    review: Review,
    agrees: bool,
    text: str,
    version: int,
    by: User,
    at: datetime,
    upload: File | None = None,
) -> Review:
    """The center agrees, or asks for a recheck and says why, perhaps with a file that proves it."""
    if agrees and upload is not None:
        raise DomainError(_("A file goes with asking for a recheck; who agrees attaches none."))
    if not agrees:
        text = given(text, _("Say what the center does not agree with, and why."))
    said: dict[str, Any] = {
        "reply": text.strip(),
        "reply_agrees": agrees,
        "replied_by": by,
        "replied_at": at,
    }
    if (
        review.status == Status.REPLY
        and review.reply_due_on
        and localdate(at) > review.reply_due_on
    ):
        raise Conflict(_("The time to reply is over."))
    if agrees:
        step(review, Status.SETTLED, by=by, at=at, version=version, **said)
        tell(review, "settled", _holding(review, Capability.REVIEW_APPROVE), by=by, at=at)
        return review
    to_recheck(review, by=by, at=at, reason=text.strip()[:500], version=version, **said)
    if upload is not None:
        attach(review=review, upload=upload, stage=Status.REPLY, by=by, at=at)
    return review


def to_recheck(review: Review, *, by: User, at: datetime, reason: str, **changes: Any) -> None:
    """Another person looks at the review once more, within ``recheck_days``."""
    due = workdays.last_day_to_answer(localdate(at), _thresholds(review, at)["recheck_days"])
    step(
        review,
        Status.RECHECK,
        by=by,
        at=at,
        reason=reason,
        recheck_number=review.recheck_number + 1,
        recheck_due_on=due,
        **changes,
    )
    tell(review, "recheck", others(review), by=by, at=at, due=due)
    tell(review, "rechecked", directors(review), by=by, at=at, due=due)


def close_replies(*, on: date, at: datetime) -> int:
    """Settle the reviews whose center did not reply in time; how many."""
    late = Review.objects.filter(status=Status.REPLY, reply_due_on__lt=on)
    closed = 0
    for review in late.select_related("center__division", "round").order_by("pk"):
        with transaction.atomic():
            try:
                step(review, Status.SETTLED, by=None, at=at)
            except Conflict:
                continue
            tell(review, "settled", _holding(review, Capability.REVIEW_APPROVE), by=None, at=at)
            closed += 1
    return closed


@transaction.atomic
def recheck(*, review: Review, opinion: str, version: int, by: User, at: datetime) -> Review:
    """What the recheck came to, by somebody who marked neither for the bureau nor at an earlier
    recheck; its marks count from here on. Raises ``SameReviewer``."""
    refuse_own_center(review, by=by)
    _refuse_judge(review, by, before_recheck=review.recheck_number)
    opinion = given(opinion, _("Write what the recheck came to."))
    step(
        review,
        Status.SETTLED,
        by=by,
        at=at,
        version=version,
        recheck_opinion=opinion,
        rechecked_by=by,
        rechecked_at=at,
    )
    tell(review, "settled", _holding(review, Capability.REVIEW_APPROVE), by=by, at=at)
    return review


@transaction.atomic
def approve(*, review: Review, version: int, by: User, at: datetime) -> Review:
    """Fix total and grade. Where a share of excellent is set, every review of the round has to be
    settled, because the grades depend on each other; see ``settle_grades``."""
    _approve([review], review.round, by=by, at=at, version=version)
    return review


@transaction.atomic
def approve_all(*, review_round: ReviewRound, by: User, at: datetime) -> int:
    """Fix totals and grades of all settled reviews of a round; how many."""
    settled = review_round.reviews.filter(status=Status.SETTLED)
    reviews = list(settled.select_related("center__division", "round__scheme").order_by("pk"))
    if not reviews:
        raise Conflict(_("No review of the round waits for approval."))
    _approve(reviews, review_round, by=by, at=at)
    return len(reviews)


def _approve(
    reviews: Sequence[Review],
    review_round: ReviewRound,
    *,
    by: User,
    at: datetime,
    version: int | None = None,
) -> None:
    for review in reviews:
        _refuse_approver(review, by)
    _hold_grades(review_round)
    totals = {review.pk: _total(review) for review in reviews}
    fallen = _beyond_quota(review_round, totals)
    for review in reviews:
        found = totals[review.pk]
        result = review_scores.as_json(found, list(review.answers.all()))
        grade = found.grade
        if review.pk in fallen:
            grade = reviewing.next_below(grade, review_scores.bands(review_round.scheme))
            result |= {"grade": grade, "is_beyond_quota": True}
        step(
            review,
            Status.APPROVED,
            by=by,
            at=at,
            version=version,
            approved_by=by,
            approved_at=at,
            final_total=found.total,
            grade=grade,
            result=result,
        )
        Objection.objects.filter(review=review, status="upheld", total_after=None).update(
            total_after=found.total
        )
        tell(review, "approved", directors(review), by=by, at=at)
    settle_grades(review_round=review_round, by=by, at=at)
    publications.keep_up(review_round=review_round, by=by, at=at)


@transaction.atomic
def settle_grades(*, review_round: ReviewRound, by: User, at: datetime) -> int:
    """Keep the share of excellent over all approved reviews of a round, whatever became of the
    others since; how many grades changed.

    Totals stay. A change is a step of its review with the reason, which the center is told. It is
    refused to whoever could not approve the review, and nothing is changed while a review of the
    round is not approved: its own approval settles the grades.
    """
    _hold_grades(review_round)
    waiting = review_round.reviews.exclude(status__in=(Status.APPROVED, Status.EXCLUDED))
    if review_round.scheme.excellent_quota is None or waiting.exists():
        return 0
    fallen = _beyond_quota(review_round, {})
    approved = review_round.reviews.filter(status=Status.APPROVED)
    changed = [
        review
        for review in approved.select_related("center__division", "round__scheme").order_by("pk")
        if _is_excellent(review) and (review.pk in fallen) == (review.grade == Band.Grade.EXCELLENT)
    ]
    for review in changed:
        _refuse_approver(review, by)
        _regrade(review, is_fallen=review.pk in fallen, by=by, at=at)
    publications.keep_up(review_round=review_round, by=by, at=at)
    return len(changed)


def _regrade(review: Review, *, is_fallen: bool, by: User, at: datetime) -> None:
    grade, before = str(Band.Grade.EXCELLENT), review.grade
    result = {key: value for key, value in review.result.items() if key != "is_beyond_quota"}
    if is_fallen:
        grade = reviewing.next_below(grade, review_scores.bands(review.round.scheme))
        result["is_beyond_quota"] = True
    with override(settings.LANGUAGE_CODE):
        reason = (
            _("After other results changed, it lies beyond the share that may be excellent.")
            if is_fallen
            else _("After other results changed, a place became free among the excellent.")
        )
    edit(review, version=review.version, grade=grade, result=result | {"grade": grade})
    _append(review, review.status, reason, by=by, at=at)
    record(review, "regrade", by=by, at=at, reason=reason, changes={"grade": [before, grade]})
    tell(review, "regraded", directors(review), by=by, at=at)


def _hold_grades(review_round: ReviewRound) -> None:
    """Whoever approves at the same moment sees what the other did: grades depend on each other."""
    if review_round.scheme.excellent_quota is not None:
        rows = ReviewRound.objects.select_for_update(no_key=True)
        rows.only("pk").get(pk=review_round.pk)


def _is_excellent(review: Review) -> bool:
    """Whether the points of an approved review reach the best grade, share or not."""
    return review.grade == Band.Grade.EXCELLENT or bool(review.result.get("is_beyond_quota"))


def _beyond_quota(review_round: ReviewRound, totals: Mapping[int, Total]) -> set[int]:
    """Which reviews of the round are excellent by their points and not by the share of the scheme.
    ``totals`` are those being approved; of the others what was approved, or is settled, counts."""
    share = review_round.scheme.excellent_quota
    if share is None:
        return set()
    taking_part = review_round.reviews.exclude(status=Status.EXCLUDED)
    through = (Status.SETTLED, Status.APPROVED, Status.FINAL)
    if taking_part.exclude(status__in=through).exists():
        raise Conflict(
            _(
                "At most a share of the centers is excellent: settle every review of the round"
                " first."
            )
        )
    best: dict[int, Decimal] = {}
    for review in taking_part.select_related("round__scheme"):
        found = totals.get(review.pk)
        if found is None and review.status == Status.SETTLED:
            found = _total(review)
        if found is not None and found.grade == Band.Grade.EXCELLENT:
            best[review.pk] = found.total
        elif found is None and _is_excellent(review):
            best[review.pk] = review.final_total or Decimal(0)
    return reviewing.quota(best, share, taking_part.count())


@transaction.atomic
def exclude(*, review: Review, reason: str, version: int, by: User, at: datetime) -> Review:
    """Leave a center out of the round, with the reason; not once its grade is approved or the
    results are announced."""
    refuse_own_center(review, by=by)
    reason = given(reason, _("Say why the center is left out."))
    if review.round.status != ReviewRound.Status.OPEN:
        raise Conflict(_("The results of the round were announced: no center is left out of it."))
    if review.status == Status.APPROVED:
        raise Conflict(_("The grade of this center is approved: it is not left out any more."))
    step(
        review, Status.EXCLUDED, by=by, at=at, reason=reason, version=version,
        exclude_reason=reason,
    )  # fmt: skip
    people = [*directors(review), *_holding(review, Capability.REVIEW_OPINION)]
    people += _holding(review, Capability.REVIEW_APPROVE)
    tell(review, "excluded", dict.fromkeys(people), by=by, at=at)
    return review


def end(*, review: Review, reason: str, by: User, at: datetime) -> None:
    """The round is cancelled, and the review with it, wherever it stands."""
    step(review, Status.EXCLUDED, by=by, at=at, reason=reason, exclude_reason=reason)
    tell(review, "cancelled", directors(review), by=by, at=at)


def _refuse_missing(review: Review, stage: str) -> None:
    if review.status == stage and (lines := missing(review, stage)):
        raise MarksRefused(lines)


def _refuse_judge(review: Review, by: User, *, before_recheck: int | None = None) -> None:
    if by.pk in review.judges(before_recheck=before_recheck):
        raise SameReviewer(
            _("You reviewed %(center)s; somebody else has to do this.")
            % {"center": review.center.name}
        )


def _refuse_approver(review: Review, by: User) -> None:
    refuse_own_center(review, by=by)
    _refuse_judge(review, by)


def _total(review: Review, *, by_center: bool = False) -> Total:
    try:
        return review_scores.total(review, by_center=by_center)
    except Unmarked as refusal:
        raise MarksRefused(
            [
                _("%(code)s has no figure: score it, or say that it does not apply.")
                % {"code": code}
                for code in refusal.codes
            ]
        ) from refusal


def _thresholds(review: Review, at: datetime) -> Any:
    return thresholds.for_division(review.center.division, localdate(at))


def directors(review: Review) -> list[User]:
    """Who hands in for the center."""
    codes = roles_with(Capability.REVIEW_SUBMIT)
    found = User.objects.filter(
        memberships__center=review.center_id, memberships__role__in=codes, is_active=True
    )
    return list(found.distinct())


def others(review: Review) -> list[User]:
    """Who may recheck for the bureau, and judged the review nowhere before."""
    judges = review.judges(before_recheck=review.recheck_number)
    found = _holding(review, Capability.REVIEW_MANAGE)
    return [user for user in found if user.pk not in judges]


def _holding(review: Review, capability: str) -> list[User]:
    return list(User.objects.holding(capability, review.center.division))


def tell(
    review: Review,
    text: str,
    users: Iterable[User],
    *,
    by: User | None,
    at: datetime,
    due: date | None = None,
    page: str = "",
    pk: int | None = None,
    key: str = "",
) -> None:
    """Tell people of a step, each on the page that he reads it on; on ``page``, of the object with
    ``pk`` where it is not the review's own. Once under ``key``, else once a step."""
    number = review.steps.count()
    letters = []
    for user in users:
        if by is not None and user.pk == by.pk:
            continue
        own = "admin:evaluation_review_change" if user.is_staff else "evaluation:review"
        news = News(
            key=f"review:{review.pk}:{key or f'{text}:{number}'}",
            text=TEXTS[text],
            params={
                "center": review.center.name,
                "round": review.round.title,
                "due": due.isoformat() if due else "",
            },
            url_path=reverse(page or own, args=[pk or review.pk]),
            division_path=review.center.division.path,
            due_on=due,
        )
        letters.append((user, news))
    inbox.deliver(letters=letters, at=at)
