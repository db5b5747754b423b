"""A district's duties of a year as a workbook: the outcomes, and what they rest on."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from evaluation.resources.simulations import Line, header_sheet
from evaluation.selectors.duty_pages import DutyLine, DutyPage
from portal.workbooks import Column, SheetContent, write


def export(target: BinaryIO, *, header: Sequence[Line], page: DutyPage) -> None:
    """One sheet of outcomes, one of everything that was looked at."""
    about = [
        *header,
        (_("As of"), page.as_of),
        (_("rule pack"), f"{page.pack.issuer} {page.pack.doc_no}"),
    ]
    sheets = [
        header_sheet(about),
        SheetContent(_("Duties"), _duty_columns(), map(_duty, page.lines)),
        SheetContent(
            _("What they rest on"),
            _evidence_columns(),
            (row for line in page.lines for row in _evidence(line)),
        ),
    ]
    write(sheets, target, has_guide=False)


def _duty_columns() -> list[Column]:
    return [
        *(Column("rule", _("rule"), is_text=True), Column("title", _("title"), is_text=True)),
        *(Column("clause", _("clause"), is_text=True), Column("quote", _("quote"), is_text=True)),
        Column("outcome", _("outcome"), is_text=True),
        Column("in_grace", _("can still be met within the year"), is_text=True),
        Column("reason", _("reason"), is_text=True),
        Column("measured", _("measured"), is_text=True),
        Column("required", _("asked for"), is_text=True),
        Column("remedy", _("how to meet it"), is_text=True),
        Column("missing", _("centers not covered"), is_text=True),
    ]


def _evidence_columns() -> list[Column]:
    return [
        *(Column("rule", _("rule"), is_text=True), Column("title", _("title"), is_text=True)),
        Column("label", _("what it says"), is_text=True),
        Column("counted", _("counted?"), is_text=True),
        Column("note", _("why not"), is_text=True),
    ]


def _duty(line: DutyLine) -> dict[str, Any]:
    return {
        "rule": line.rule.id,
        "title": line.title,
        "clause": line.rule.clause,
        "quote": line.rule.quote,
        "outcome": line.outcome_label,
        "in_grace": _("yes") if line.in_grace else "",
        "reason": line.reason,
        "measured": line.measured,
        "required": line.required,
        "remedy": line.remedy,
        "missing": "\n".join(line.missing_centers),
    }


def _evidence(line: DutyLine) -> Iterator[dict[str, Any]]:
    for is_counted, notes in ((True, line.counted), (False, line.uncounted)):
        for note in notes:
            yield {
                "rule": line.rule.id,
                "title": line.title,
                "label": note.label,
                "counted": _("yes") if is_counted else _("no"),
                "note": note.note,
            }
