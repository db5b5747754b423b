"""Reading a workbook in a child process, so that no upload can hang or kill this one."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from portal import sandbox
from portal.sandbox import Limits
from portal.workbooks.precheck import WorkbookRefused, precheck

CHILD = Path(__file__).with_name("child.py")
LIMIT_TEXTS = {
    "rows": _("The sheet %(sheet)s has more than 20,000 rows. Delete what is below the table."),
    "columns": _("The sheet %(sheet)s is wider than column ZZ. Delete what is right of the table."),
    "merged": _("The sheet %(sheet)s has too large merged areas. Unmerge them."),
    "text": _("The workbook holds too much text. Split the table."),
}
TOO_HARD = _("The workbook is too large to read. Copy the table alone into a new workbook.")
UNREADABLE = _("The workbook cannot be read. Open it in Excel or WPS and save it as .xlsx.")


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


def run_child(script: Path, source: Path, limits: Limits) -> bytes:
    """What ``script`` prints about ``source``; raises WorkbookRefused if it cannot."""
    try:
        return sandbox.run(script, source=source, limits=limits)
    except sandbox.ChildEnded as error:
        raise WorkbookRefused("too_hard", TOO_HARD) from error
    except sandbox.ChildFailed as error:
        raise WorkbookRefused("unreadable", UNREADABLE) from error


def limit_passed(code: str, sheet: str) -> WorkbookRefused:
    """The refusal for a limit that a child names."""
    return WorkbookRefused(code, LIMIT_TEXTS.get(code, TOO_HARD), sheet=sheet)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["date"])
    return value
