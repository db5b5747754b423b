"""Reading a workbook in a child process, so that no upload can hang or kill this one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from portal import sandbox
from portal.sandbox import Limits
from portal.workbooks.precheck import LARGE_WORKBOOK, WorkbookRefused, precheck

CHILD = Path(__file__).with_name("child.py")
MEBIBYTE = 1024 * 1024
MAX_ROWS = 20_000
# What a register of a whole district may take, which is read in the background.
LARGE_ROWS = 200_000
LARGE = Limits(
    memory_bytes=1024 * MEBIBYTE, cpu_seconds=120, wall_seconds=150, file_bytes=256 * MEBIBYTE
)
LIMIT_TEXTS = {
    "rows": _("The sheet %(sheet)s has more than %(rows)s rows. Delete what is below the table."),
    "columns": _("The sheet %(sheet)s is wider than column ZZ. Delete what is right of the table."),
    "merged": _("The sheet %(sheet)s has too large merged areas. Unmerge them."),
    "text": _("The workbook holds too much text. Split the table."),
}
TOO_HARD = _("The workbook is too large to read. Copy the table alone into a new workbook.")
UNREADABLE = _("The workbook cannot be read. Open it in Excel or WPS and save it as .xlsx.")


# A sheet's name has at most 31 characters, escaped or not.
LONGEST_REFUSAL = 1000


class Merge(NamedTuple):
    """A merged range, 1-based, both corners inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``rows[0]`` is row 1; a row ends with its last filled cell.

    Values are str, int, Decimal, bool, datetime or None; formulas give their stored result.
    """

    name: str
    is_hidden: bool = False
    rows: tuple[tuple[Any, ...], ...] = ()
    merges: tuple[Merge, ...] = ()


def read(path: str | Path, *, limits: Limits | None = None) -> tuple[Sheet, ...]:
    """All sheets of an .xlsx in their order, hidden ones too.

    Raises WorkbookRefused for whatever ``precheck`` refuses, for more than 20,000 rows or 702
    columns, for large merged areas, and when the child crashes or runs out of its limits.
    """
    precheck(path)
    output = run_child(CHILD, Path(path), limits or Limits())
    sheets: list[tuple[dict[str, Any], list[tuple[Any, ...]]]] = []
    for line in output.splitlines():
        item = json.loads(line, parse_float=Decimal)
        if isinstance(item, list):
            sheets[-1][1].append(tuple(_value(value) for value in item))
        elif "limit" in item:
            raise limit_passed(item["limit"], item["sheet"])
        else:
            sheets.append((item, []))
    return tuple(
        Sheet(
            head["name"],
            is_hidden=head["is_hidden"],
            rows=tuple(rows),
            merges=tuple(Merge(*merge) for merge in head["merges"]),
        )
        for head, rows in sheets
    )


@dataclass(frozen=True)
class SheetStream:
    """One sheet whose ``rows`` are taken once, from row 1 down, before the next sheet.

    ``total_rows`` counts those of all sheets.
    """

    name: str
    is_hidden: bool
    merges: tuple[Merge, ...]
    total_rows: int
    rows: Iterator[tuple[Any, ...]]


def stream(
    path: str | Path, *, max_rows: int = LARGE_ROWS, limits: Limits = LARGE
) -> Iterator[SheetStream]:
    """The sheets of a large .xlsx, row by row: it is never in memory as a whole.

    Raises WorkbookRefused as ``read`` does, before the first sheet.
    """
    precheck(path, LARGE_WORKBOOK)
    with TemporaryFile() as output:
        run_child(CHILD, Path(path), limits, str(max_rows), str(limits.file_bytes), target=output)
        _refuse_passed(output, max_rows)
        output.seek(0)
        yield from _sheets(output)


def _refuse_passed(output: IO[bytes], max_rows: int) -> None:
    """A limit that was passed is named in the last line, whatever was written before it."""
    size = output.seek(0, 2)
    output.seek(max(0, size - LONGEST_REFUSAL))
    last = output.read().rpartition(b"\n")[2]
    if last.startswith(b"{") and "limit" in (said := json.loads(last)):
        raise limit_passed(said["limit"], said["sheet"], max_rows)


def _sheets(output: IO[bytes]) -> Iterator[SheetStream]:
    head = json.loads(output.readline() or b"null")
    while head is not None:
        following: list[dict[str, Any]] = []

        def rows(following: list[dict[str, Any]] = following) -> Iterator[tuple[Any, ...]]:
            for line in output:
                item = json.loads(line, parse_float=Decimal)
                if isinstance(item, dict):
                    following.append(item)
                    return
                yield tuple([value if type(value) is not dict else _value(value) for value in item])

        taken = rows()
        merges = tuple(Merge(*merge) for merge in head["merges"])
        yield SheetStream(head["name"], head["is_hidden"], merges, head["total_rows"], taken)
        for _row in taken:
            pass
        head = following[0] if following else None


def run_child(
    script: Path,
    source: Path,
    limits: Limits,
    *arguments: str,
    target: IO[bytes] | None = None,
) -> bytes:
    """What ``script`` prints about ``source``; raises WorkbookRefused if it cannot."""
    try:
        return sandbox.run(script, *arguments, source=source, target=target, limits=limits)
    except sandbox.ChildEnded as error:
        raise WorkbookRefused("too_hard", TOO_HARD) from error
    except sandbox.ChildFailed as error:
        raise WorkbookRefused("unreadable", UNREADABLE) from error


def limit_passed(code: str, sheet: str, max_rows: int = MAX_ROWS) -> WorkbookRefused:
    """The refusal for a limit that a child names."""
    text = LIMIT_TEXTS.get(code, TOO_HARD)
    return WorkbookRefused(code, text, sheet=sheet, rows=f"{max_rows:,}")


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["date"])
    return value
