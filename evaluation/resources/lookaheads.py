"""What will change by itself, as a workbook."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from evaluation.models import Verdict
from evaluation.resources.simulations import Line, header_sheet
from evaluation.selectors import comparison_words, wording
from evaluation.selectors.lookaheads import Foreseen
from portal.workbooks import Column, SheetContent, write


def export(
    target: BinaryIO, *, header: Sequence[Line], parts: Mapping[str, Sequence[Foreseen]]
) -> None:
    """Write what breaks, what gets better and what else changes, a sheet each by its title."""
    sheets = [SheetContent(title, _columns(), _rows(found)) for title, found in parts.items()]
    write([header_sheet(header), *sheets], target, has_guide=False)


def _columns() -> list[Column]:
    return [
        *(Column("on", _("day")), Column("code", _("center code"), is_text=True)),
        *(Column("center", _("center")), Column("division", _("township"))),
        *(Column("rule", _("rule"), is_text=True), Column("title", _("title"))),
        Column("clause", _("clause"), is_text=True),
        *(Column("before", _("until then")), Column("after", _("from that day"))),
        *(Column("cause", _("because")), Column("reason", _("reason"))),
        Column("remedy", _("how to meet it")),
        Column("rollup_before", _("roll-up before")),
        Column("rollup_after", _("roll-up after")),
        Column("healed_on", _("mends by itself on")),
    ]


def _rows(found: Sequence[Foreseen]) -> Iterator[dict[str, Any]]:
    for each in found:
        rule, change = each.rule, each.change
        yield {
            "on": each.on,
            "code": each.place.code,
            "center": each.place.name,
            "division": each.place.division_name,
            "rule": rule.id,
            "title": wording.rule_title(rule),
            "clause": rule.clause,
            "before": comparison_words.standing_text(change.was, rule.rule_class),
            "after": comparison_words.standing_text(change.now, rule.rule_class),
            "cause": " ".join(map(comparison_words.cause_text, each.causes)),
            "reason": comparison_words.reason_text(change.after),
            "remedy": comparison_words.remedy_text(change.after),
            "rollup_before": str(Verdict.Rollup(each.rollup_was).label),
            "rollup_after": str(Verdict.Rollup(each.rollup_now).label),
            "healed_on": each.healed_on,
        }
