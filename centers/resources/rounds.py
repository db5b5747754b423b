"""A round's table as a workbook."""

from collections.abc import Iterable
from typing import BinaryIO

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from centers.models import Extension, Round, Section
from centers.selectors.rounds import Line
from portal.workbooks.columns import Column
from portal.workbooks.writing import SheetContent
from portal.workbooks.writing import write as write_sheets


def write(asked: Round, lines: Iterable[Line], target: BinaryIO) -> None:
    """One row per center, the sections asked for as columns of their own."""
    sheet = SheetContent(_("Round"), _columns(asked), [_row(asked, line) for line in lines])
    write_sheets([sheet], target)


def _columns(asked: Round) -> list[Column]:
    headers = {
        "code": _("center code"),
        "center": _("center"),
        "township": _("township"),
        "state": _("state"),
        "due_on": _("due on"),
        "locks_on": _("locks on"),
        "filed_on": _("filed on"),
        "lateness": _("in time or late"),
        "next_actor": _("next step by"),
        "extensions": _("extensions"),
    }
    sections = {kind: str(Section.Kind(kind).label) for kind in asked.section_kinds}
    return [
        Column(field, str(header), is_text=not field.endswith("_on"))
        for field, header in (headers | sections).items()
    ]


def _row(asked: Round, line: Line) -> dict[str, object]:
    owed = line.obligation
    lateness = _("late") if owed.is_late else _("in time")
    return {
        "code": owed.center.code,
        "center": owed.center.name,
        "township": owed.center.division.name,
        "state": str(owed.state_label),
        "due_on": owed.last_due_on,
        "locks_on": owed.last_locks_on,
        "filed_on": owed.filed_on,
        "lateness": lateness if owed.filed_on else None,
        "next_actor": line.next_actor,
        "extensions": "\n".join(_told(extension) for extension in line.extensions),
        **{
            kind: str(reported.label)
            for kind, reported in zip(asked.section_kinds, line.reported, strict=True)
        },
    }


def _told(extension: Extension) -> str:
    return _("%(due_on)s: %(reason)s (%(user)s, %(day)s)") % {
        "due_on": extension.due_on,
        "reason": extension.reason,
        "user": extension.granted_by,
        "day": localtime(extension.granted_at).date(),
    }
