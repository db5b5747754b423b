"""Workbooks of the register: brought in and taken out in the background, confirmed in between.

The database row is the queue of record; Celery only wakes workers. A check or a writing may be
begun twice, late, or end half-way: what was staged is staged anew, and the register is written in
one transaction or not at all.
"""

import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization, Transfer, TransferRow
from organizations.services import intakes, organizations
from organizations.signals import transfers_waiting
from portal import leases
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.jurisdictions.models import Division
from portal.leases import MAX_ATTEMPTS
from portal.transitions import transition
from portal.users.models import User
from portal.workbooks import CellProblem, WorkbookRefused, quarantine

logger = logging.getLogger(__name__)

FOLDER = "transfers"
KEPT_FOR = timedelta(days=7)
CHUNK = 5_000
# A worker that says nothing for so long is taken for lost. Every chunk prolongs it.
LEASE = timedelta(seconds=120)
LEASE_PER_CHUNK = timedelta(seconds=10)
WRITING_LEASE = timedelta(seconds=600)
COLUMNS = ("transfer_id", "number", "sheet", "row", "action", "content", "problems")
LONGEST_MESSAGE = 500

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class NotToBeConfirmed(DomainError):
    """The workbook has errors, or changes nothing."""


@dataclass
class StagedRow:
    """One row of an upload, judged by itself; ``key`` must not stand twice in the workbook.

    ``problems`` are as ``TransferRow.problems`` keeps them.
    """

    sheet: str
    row: int
    key: str
    content: dict[str, Any]
    problems: list[dict[str, Any]]
    is_valid: bool


@dataclass
class Contents:
    """What a workbook is, filled while its rows are read.

    ``places`` maps sheet and field to the letter and the header of the column; ``unwanted`` a sheet
    to the columns, from 1, of personal data that nobody may bring in.
    """

    problems: list[dict[str, Any]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    unwanted: dict[str, list[int]] = field(default_factory=dict)
    total_rows: int = 0

    @property
    def header_rows(self) -> dict[str, int]:
        """Sheet → the row of its header."""
        return {sheet["name"]: sheet["header_row"] for sheet in self.sheets}


class NotOfThisTable(DomainError):
    """Workbooks of this table do not come in, or have no numbers to stand open."""


class Export(Protocol):
    """A table that goes out as a workbook; ``resources`` has one for each."""

    def export(
        self,
        target: Path,
        *,
        district: Division,
        with_personal: bool,
        on: date,
        tell: Callable[[int], None],
    ) -> int: ...


class Book(Export, Protocol):
    """A table of the register that comes in as a workbook, too."""

    def rows(
        self, path: Path, *, district: Division, on: date, contents: Contents
    ) -> Iterator[StagedRow]: ...

    def returned(
        self,
        path: Path,
        target: Path,
        problems: list[CellProblem],
        *,
        header_rows: Mapping[str, int],
        unwanted: Mapping[str, list[int]],
        row_count: int,
    ) -> None: ...


_exports: dict[str, Export] = {}
_books: dict[str, Book] = {}


def provide(table: str, book: Book) -> None:
    """Say how the workbook of a table is read and written."""
    _books[table] = _exports[table] = book


def provide_export(table: str, export: Export) -> None:
    """Say how a table is written that no workbook brings in."""
    _exports[table] = export


@transaction.atomic
def request_import(
    *,
    table: str,
    district: Division,
    upload: UploadedFile,
    by: User,
    at: datetime,
) -> Transfer:
    """Keep an upload and let it be checked; nothing of it is written before it is confirmed.

    Raises ``NotOfThisTable``.
    """
    if table not in Transfer.COMES_IN:
        raise NotOfThisTable(_("No workbook brings these rows in: enter them on their own page."))
    lifetime = int((2 * KEPT_FOR).total_seconds())
    kept = quarantine.keep(upload, folder=FOLDER, lifetime=lifetime)
    made = Transfer.objects.create(
        direction=Transfer.Direction.IMPORT,
        table=table,
        district=district,
        requested_by=by,
        requested_at=at,
        language=translation.get_language() or "zh-hans",
        file_name=(upload.name or "")[-120:],
        kept=kept.name,
        sha256=quarantine.digest(kept),
        enqueued_at=at,
    )
    _record(made, "request", by=by, at=at, changes={"sha256": [None, made.sha256]})
    _wake([made.pk])
    return made


@transaction.atomic
def request_export(
    *,
    table: str,
    district: Division,
    by: User,
    at: datetime,
    with_personal: bool = False,
    purpose: str = "",
) -> Transfer:
    """Let a table of a district be written into a workbook.

    Raises ``ReasonMissing`` where telephones are asked for without a word why, and
    ``NotOfThisTable`` where there are none.
    """
    if with_personal and table not in Transfer.COMES_IN:
        raise NotOfThisTable(_("These rows hold no telephone numbers that could stand open."))
    if with_personal:
        purpose = given(purpose, _("Say for which purpose the telephone numbers are needed."))
    made = Transfer.objects.create(
        direction=Transfer.Direction.EXPORT,
        table=table,
        district=district,
        requested_by=by,
        requested_at=at,
        language=translation.get_language() or "zh-hans",
        with_personal=with_personal,
        purpose=purpose.strip(),
        enqueued_at=at,
    )
    changes = {"with_personal": [None, str(with_personal)]}
    _record(made, "export", by=by, at=at, changes=changes, reason=made.purpose)
    _wake([made.pk])
    return made


@transaction.atomic
def confirm(*, transfer: Transfer, mode: str, version: int, by: User, at: datetime) -> Transfer:
    """Let a checked upload be written.

    Raises ``NotToBeConfirmed``, and ``Conflict`` where somebody else was faster.
    """
    if mode == Transfer.Mode.ALL_OR_NOTHING and transfer.bad_count:
        raise NotToBeConfirmed(
            _("%(count)s rows have errors. Correct them, or import only the rows without errors.")
            % {"count": transfer.bad_count}
        )
    if not transfer.good_count:
        raise NotToBeConfirmed(_("Nothing in the workbook changes the register."))
    transition(
        transfer,
        Transfer.Status.WRITING,
        version=version,
        mode=mode,
        confirmed_by=by,
        confirmed_at=at,
        done_count=0,
        message="",
        **leases.anew(at),
    )
    _record(transfer, "confirm", by=by, at=at, changes={"mode": [None, mode]})
    _wake([transfer.pk])
    return transfer


@transaction.atomic
def cancel(*, transfer: Transfer, version: int, by: User | None, at: datetime) -> Transfer:
    """Give up an upload that was not written, or an export that was not begun."""
    _end(transfer, Transfer.Status.CANCELLED, at, version=version)
    _record(transfer, "cancel", by=by, at=at)
    return transfer


def work(*, transfer_id: int, at: datetime) -> bool:
    """Do what a workbook waits for. False when there was nothing to do.

    A failure frees it for another attempt; after the third it is given up, and says so.
    """
    transfer = _claim(transfer_id, at)
    if transfer is None:
        return False
    try:
        with translation.override(transfer.language):
            _step(transfer)(transfer, at)
    except Conflict:
        # Cancelled meanwhile, or taken over.
        return False
    except Exception as error:
        logger.exception("workbook %s failed", transfer.pk)
        _release(transfer, error, at)
        raise
    return True


def _step(transfer: Transfer) -> Callable[[Transfer, datetime], None]:
    if transfer.direction == Transfer.Direction.EXPORT:
        return _export
    return _write if transfer.status == Transfer.Status.WRITING else _check


def _claim(transfer_id: int, at: datetime) -> Transfer | None:
    if not Transfer.objects.unfinished().filter(pk=transfer_id).claim(lease=LEASE, at=at):
        return None
    Transfer.objects.filter(pk=transfer_id, status=Transfer.Status.WRITING).update(
        lease_until=at + WRITING_LEASE
    )
    return Transfer.objects.select_related("district", "requested_by", "confirmed_by").get(
        pk=transfer_id
    )


def _mine(transfer: Transfer) -> "QuerySet[Transfer]":
    """The row, unless another worker has the workbook by now, or nobody."""
    return Transfer.objects.held_by(transfer).filter(status=transfer.status)


def _goes_on(transfer: Transfer, *, by: timedelta = LEASE_PER_CHUNK, **changes: Any) -> bool:
    """Prolong the lease; False when another worker has the workbook by now, or nobody.

    In a transaction it keeps others from taking over until the end of it.
    """
    return bool(_mine(transfer).update(lease_until=F("lease_until") + by, **changes))


def _hold(transfer: Transfer) -> None:
    """Keep others from taking over until the transaction ends; ``Conflict`` where one did."""
    if not _mine(transfer).select_for_update().exists():
        raise Conflict(_("Another worker has this workbook by now."))


def _check(transfer: Transfer, at: datetime) -> None:
    if transfer.status == Transfer.Status.WAITING:
        transition(transfer, Transfer.Status.CHECKING, done_count=0, row_count=0)
    contents, on = Contents(), localdate(at)
    try:
        is_whole = _stage(transfer, contents, on)
    except WorkbookRefused as refusal:
        _refuse(transfer, str(refusal), at)
        return
    if is_whole:
        _finish_check(transfer, contents, on, at)


def _stage(transfer: Transfer, contents: Contents, on: date) -> bool:
    """Stage the rows, chunk by chunk; False when somebody else took over."""
    path = path_of(transfer.kept)
    if not transfer.kept or not path.is_file():
        raise WorkbookRefused("lost", _("The file is no longer there. Upload it again."))
    with transaction.atomic():
        if not _goes_on(transfer):
            return False
        intakes.clear(transfer)
    book, keys = _books[transfer.table], _Keys()
    rows = book.rows(path, district=transfer.district, on=on, contents=contents)
    number = 0
    for chunk in _chunks(rows):
        lines = [_line(transfer, keys, number + offset, row) for offset, row in enumerate(chunk, 1)]
        number += len(chunk)
        with transaction.atomic():
            if not _goes_on(
                transfer, done_count=number, row_count=max(contents.total_rows, number)
            ):
                return False
            _copy(lines)
    transfer.row_count = transfer.done_count = number
    transfer.form = {
        "problems": contents.problems,
        "sheets": contents.sheets,
        "places": contents.places,
        "header_rows": contents.header_rows,
        "refused_by": transfer.form.get("refused_by"),
    }
    with transaction.atomic():
        if not _goes_on(transfer, by=WRITING_LEASE):
            return False
        intakes.tell(transfer, keys.twice())
    return True


class _Keys:
    """Which keys stand in which rows of one workbook."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, str]] = {}
        self._again: dict[str, list[tuple[int, str]]] = {}

    def note(self, number: int, row: StagedRow) -> None:
        place = (number, f"{row.sheet} {row.row}")
        if row.key and self._first.setdefault(row.key, place) is not place:
            self._again.setdefault(row.key, []).append(place)

    def twice(self) -> Iterator[intakes.Telling]:
        """The same entry in several rows: an error in each of them."""
        for key, others in self._again.items():
            places = [self._first[key], *others]
            shown = "、".join(place for _number, place in places[:5])
            text = _("This entry stands in several rows: %(places)s. Keep one.")
            for number, _place in places:
                yield intakes.Telling(number, "name", "duplicate", text % {"places": shown})


def _chunks(rows: Iterable[StagedRow]) -> Iterator[list[StagedRow]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _line(transfer: Transfer, keys: _Keys, number: int, row: StagedRow) -> str:
    """One line of COPY. A row that is refused anyway is compared with nothing."""
    keys.note(number, row)
    action = TransferRow.Action.NEW if row.is_valid else TransferRow.Action.ERROR
    sheet, content, problems = map(
        _escaped, (row.sheet, _json(row.content), _json(row.problems) if row.problems else "[]")
    )
    return f"{transfer.pk}\t{number}\t{sheet}\t{row.row}\t{action}\t{content}\t{problems}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _copy(lines: list[str]) -> None:
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY organizations_transferrow ({columns}) FROM STDIN",
            io.StringIO("".join(lines)),
        )


@transaction.atomic
def _finish_check(transfer: Transfer, contents: Contents, on: date, at: datetime) -> None:
    _hold(transfer)
    is_readable = all(problem["is_warning"] for problem in contents.problems)
    if is_readable and transfer.row_count:
        intakes.compare(transfer, on=on)
    counts = _counts(transfer, contents)
    if not is_readable or not transfer.row_count:
        text = _("Nothing can be imported: correct the sheet as said below.")
        _refuse(transfer, text, at, form=transfer.form, **counts)
        return
    result = _returned(transfer, contents) if counts["error_count"] else ""
    transition(
        transfer,
        Transfer.Status.CHECKED,
        row_count=transfer.row_count,
        done_count=transfer.row_count,
        form=transfer.form,
        lease_until=None,
        result_name=result,
        **counts,
    )


def _counts(transfer: Transfer, contents: Contents) -> dict[str, int]:
    new, changed, same, bad = _counted(transfer)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE NOT (p->>'is_warning')::boolean),"
            " count(*) FILTER (WHERE (p->>'is_warning')::boolean)"
            " FROM organizations_transferrow r, jsonb_array_elements(r.problems) p"
            " WHERE r.transfer_id = %s AND r.problems <> '[]'",
            [transfer.pk],
        )
        errors, warnings = cursor.fetchone()
    of_form = sum(not problem["is_warning"] for problem in contents.problems)
    return {
        "new_count": new,
        "changed_count": changed,
        "same_count": same,
        "bad_count": bad,
        "error_count": errors + of_form,
        "warning_count": warnings + len(contents.problems) - of_form,
    }


def _counted(transfer: Transfer) -> tuple[int, ...]:
    """How many staged rows are new, change something, change nothing, are wrong."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE action = 'new'),"
            " count(*) FILTER (WHERE action = 'change'), count(*) FILTER (WHERE action = 'same'),"
            " count(*) FILTER (WHERE action = 'error')"
            " FROM organizations_transferrow WHERE transfer_id = %s",
            [transfer.pk],
        )
        return tuple(cursor.fetchone())


def _returned(transfer: Transfer, contents: Contents) -> str:
    """The workbook with its errors, to be corrected and uploaded again."""
    target = quarantine.fresh(FOLDER)
    _books[transfer.table].returned(
        path_of(transfer.kept),
        target,
        problems_of(transfer),
        header_rows=contents.header_rows,
        unwanted=contents.unwanted,
        row_count=transfer.row_count,
    )
    return target.name


def problems_of(transfer: Transfer, limit: int | None = None) -> list[CellProblem]:
    """Problems of the form and of the rows, those of the form first, errors before warnings."""
    rows = transfer.rows.exclude(problems=[]).order_by("number").values_list("problems", flat=True)
    found = [*transfer.form_problems]
    errors, warnings = [], []
    for problems in rows.iterator(chunk_size=2_000):
        errors += [problem for problem in problems if not problem["is_warning"]]
        warnings += [problem for problem in problems if problem["is_warning"]]
        if limit is not None and len(errors) >= limit:
            break
    return [_problem(each) for each in [*found, *errors, *warnings][:limit]]


def _problem(kept: Mapping[str, Any]) -> CellProblem:
    names = ("sheet", "row", "column", "header", "value", "code", "text", "is_warning")
    return CellProblem(*(kept[name] for name in names))


def _refuse(transfer: Transfer, text: str, at: datetime, **changes: Any) -> None:
    with transaction.atomic():
        _hold(transfer)
        intakes.clear(transfer)
        _end(transfer, Transfer.Status.REFUSED, at, message=text[:LONGEST_MESSAGE], **changes)


def _write(transfer: Transfer, at: datetime) -> None:
    try:
        with transaction.atomic():
            _take_over(transfer, at)
    except IntegrityError as error:
        logger.exception("workbook %s met a register that had changed", transfer.pk)
        with transaction.atomic():
            _meet(transfer, _constraint(error), at)


def _constraint(error: IntegrityError) -> str:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


def _meet(transfer: Transfer, constraint: str, at: datetime) -> None:
    """The database refused. Once somebody else may have been faster; twice the workbook is wrong,
    and no check of it says where."""
    transfer.refresh_from_db(fields=["status", "version", "form"])
    _hold(transfer)
    if transfer.form.get("refused_by") != constraint:
        _check_again(transfer, at, form=transfer.form | {"refused_by": constraint})
        return
    text = _("Nothing was written: the register does not take what the workbook says. %(why)s")
    why = intakes.sentence_of(transfer, constraint)
    _end(transfer, Transfer.Status.FAILED, at, message=(text % {"why": why})[:LONGEST_MESSAGE])


def _take_over(transfer: Transfer, at: datetime) -> None:
    """Write the register; of two imports into one district the later waits for the earlier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, transfer.district_id])
    _hold(transfer)
    if not _is_staged(transfer) or intakes.is_overtaken(transfer):
        _check_again(transfer, at)
        return
    statuses = intakes.new_statuses(transfer)
    intakes.write(transfer, on=localdate(at), at=at)
    _record_statuses(transfer, statuses, at)
    _end(transfer, Transfer.Status.DONE, at, done_count=transfer.row_count)
    changes = {
        name: [None, str(getattr(transfer, f"{name}_count"))] for name in ("new", "changed", "same")
    }
    _record(transfer, "import", by=transfer.confirmed_by, at=at, changes=changes)


def _record_statuses(transfer: Transfer, statuses: Mapping[int, list[str]], at: datetime) -> None:
    """As if each had been changed on its page; the workbook stands for the reason."""
    found = Organization.objects.filter(pk__in=statuses).select_related("division").order_by("pk")
    organizations.record.of_each(
        (
            (organization, {"status": statuses[organization.pk]})
            for organization in found.iterator(chunk_size=2_000)
        ),
        "change_status",
        by=transfer.confirmed_by,
        at=at,
        reason=_("Imported: %(name)s") % {"name": transfer.file_name},
    )


def _is_staged(transfer: Transfer) -> bool:
    """Whether the rows that were confirmed are all there."""
    names = ("new", "changed", "same", "bad")
    return _counted(transfer) == tuple(getattr(transfer, f"{name}_count") for name in names)


# What advisory locks of imports are told by.
LOCK = 0x7472616E


def _check_again(transfer: Transfer, at: datetime, **changes: Any) -> None:
    text = _("The register changed since the check. The workbook was checked again: confirm anew.")
    transition(
        transfer,
        Transfer.Status.WAITING,
        message=text,
        **leases.anew(at),
        **changes,
    )
    _wake([transfer.pk])


def _export(transfer: Transfer, at: datetime) -> None:
    if transfer.status == Transfer.Status.WAITING:
        transition(transfer, Transfer.Status.WRITING)
    target = quarantine.fresh(FOLDER)

    def tell(done: int) -> None:
        _goes_on(transfer, done_count=done, row_count=F("row_count"))

    try:
        count = _exports[transfer.table].export(
            target,
            district=transfer.district,
            with_personal=transfer.with_personal,
            on=localdate(at),
            tell=tell,
        )
        _end(
            transfer,
            Transfer.Status.DONE,
            at,
            row_count=count,
            done_count=count,
            result_name=target.name,
        )
    except Exception:
        # Nobody would fetch it, and nothing would throw it away.
        target.unlink(missing_ok=True)
        raise


@transaction.atomic
def _end(
    transfer: Transfer, status: str, at: datetime, *, version: int | None = None, **changes: Any
) -> None:
    """Move it to its end, and throw the upload away: it may hold what the portal does not keep."""
    kept = transfer.kept
    transition(
        transfer, status, version=version, finished_at=at, lease_until=None, kept="", **changes
    )
    _throw_away(kept)


def _throw_away(kept: str) -> None:
    if kept:
        transaction.on_commit(partial(path_of(kept).unlink, missing_ok=True))


@transaction.atomic
def _release(transfer: Transfer, error: Exception, at: datetime) -> None:
    unfinished = Transfer.objects.unfinished()
    if not transfer.is_last_attempt:
        unfinished.release(transfer, enqueued_at=at)
        return
    with translation.override(transfer.language):
        _fail(unfinished.held_by(transfer), transfer.kept, type(error).__name__, at)


def _fail(found: "QuerySet[Transfer]", kept: str, why: str, at: datetime) -> None:
    text = _("It failed %(count)s times (%(why)s) and was given up. Nothing was written.")
    is_given_up = found.update(
        status=Transfer.Status.FAILED,
        version=F("version") + 1,
        finished_at=at,
        lease_until=None,
        kept="",
        message=text % {"count": MAX_ATTEMPTS, "why": why},
    )
    if is_given_up:
        _throw_away(kept)


def sweep(*, at: datetime) -> int:
    """Wake workers for workbooks whose message or worker was lost; give up what fails always."""
    lost = Transfer.objects.unfinished().lost(at)
    for transfer in lost:
        with translation.override(transfer.language):
            one = lost.filter(pk=transfer.pk)
            _fail(one, transfer.kept, _("the worker was lost"), at)
    with transaction.atomic():
        ids = Transfer.objects.unfinished().rouse(at)
        _wake(ids)
    return len(ids)


def forget(*, at: datetime) -> int:
    """Throw away results and staged rows a week after the end; give up what nobody confirmed."""
    old = Transfer.objects.filter(requested_at__lt=at - KEPT_FOR)
    for transfer in old.filter(status=Transfer.Status.CHECKED):
        cancel(transfer=transfer, version=transfer.version, by=None, at=at)
    staged = Exists(TransferRow.objects.filter(transfer=OuterRef("pk")))
    has_something = ~Q(kept="", result_name="") | staged
    ended = Transfer.objects.filter(has_something, finished_at__lt=at - KEPT_FOR)
    for transfer in ended:
        for name in filter(None, (transfer.kept, transfer.result_name)):
            path_of(name).unlink(missing_ok=True)
        with transaction.atomic():
            intakes.clear(transfer)
            Transfer.objects.filter(pk=transfer.pk).update(kept="", result_name="")
    return len(ended)


@transaction.atomic
def fetch(*, transfer: Transfer, by: User, at: datetime) -> Path | None:
    """The workbook that came of it, to be handed out, which is told in the trail; None where there
    is none any more."""
    if not transfer.result_name or not path_of(transfer.result_name).is_file():
        return None
    changes = {"with_personal": [None, str(transfer.with_personal)]}
    _record(transfer, "fetch", by=by, at=at, changes=changes, reason=transfer.purpose)
    return path_of(transfer.result_name)


def path_of(name: str) -> Path:
    """A kept file by its random name."""
    return quarantine.folder_of(FOLDER) / Path(name).name


def _wake(transfer_ids: list[int]) -> None:
    leases.wake(transfers_waiting, Transfer, transfer_ids)


def _record(
    transfer: Transfer,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    told = {"table": [None, transfer.table], **(changes or {})}
    audit.record(
        action=f"organizations.transfer.{verb}",
        by=by,
        at=at,
        target=transfer,
        division_path=transfer.district.path,
        changes=told,
        reason=reason,
    )
