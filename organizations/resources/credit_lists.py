"""Rows of a credit list, as they are copied out of a table."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from organizations.models import CreditListing
from organizations.services.credit_lists import Entry, ListRefused
from portal.cells import CellError, match_key, parse_date

# What the lists are called; the text is as portal.cells compares it.
LISTS = {
    match_key(name): kind
    for kind, names in (
        (CreditListing.Kind.ABNORMAL, ("活动异常名录", "异常名录", "异常", "abnormal")),
        (
            CreditListing.Kind.SERIOUS,
            ("严重违法失信名单", "严重失信名单", "失信名单", "严重违法失信", "serious"),
        ),
    )
    for name in names
}
# Code, name, list, listed on; removed on, grounds, authority and document no. may be left out.
COLUMNS, NEEDED = 8, 4
HEADING = "代码"
MOST_ROWS = 5_000
LENGTHS = {"name": 60, "grounds": 200, "authority": 60, "doc_no": 60}


def read(text: str) -> list[Entry]:
    """The entries in lines of cells with tabs between them; a line of headings is skipped.

    Raises ``ListRefused`` with every line that cannot be read.
    """
    lines = [(row, line) for row, line in enumerate(text.splitlines(), start=1) if line.strip()]
    entries, problems = [], []
    for row, line in lines[:MOST_ROWS]:
        cells = [cell.strip() for cell in line.split("\t")]
        if HEADING in cells[0]:
            continue
        try:
            entries.append(_entry(row, cells))
        except CellError as error:
            problems.append((row, str(error)))
        except ListRefused as refusal:
            problems += refusal.problems
    if len(lines) > MOST_ROWS:
        problems.append((MOST_ROWS + 1, _("At most %(most)s rows at once.") % {"most": MOST_ROWS}))
    if not entries and not problems:
        problems.append((1, _("There is no entry here.")))
    if problems:
        raise ListRefused(problems)
    return entries


def _entry(row: int, cells: list[str]) -> Entry:
    if not NEEDED <= len(cells) <= COLUMNS:
        problem = _("%(found)s cells; a row has %(least)s to %(most)s, with tabs between them.")
        counts = {"found": len(cells), "least": NEEDED, "most": COLUMNS}
        raise ListRefused([(row, problem % counts)])
    uscc, name, kind, listed, removed, *rest = [*cells, *[""] * (COLUMNS - len(cells))]
    listed_on = parse_date(listed).value
    if listed_on is None:
        raise ListRefused([(row, _("The day of listing is missing."))])
    return Entry(
        row=row,
        uscc=uscc,
        name=_short(row, name, "name"),
        kind=_kind(row, kind),
        listed_on=listed_on,
        removed_on=parse_date(removed).value,
        **dict(_texts(row, rest)),
    )


def _kind(row: int, typed: str) -> str:
    if (kind := LISTS.get(match_key(typed))) is None:
        problem = _("“%(typed)s” is no list. Write 活动异常名录 or 严重违法失信名单.")
        raise ListRefused([(row, problem % {"typed": typed})])
    return kind


def _texts(row: int, cells: list[str]) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(("grounds", "authority", "doc_no"), cells, strict=True):
        yield name, _short(row, cell, name)


def _short(row: int, cell: str, name: str) -> str:
    most = LENGTHS[name]
    if len(cell) > most:
        problem = _("“%(cell)s…” is longer than %(most)s characters.")
        raise ListRefused([(row, problem % {"cell": cell[:20], "most": most})])
    return cell
