"""What would change, as a workbook: what was supposed, the sums, and every rule that changes."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from evaluation.models import Verdict
from evaluation.rules.base import Rule
from evaluation.rules.comparisons import MEASURES, Change, Standing, missing
from evaluation.selectors import comparison_words, wording
from evaluation.selectors.simulations import Compared, DistrictSum, Sums, counted
from portal.workbooks import Column, SheetContent, write

# A line of what was supposed: what it is, and its value.
Line = tuple[str, Any]
Row = dict[str, Any]


def export(
    target: BinaryIO,
    *,
    header: Sequence[Line],
    compared: Iterable[Compared],
    sums: Sums,
    districts: Mapping[str, str],
    may_name: bool,
) -> None:
    """Write the sheets while the centers are judged; without ``may_name`` no center is named.

    ``districts`` are the names of districts by code.
    """
    changed = counted(compared, sums)
    sheets = [
        header_sheet(header),
        SheetContent(_("Roll-ups"), _rollup_columns(), _rollups(sums), is_sum=True),
        SheetContent(_("Rules"), _rule_columns(), _rules(sums), is_sum=True),
        SheetContent(_("Shortfalls"), _shortfall_columns(), _shortfalls(sums), is_sum=True),
        SheetContent(
            _("Districts"), _district_columns(), _districts(sums, districts), is_sum=True
        ),
    ]
    if may_name:
        lines = (row for each in changed for row in _changes(each, sums))
        unknown = _unknown(sums)
        sheets += [
            SheetContent(_("Changed centers"), _change_columns(), lines),
            SheetContent(_("Shortfall unknown"), _unknown_columns(), unknown, is_sum=True),
        ]
    else:
        deque(changed, maxlen=0)
    write(sheets, target, has_guide=False)


def header_sheet(header: Sequence[Line]) -> SheetContent:
    """What the other sheets rest on."""
    columns = [Column("item", _("What was asked")), Column("value", _("Value"))]
    rows = [{"item": str(item), "value": value} for item, value in header]
    return SheetContent(_("About"), columns, rows)


def _rollup_columns() -> list[Column]:
    return [
        Column("rollup", _("roll-up")),
        Column("before", _("before")),
        Column("after", _("after")),
        Column("difference", _("difference")),
    ]


def _rollups(sums: Sums) -> Iterator[Row]:
    before, after = sums.rollup_counts(is_after=False), sums.rollup_counts(is_after=True)
    for code, label in Verdict.Rollup.choices:
        yield {
            "rollup": str(label),
            "before": before[code],
            "after": after[code],
            "difference": after[code] - before[code],
        }


def _rule_columns() -> list[Column]:
    return [
        *(Column("rule", _("rule"), is_text=True), Column("title", _("title"))),
        *(Column("clause", _("clause"), is_text=True), Column("class", _("class"))),
        *(Column("before", _("before")), Column("after", _("after"))),
        Column("centers", _("centers")),
    ]


def _rules(sums: Sums) -> Iterator[Row]:
    for rule in sums.rules.values():
        for (was, now), count in sorted(sums.moves[rule.id].items()):
            yield _rule(rule) | _from_to(rule, was, now) | {"centers": count}


def _rule(rule: Rule) -> Row:
    return {
        "rule": rule.id,
        "title": wording.rule_title(rule),
        "clause": rule.clause,
        "class": f"{rule.rule_class} {wording.CLASSES[rule.rule_class]}",
    }


def _from_to(rule: Rule, was: Standing, now: Standing) -> Row:
    return {
        "before": comparison_words.standing_text(was, rule.rule_class),
        "after": comparison_words.standing_text(now, rule.rule_class),
    }


def _change_columns() -> list[Column]:
    return [
        *(Column("code", _("center code"), is_text=True), Column("center", _("center"))),
        Column("division", _("township")),
        Column("rollup_before", _("roll-up before")),
        Column("rollup_after", _("roll-up after")),
        *_rule_columns()[:-1],
        *(Column("reason", _("reason")), Column("remedy", _("how to meet it"))),
        *(Column("missing", _("short by")), Column("unit", _("unit"))),
    ]


def _changes(compared: Compared, sums: Sums) -> Iterator[Row]:
    """A line per rule that changes; a roll-up may change by the rules of a pack alone."""
    center = {
        **_center(compared.place),
        "rollup_before": str(Verdict.Rollup(compared.before.rollup).label),
        "rollup_after": str(Verdict.Rollup(compared.after.rollup).label),
    }
    if not compared.changes:
        yield center
    for change in compared.changes:
        yield center | _change(change, sums.rules[change.rule])


def _center(place: Any) -> Row:
    return {"code": place.code, "center": place.name, "division": place.division_name}


def _change(change: Change, rule: Rule) -> Row:
    row = _rule(rule) | _from_to(rule, change.was, change.now)
    row["reason"] = comparison_words.reason_text(change.after)
    row["remedy"] = comparison_words.remedy_text(change.after)
    if rule.kind in MEASURES and (lacking := missing(rule, change.after)):
        row |= {"missing": lacking, "unit": str(comparison_words.UNITS[MEASURES[rule.kind][1]])}
    return row


def _shortfall_columns() -> list[Column]:
    return [
        *_rule_columns()[:2],
        Column("unit", _("unit")),
        Column("before", _("missing before")),
        Column("after", _("missing after")),
        Column("difference", _("difference")),
        Column("centers", _("centers that lack it")),
        Column("unknown", _("centers whose shortfall is unknown")),
    ]


def _shortfalls(sums: Sums) -> Iterator[Row]:
    for shortfall in sums.shortfalls.values():
        yield {
            "rule": shortfall.rule.id,
            "title": wording.rule_title(shortfall.rule),
            "unit": str(comparison_words.UNITS[shortfall.unit]),
            "before": shortfall.before.total,
            "after": shortfall.after.total,
            "difference": shortfall.difference,
            "centers": shortfall.after.center_count,
            "unknown": shortfall.after.unknown_count,
        }


def _unknown_columns() -> list[Column]:
    return [*_rule_columns()[:2], *_change_columns()[:3], Column("reason", _("reason"))]


def _unknown(sums: Sums) -> Iterator[Row]:
    for shortfall in sums.shortfalls.values():
        for place, reason, figures in shortfall.unknown:
            yield {
                "rule": shortfall.rule.id,
                "title": wording.rule_title(shortfall.rule),
                **_center(place),
                "reason": wording.reason_text(reason, figures),
            }


def _district_columns() -> list[Column]:
    rollups = [
        Column(f"{code}_{when}", f"{label}/{word}")
        for code, label in Verdict.Rollup.choices
        for when, word in (("before", _("before")), ("after", _("after")))
    ]
    return [
        *(Column("district", _("district")), Column("centers", _("centers"))),
        *(Column("changed", _("centers that change")), *rollups),
    ]


def _districts(sums: Sums, names: Mapping[str, str]) -> Iterator[Row]:
    for code, each in sorted(sums.districts.items()):
        yield {"district": names.get(code, code), **_district(each)}


def _district(each: DistrictSum) -> Row:
    row: Row = {"centers": each.center_count, "changed": each.changed_count}
    for code in Verdict.Rollup.values:
        row |= {f"{code}_before": each.before[code], f"{code}_after": each.after[code]}
    return row
