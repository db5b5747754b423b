"""What has to be public in a district and a year as a workbook: a row per item and center."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.resources.simulations import Line as Told
from evaluation.resources.simulations import header_sheet
from evaluation.selectors import disclosure_words as words
from evaluation.selectors.disclosure import Line
from portal.workbooks import Column, SheetContent, write


def export(
    target: BinaryIO,
    *,
    header: Sequence[Told],
    rows: Iterable[tuple[Center, Mapping[str, Any], Sequence[Line]]],
) -> None:
    """One sheet of centers with how much of their own was in time, one of every line. ``rows`` are
    center, ``on_time`` and ``due``, lines."""
    known = list(rows)
    sheets = [
        header_sheet(header),
        SheetContent(
            _("Centers"),
            [
                Column("code", _("code"), is_text=True),
                Column("center", _("center"), is_text=True),
                Column("on_time", _("of its own, published in time")),
                Column("due", _("of its own, due")),
            ],
            (
                {"code": center.code, "center": center.name, **counted}
                for center, counted, _lines in known
            ),
        ),
        SheetContent(_("Publication"), _columns(), _rows(known)),
    ]
    write(sheets, target, has_guide=False)


def _columns() -> list[Column]:
    return [
        Column("code", _("code"), is_text=True),
        Column("center", _("center"), is_text=True),
        Column("item", _("item of the list"), is_text=True),
        Column("which", _("which one"), is_text=True),
        Column("owner", _("who"), is_text=True),
        Column("arose_on", _("came about on"), is_text=True),
        Column("due_on", _("due on"), is_text=True),
        Column("state", _("how it stands"), is_text=True),
        Column("published_on", _("published on"), is_text=True),
        Column("title", _("title"), is_text=True),
        Column("channel", _("published where else"), is_text=True),
    ]


def _rows(
    known: Iterable[tuple[Center, Mapping[str, Any], Sequence[Line]]],
) -> Iterator[dict[str, Any]]:
    for center, _counted, lines in known:
        for line in lines:
            text, due = line.publication, line.due
            yield {
                "code": center.code,
                "center": center.name,
                "item": words.item_label(line.entry.item),
                "which": words.subject_label(line.subject),
                "owner": str(words.OWNERS[line.entry.owner]),
                "arose_on": due.arose_on.isoformat() if due else "",
                "due_on": due.due_on.isoformat() if due and due.due_on else "",
                "state": str(words.STATES[line.state]),
                "published_on": text.published_on.isoformat() if text and text.published_on else "",
                "title": text.title if text else "",
                "channel": text.channel if text else "",
            }
