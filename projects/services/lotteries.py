"""Welfare-lottery money for projects: asked for, recommended, granted, paid, used and evaluated."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from centers.models import Center
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.evidence import services as evidence
from portal.transitions import edit as write
from portal.transitions import transition
from portal.users.models import User
from projects.models import LotteryApplication, Project, ProjectDocument
from projects.selectors.announced import LANGUAGE
from projects.services import documents
from projects.signals import duty_changed

Status = LotteryApplication.Status
# Steps that need nothing but who takes them.
PLAIN = frozenset({Status.RECOMMENDED, Status.SCREENED, Status.REVIEWED})
# States by which the district's duty to get projects funded is judged; to those between, and after
# them, it is the same.
TOLD = frozenset({Status.RECOMMENDED, Status.GRANTED, Status.REFUSED})
_record = audit.Trail[LotteryApplication](
    "projects.lottery", lambda application: application.project.division.path
)


class AppliedAlready(DomainError):
    """The project asks for money of the year already."""


class ApplicantElsewhere(DomainError):
    """The center and the project lie in different districts."""


class MoneyWrong(DomainError):
    """Nothing is asked for, granted or paid, or more than before."""


class RecommendsOneself(DomainError):
    """Whoever entered an application recommends it."""


class MarkMisplaced(DomainError):
    """The photograph of the mark is no file of the project."""


class UsePublishedWrong(DomainError):
    """The use of the money is published before it is paid, or on a day that has not come."""


class UseNotShown(DomainError):
    """An application is evaluated before its use is published and the mark shown."""


class StepUnknown(DomainError):
    """A step that has a verb of its own, or none."""


@transaction.atomic
def apply(
    *,
    project: Project,
    center: Center,
    year: int,
    purpose: str,
    amount_yuan: Decimal,
    by: User,
    at: datetime,
) -> LotteryApplication:
    """Draft an application of ``center`` for a project and a year; amount in yuan.

    Raises ``ApplicantElsewhere``, ``MoneyWrong`` and ``AppliedAlready``.
    """
    if center.division.district_code != project.division.district_code:
        raise ApplicantElsewhere(_("The center and the project lie in different districts."))
    _check_asked(amount_yuan)
    application = LotteryApplication(
        project=project,
        center=center,
        year=year,
        purpose=purpose,
        amount_yuan=amount_yuan,
        entered_by=by,
        entered_at=at,
    )
    with _once(project, year):
        application.save(force_insert=True)
    told = {"amount_yuan": [None, str(amount_yuan)], "year": [None, str(year)]}
    _record(application, "apply", by=by, at=at, changes=told)
    return application


@transaction.atomic
def edit(
    *, application: LotteryApplication, version: int, by: User, at: datetime, **changes: Any
) -> LotteryApplication:
    """Correct year, purpose and amount of a draft. What is the same already writes nothing.

    Raises ``MoneyWrong``, ``AppliedAlready`` and ``Conflict``.
    """
    if application.status != Status.DRAFT:
        raise Conflict(
            _("The application is “%(status)s”: only drafts are corrected.")
            % {"status": application.get_status_display()}
        )
    before = {name: getattr(application, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return application
    _check_asked(changed.get("amount_yuan", application.amount_yuan))
    with _once(application.project, changed.get("year", application.year)):
        write(application, version=version, **changed)
    texts = {name: [str(before[name]), str(value)] for name, value in changed.items()}
    _record(application, "edit", by=by, at=at, changes=texts)
    return application


def move(
    *,
    application: LotteryApplication,
    to: str,
    version: int,
    by: User,
    at: datetime,
    reason: str = "",
) -> LotteryApplication:
    """Recommended by the street, looked through by the district, reviewed by the municipality.

    Raises ``RecommendsOneself`` where the street's step is taken by who entered the application,
    ``StepUnknown`` for steps with a verb of their own, and ``Conflict``.
    """
    if to not in PLAIN:
        raise StepUnknown(_("This step asks for more: choose it by its own name."))
    if to == Status.RECOMMENDED and application.entered_by_id == by.pk:
        raise RecommendsOneself(
            _("You entered this application: somebody else has to recommend it.")
        )
    return _move(application, to, str(to), version, by=by, at=at, reason=reason)


def grant(
    *,
    application: LotteryApplication,
    granted_yuan: Decimal,
    version: int,
    by: User,
    at: datetime,
    reason: str = "",
) -> LotteryApplication:
    """Granted, not more than was asked for; ``reason`` names the document.

    Raises ``MoneyWrong`` and ``Conflict``.
    """
    _check_within(granted_yuan, application.amount_yuan)
    return _move(
        application,
        Status.GRANTED,
        "grant",
        version,
        by=by,
        at=at,
        reason=reason,
        granted_yuan=granted_yuan,
    )


def pay(
    *,
    application: LotteryApplication,
    paid_yuan: Decimal,
    version: int,
    by: User,
    at: datetime,
    reason: str = "",
) -> LotteryApplication:
    """Paid out, not more than was granted. Raises ``MoneyWrong`` and ``Conflict``."""
    _check_within(paid_yuan, application.granted_yuan)
    return _move(
        application,
        Status.PAID,
        "pay",
        version,
        by=by,
        at=at,
        reason=reason,
        paid_yuan=paid_yuan,
    )


def refuse(
    *, application: LotteryApplication, reason: str, version: int, by: User, at: datetime
) -> LotteryApplication:
    """Not granted, and why; the project may ask anew. Raises ``ReasonMissing`` and ``Conflict``."""
    reason = given(reason, _("Say why it is not granted."))
    return _move(application, Status.REFUSED, "refuse", version, by=by, at=at, reason=reason)


@transaction.atomic
def show_mark(
    *,
    application: LotteryApplication,
    document: ProjectDocument,
    version: int,
    by: User,
    at: datetime,
) -> LotteryApplication:
    """The lottery's mark is shown where the money is used; ``document`` is a photograph of it.

    Raises ``MarkMisplaced`` and ``Conflict``.
    """
    if document.project_id != application.project_id:
        raise MarkMisplaced(
            _("The photograph belongs to another project. Add it to this project first.")
        )
    write(application, version=version, mark_shown=True, mark_document=document)
    _record(application, "show_mark", by=by, at=at, changes={"mark_shown": ["False", "True"]})
    return application


def photograph_mark(
    *, application: LotteryApplication, photo: File, version: int, by: User, at: datetime
) -> LotteryApplication:
    """Keep a photograph of the lottery's mark with the project and show it. Takes seconds.

    Raises ``EvidenceRefused``, ``TooManyDocuments`` and ``Conflict``; nothing is kept then.
    """
    file = evidence.store(upload=photo, by=by, at=at)
    with override(LANGUAGE):
        title = _("Lottery mark")
    with transaction.atomic():
        document = documents.keep(
            project=application.project,
            kind=ProjectDocument.Kind.PHOTO,
            title=title,
            file=file,
            by=by,
            at=at,
        )
        return show_mark(
            application=application, document=document, version=version, by=by, at=at
        )


@transaction.atomic
def publish_use(
    *, application: LotteryApplication, on: date, version: int, by: User, at: datetime
) -> LotteryApplication:
    """Where and when the use of the money was published.

    Raises ``UsePublishedWrong`` and ``Conflict``.
    """
    if application.status not in (Status.PAID, Status.EVALUATED):
        raise UsePublishedWrong(_("Nothing was paid out yet whose use could be published."))
    if on > localdate(at):
        raise UsePublishedWrong(
            _("%(day)s has not come yet: enter it once the use is published.")
            % {"day": on.isoformat()}
        )
    before = application.use_published_on
    write(application, version=version, use_published_on=on)
    told = {"use_published_on": [before and before.isoformat(), on.isoformat()]}
    _record(application, "publish_use", by=by, at=at, changes=told)
    return application


def evaluate(
    *, application: LotteryApplication, reason: str, version: int, by: User, at: datetime
) -> LotteryApplication:
    """The use of the money is evaluated; ``reason`` says what came of it.

    Raises ``ReasonMissing``, ``UseNotShown`` until the use is published and the mark shown, and
    ``Conflict``.
    """
    reason = given(reason, _("Say what came of the money."))
    if application.use_published_on is None or not application.mark_shown:
        raise UseNotShown(
            _(
                "Enter first when the use of the money was published, and a photograph of the "
                "lottery's mark."
            )
        )
    return _move(application, Status.EVALUATED, "evaluate", version, by=by, at=at, reason=reason)


@transaction.atomic
def _move(
    application: LotteryApplication,
    to: str,
    verb: str,
    version: int,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    **changes: Decimal,
) -> LotteryApplication:
    before = application.status
    transition(application, to, version=version, **changes)
    told: dict[str, list[str | None]] = {"status": [before, str(to)]}
    told |= {name: [None, str(value)] for name, value in changes.items()}
    _record(application, verb, by=by, at=at, changes=told, reason=reason.strip())
    if to in TOLD:
        duty_changed.send(sender=LotteryApplication, center=application.center, at=at)
    return application


def _check_asked(amount: Decimal) -> None:
    if amount <= 0:
        raise MoneyWrong(_("Ask for more than 0 yuan."))


def _check_within(amount: Decimal, most: Decimal | None) -> None:
    if amount <= 0 or (most is not None and amount > most):
        raise MoneyWrong(
            _("%(amount)s yuan cannot be: more than 0 and at most %(most)s yuan.")
            % {"amount": amount, "most": most if most is not None else "—"}
        )


@contextmanager
def _once(project: Project, year: int) -> Iterator[None]:
    """Say so where the project asks for money of the year already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "lottery_once_a_year" in str(error):
            raise AppliedAlready(
                _("“%(project)s” asks for money of %(year)s already.")
                % {"project": project.name, "year": year}
            ) from error
        raise
