"""Rounds of reviews: prepared, opened for centers, announced, made final, archived."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import Answer, Indicator, Review, ReviewRound, ReviewStep, Scheme
from evaluation.selectors import thresholds
from evaluation.services import publications, rectification_follows, review_marks, reviews
from portal.audit.services import Trail
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.jurisdictions.models import Division
from portal.transitions import edit as edit_row
from portal.transitions import lock, transition
from portal.users.models import User
from portal.workdays import selectors as workdays

Status = ReviewRound.Status
record: Trail[ReviewRound] = Trail(
    "evaluation.review_round", place=lambda review_round: review_round.district.path
)


class RoundRefused(DomainError):
    """A round that cannot be, or cannot go on yet."""


class ArchiveChanged(DomainError):
    """The archived text of a round does not have its SHA-256."""


def suggested(district: Division, start: date) -> dict[str, date]:
    """The deadlines counted from a day, in the working days that the district sets."""
    days = thresholds.for_division(district, start)
    calendar = workdays.load()
    found, day = {}, start
    for name in ("self", "township", "district"):
        day = calendar.add_working_days(day, int(days[f"{name}_days"]))
        found[f"{name}_due_on"] = day
    return found


@transaction.atomic
def draft(
    *,
    district: Division,
    scheme: Scheme,
    year: int,
    title: str,
    period_from: date,
    period_to: date,
    as_of: date,
    by: User,
    at: datetime,
    **deadlines: date,
) -> ReviewRound:
    """Prepare the round of a year; deadlines that are not given are suggested from today."""
    if scheme.status != Scheme.Status.ADOPTED or scheme.district_id != district.pk:
        raise RoundRefused(_("Adopt the scheme first: a round uses one that stands."))
    values = deadlines
    if set(deadlines) < {"self_due_on", "township_due_on", "district_due_on"}:
        values = suggested(district, localdate(at)) | deadlines
    try:
        with transaction.atomic():
            made = ReviewRound.objects.create(
                district=district,
                scheme=scheme,
                year=year,
                title=given(title, _("Give the round a title.")),
                period_from=period_from,
                period_to=period_to,
                as_of=as_of,
                created_by=by,
                created_at=at,
                **values,
            )
    except IntegrityError as error:
        raise _refused(error) from error
    record(made, "draft", by=by, at=at)
    return made


@transaction.atomic
def edit(
    *, review_round: ReviewRound, version: int, by: User, at: datetime, **values: Any
) -> ReviewRound:
    """Change a round that is being prepared; of an open one, the deadlines. Then it
    stands."""
    is_draft = review_round.status == Status.DRAFT
    if review_round.status not in (Status.DRAFT, Status.OPEN):
        raise Conflict(
            _("The round is at “%(status)s”: its deadlines stand.")
            % {"status": review_round.get_status_display()}
        )
    if not is_draft and set(values) - {"self_due_on", "township_due_on", "district_due_on"}:
        raise Conflict(_("The round is open: only its deadlines can be changed."))
    try:
        with transaction.atomic():
            edit_row(review_round, version=version, **values)
    except IntegrityError as error:
        raise _refused(error) from error
    changes = {name: [None, str(value)] for name, value in values.items()}
    record(review_round, "edit", by=by, at=at, changes=changes)
    return review_round


def _refused(error: IntegrityError) -> Exception:
    texts = {
        "review_round_once_a_year": _("The district has a round of this year already."),
        "review_round_deadlines_ordered": _(
            "The deadlines follow each other: center, street or town, bureau."
        ),
        "review_round_period": _("The period ends before it begins, or the figures lie before it."),
        "review_round_year": _("Give a year in four digits."),
    }
    text = texts.get(constraint_of(error))
    return RoundRefused(text) if text else error


@transaction.atomic
def open_(
    *,
    review_round: ReviewRound,
    centers: Sequence[Center],
    version: int,
    by: User,
    at: datetime,
) -> ReviewRound:
    """Begin the reviews of ``centers``: each gets a copy of every indicator, with its figures."""
    wanted = [c for c in centers if c.division.path.startswith(review_round.district.path)]
    if not wanted or len(wanted) < len(centers):
        raise RoundRefused(_("Choose at least one center, all of them of the district."))
    transition(review_round, Status.OPEN, version=version, opened_by=by, opened_at=at)
    made = [
        Review.objects.create(round=review_round, center=center)
        for center in sorted(wanted, key=lambda center: center.code)
    ]
    rows = list(
        Indicator.objects.filter(scheme=review_round.scheme, parent__isnull=False)
        .select_related("parent")
        .order_by("position", "code")
    )
    Answer.objects.bulk_create(_answer(review, row) for review in made for row in rows)
    ReviewStep.objects.bulk_create(
        ReviewStep(review=review, number=1, status="self", taken_by=by, taken_at=at)
        for review in made
    )
    review_marks.compute_all(made, at=at)
    record(review_round, "open", by=by, at=at, changes={"centers": [None, str(len(made))]})
    for review in made:
        people = reviews.directors(review)
        reviews.tell(review, "opened", people, by=by, at=at, due=review_round.self_due_on)
    return review_round


def _answer(review: Review, row: Indicator) -> Answer:
    """The copy that the review asks, whatever becomes of the scheme."""
    section: Any = row.parent
    return Answer(
        review=review,
        indicator=row,
        section_code=section.code,
        section_name=section.name,
        section_points=section.points,
        code=row.code,
        name=row.name,
        clause=row.clause,
        points=row.points,
        scoring=row.scoring,
        source=row.source,
        settings=row.settings,
        standard=row.standard,
        scorer=row.scorer,
        needs_evidence=row.needs_evidence,
    )


@transaction.atomic
def cancel(
    *, review_round: ReviewRound, reason: str, version: int, by: User, at: datetime
) -> ReviewRound:
    """Give a round up before it is announced; nothing of it counts, and its reviews end with it."""
    reason = given(reason, _("Say why the round is cancelled."))
    lock(review_round, Status.CANCELLED, version=version)
    on_their_way = review_round.reviews.exclude(status=Review.Status.EXCLUDED)
    held = on_their_way.select_for_update(of=("self",)).select_related("center__division", "round")
    for review in held.order_by("pk"):
        reviews.end(review=review, reason=reason, by=by, at=at)
    transition(review_round, Status.CANCELLED, version=version, cancel_reason=reason)
    record(review_round, "cancel", by=by, at=at, reason=reason)
    return review_round


@transaction.atomic
def announce(*, review_round: ReviewRound, version: int, by: User, at: datetime) -> ReviewRound:
    """Announce the grades for objections, for ``publicity_days`` working days."""
    lock(review_round, Status.PUBLICITY, version=version)
    open_ones = review_round.reviews.exclude(status__in=["approved", "excluded"])
    if waiting := list(open_ones.values_list("center__name", flat=True)[:5]):
        raise RoundRefused(
            _("Not every grade is approved yet: %(centers)s.") % {"centers": "、".join(waiting)}
        )
    if not review_round.reviews.filter(status="approved").exists():
        raise RoundRefused(_("No center was reviewed: there is nothing to announce."))
    reviews.settle_grades(review_round=review_round, by=by, at=at)
    start = localdate(at)
    days = int(thresholds.for_division(review_round.district, start)["publicity_days"])
    until = workdays.add_working_days(start, days)
    transition(
        review_round,
        Status.PUBLICITY,
        version=version,
        publicity_from=start,
        publicity_until=until,
    )
    record(review_round, "announce", by=by, at=at)
    publications.of_round(review_round=review_round, by=by, at=at)
    return review_round


@transaction.atomic
def publish(*, review_round: ReviewRound, version: int, by: User, at: datetime) -> ReviewRound:
    """Make the results final: after the days of public notice, with no objection open."""
    lock(review_round, Status.FINAL, version=version)
    until = review_round.publicity_until
    if until is None or localdate(at) <= until:
        raise RoundRefused(
            _("Objections are taken until %(day)s; the results become final after it.")
            % {"day": until}
        )
    still_open = review_round.reviews.filter(objections__status="open").distinct()
    if count := still_open.count():
        raise RoundRefused(
            _("%(count)s reviews have an objection that is not answered yet.") % {"count": count}
        )
    approved = review_round.reviews.exclude(status="excluded")
    if waiting := list(
        approved.exclude(status="approved").values_list("center__name", flat=True)[:5]
    ):
        raise RoundRefused(
            _("Not every grade is approved yet: %(centers)s.") % {"centers": "、".join(waiting)}
        )
    for review in approved.select_related("center__division", "round").order_by("pk"):
        reviews.step(review, Review.Status.FINAL, by=by, at=at)
        reviews.tell(review, "final", reviews.directors(review), by=by, at=at)
    transition(review_round, Status.FINAL, version=version, published_by=by, published_at=at)
    record(review_round, "publish", by=by, at=at)
    rectification_follows.follow(center_ids=[each.center_id for each in approved], at=at)
    publications.of_round(review_round=review_round, by=by, at=at)
    return review_round


@transaction.atomic
def archive(*, review_round: ReviewRound, version: int, by: User, at: datetime) -> ReviewRound:
    """Keep the whole round as one canonical text with its SHA-256; nothing changes after it."""
    text = snapshot(review_round)
    transition(
        review_round,
        Status.ARCHIVED,
        version=version,
        snapshot=text,
        snapshot_sha256=sha256(text.encode()).hexdigest(),
    )
    record(review_round, "archive", by=by, at=at)
    return review_round


def archived_text(*, review_round: ReviewRound, by: User, at: datetime) -> bytes:
    """What was archived, after its SHA-256 was counted again; the trail says who took it.

    Raises ``ArchiveChanged``.
    """
    text = review_round.snapshot.encode()
    if sha256(text).hexdigest() != review_round.snapshot_sha256:
        raise ArchiveChanged(
            _(
                "The archived text of %(round)s is not what its SHA-256 was counted of; nothing is"
                " handed out. Restore it from a backup."
            )
            % {"round": review_round.title}
        )
    record(review_round, "read_archive", by=by, at=at)
    return text


def snapshot(review_round: ReviewRound) -> str:
    """Everything of a round as JSON: sorted keys, decimals and days as text, people by number."""
    found = (
        review_round.reviews.select_related("center")
        .prefetch_related("answers__marks", "evidence__file", "extras", "steps", "objections")
        .order_by("center__code")
    )
    whole = {
        "round": _row(review_round, without=("snapshot", "snapshot_sha256", "status", "version")),
        "scheme": _row(review_round.scheme),
        "bands": [_row(band) for band in review_round.scheme.bands.order_by("-from_points")],
        "surveys": [_row(survey) for survey in review_round.surveys.order_by("pk")],
        "reviews": [
            _row(review)
            | {
                "center_code": review.center.code,
                "answers": [
                    _row(answer) | {"marks": [_row(mark) for mark in answer.marks.all()]}
                    for answer in sorted(review.answers.all(), key=lambda each: each.code)
                ],
                "evidence": [
                    _row(each) | {"sha256": each.file.sha256 if each.file else None}
                    for each in review.evidence.all()
                ],
                "extras": [_row(each) for each in review.extras.all()],
                "steps": [_row(each) for each in review.steps.all()],
                "objections": [
                    _row(each, without=("contact",)) for each in review.objections.all()
                ],
            }
            for review in found
        ],
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _row(obj: Any, without: Sequence[str] = ()) -> dict[str, Any]:
    return {
        field.attname: _plain(getattr(obj, field.attname))
        for field in obj._meta.concrete_fields
        if field.attname not in without
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool | list | dict):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
