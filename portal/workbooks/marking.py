"""Giving an upload back with its problems written where they are: in the cells and beside the rows.

The marks are a conditional format, a comment in the cell, a column of messages at the right end
of the table and a sheet that lists everything. Reading leaves all of them out, and marking again
replaces them, so that the marked workbook itself is corrected and uploaded.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils.translation import gettext as _

from portal.workbooks.headers import RESULTS_TITLE
from portal.workbooks.precheck import precheck
from portal.workbooks.problems import CellProblem
from portal.workbooks.reading import Limits, limit_passed, run_child

CHILD = Path(__file__).with_name("marking_child.py")


def mark(
    path: str | Path,
    problems: Sequence[CellProblem],
    *,
    header_rows: Mapping[str, int],
    emptied: Mapping[str, Sequence[int]] | None = None,
    limits: Limits | None = None,
) -> bytes:
    """The workbook with its problems marked; ``header_rows`` says where the tables begin.

    ``emptied`` names columns, from 1, of which nothing comes back but the header.

    Raises WorkbookRefused as ``read`` does: this too happens in a child process with limits.
    """
    path = Path(path)
    precheck(path)
    job = json.dumps(_job(problems, header_rows) | {"emptied": dict(emptied or {})}).encode()
    with NamedTemporaryFile() as source:
        source.write(job + b"\n" + path.read_bytes())
        source.flush()
        output = run_child(CHILD, Path(source.name), limits or Limits())
    if output.startswith(b"{"):
        refused = json.loads(output)
        raise limit_passed(refused["limit"], refused["sheet"])
    return output


def _job(problems: Sequence[CellProblem], header_rows: Mapping[str, int]) -> dict[str, Any]:
    """What the child writes, in the language of the reader: it knows no translation itself."""
    errors = [problem for problem in problems if not problem.is_warning]
    warnings = [problem for problem in problems if problem.is_warning]
    ordered = [*errors, *warnings]
    summary = _(
        "Errors: %(errors)s, warnings: %(warnings)s. Correct this file and upload it again."
    )
    return {
        "title": RESULTS_TITLE,
        "header_rows": dict(header_rows),
        "cells": [_cell(*item) for item in _by_cell(ordered).items()],
        "rows": [[sheet, row, text] for (sheet, row), text in _by_row(ordered).items()],
        "summary": summary % {"errors": len(errors), "warnings": len(warnings)},
        "headings": [_("Kind"), _("Sheet"), _("Cell"), _("Column"), _("Value"), _("Problem")],
        "listing": [_listed(problem) for problem in sorted(ordered, key=lambda p: p.row > 0)],
    }


def _by_cell(problems: Iterable[CellProblem]) -> Mapping[tuple[str, str], list[CellProblem]]:
    found: dict[tuple[str, str], list[CellProblem]] = defaultdict(list)
    for problem in problems:
        if problem.row and problem.column_letter:
            found[problem.sheet, f"{problem.column_letter}{problem.row}"].append(problem)
    return found


def _cell(place: tuple[str, str], problems: Sequence[CellProblem]) -> dict[str, Any]:
    sheet, reference = place
    return {
        "sheet": sheet,
        "cell": reference,
        "text": "\n".join(_said(problem) for problem in problems),
        "is_warning": all(problem.is_warning for problem in problems),
    }


def _by_row(problems: Iterable[CellProblem]) -> Mapping[tuple[str, int], str]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for problem in problems:
        if problem.row:
            column = f"{problem.header}：" if problem.column_letter else ""
            found[problem.sheet, problem.row].append(_said(problem, column))
    return {place: "\n".join(texts) for place, texts in found.items()}


def _said(problem: CellProblem, column: str = "") -> str:
    text = {"message": f"{column}{problem.message}"}
    return (_("Warning: %(message)s") if problem.is_warning else _("Error: %(message)s")) % text


def _listed(problem: CellProblem) -> list[str]:
    place = f"{problem.column_letter}{problem.row}" if problem.row else ""
    kind = _("Warning") if problem.is_warning else _("Error")
    message = str(problem.message)
    return [kind, problem.sheet, place, problem.header, problem.shown_value, message]
