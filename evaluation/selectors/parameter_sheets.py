"""The parameters of a division as people read them: what holds, since when, and by whose word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from evaluation.models import Pack, ParameterOverride
from evaluation.rules.base import Rule
from evaluation.rules.packs import RulePack
from evaluation.rules.parameters import Parameter
from evaluation.selectors import parameter_wording as words
from evaluation.selectors import parameters, wording
from evaluation.selectors.parameters import Setting
from portal.jurisdictions.models import Division

DEFAULT = "default"
HOLDS, COMES, PAST, LOOSER = "holds", "comes", "past", "looser"


@dataclass(frozen=True)
class Entry:
    """One decision about a parameter: what it set, and whether that holds on the day."""

    row: ParameterOverride
    text: str
    state: str


@dataclass(frozen=True)
class Line:
    """One parameter in one division on a day.

    ``origin`` is where the value comes from: the default, or the kind of the division that set it
    by ``source``. ``looser`` is the division's own figure that asks too little to hold.
    """

    parameter: Parameter
    title: str
    takes: str
    rules: list[str]
    is_required: bool
    default: str
    value: str
    origin: str
    source: ParameterOverride | None
    coming: list[Entry]
    looser: Entry | None


@dataclass(frozen=True)
class Sheet:
    """Every parameter of the pack that judges on the day, by part of the standard."""

    pack: Pack
    rules: RulePack
    setting: Setting
    groups: list[tuple[str, list[Line]]]


def set_along(division: Division, key: str | None = None) -> "QuerySet[ParameterOverride]":
    """What the division and those above it set, from the top level down and then by day."""
    parts = division.path.rstrip("/").split("/")
    above = ["/".join(parts[:end]) + "/" for end in range(1, len(parts) + 1)]
    rows = ParameterOverride.objects.filter(division__path__in=above)
    if key is not None:
        rows = rows.filter(key=key)
    found = rows.select_related("division", "set_by")
    return found.order_by("division__path", "effective_from", "id")


def sheet(division: Division, day: date) -> Sheet:
    """The division's sheet. Four queries, however much was set."""
    pack = parameters.pack_in_force(day)
    setting = parameters.settings_for([division.path], pack, day)[division.path]
    reader = _Reader(division, setting, day, set_along(division))
    grouped: dict[str, list[Line]] = {each: [] for each in words.GROUPS}
    for parameter in setting.pack.parameters.values():
        grouped[words.group(parameter, reader.rules)].append(reader.line(parameter))
    groups = [(str(words.GROUPS[each]), lines) for each, lines in grouped.items() if lines]
    return Sheet(pack=pack, rules=setting.pack, setting=setting, groups=groups)


@dataclass(frozen=True)
class Detail:
    """One parameter with its clause and every decision about it, the latest day first."""

    line: Line
    rules: list[Rule]
    all_rules: tuple[Rule, ...]
    history: list[Entry]
    newest: int
    own: ParameterOverride | None
    below: list[Entry]


def detail(division: Division, key: str, day: date) -> Detail | None:
    """The parameter in the division, or None when the pack of the day has none of that name."""
    pack = parameters.pack_in_force(day)
    setting = parameters.settings_for([division.path], pack, day)[division.path]
    if key not in setting.pack.parameters:
        return None
    parameter = setting.pack.parameters[key]
    reader = _Reader(division, setting, day, set_along(division, key))
    own = [row for row in reader.rows if row.division_id == division.pk]
    held = [row for row in own if row.effective_from <= day]
    return Detail(
        line=reader.line(parameter),
        rules=[rule for rule in setting.pack.rules if rule.id in parameter.rules],
        all_rules=setting.pack.rules,
        history=sorted(
            (reader.entry(parameter, row) for row in reader.rows),
            key=lambda entry: (entry.row.effective_from, entry.row.pk),
            reverse=True,
        ),
        newest=max((row.pk for row in own), default=0),
        own=held[-1] if held and not held[-1].is_reset else None,
        below=_below(division, parameter, day, reader),
    )


def _below(division: Division, parameter: Parameter, day: date, reader: "_Reader") -> list[Entry]:
    """What the divisions below set for themselves that is their last word on the day."""
    rows = ParameterOverride.objects.filter(
        division__parent=division, key=parameter.name, effective_from__lte=day
    )
    last: dict[int, ParameterOverride] = {}
    for row in rows.select_related("division", "set_by").order_by("effective_from", "id"):
        last[row.division_id] = row
    kept = [row for row in last.values() if not row.is_reset]
    return [
        Entry(row, words.override(parameter, row, reader.rules), HOLDS)
        for row in sorted(kept, key=lambda row: row.division.path)
    ]


class _Reader:
    """Puts the rows that were set beside the parameters of a setting."""

    def __init__(
        self, division: Division, setting: Setting, day: date, rows: Iterable[ParameterOverride]
    ) -> None:
        self.division, self.setting, self.day = division, setting, day
        self.rows = list(rows)
        self.rules = {rule.id: rule for rule in setting.pack.rules}
        self.required = parameters.required(setting.pack)
        self.by_key: dict[str, list[ParameterOverride]] = {}
        for row in self.rows:
            self.by_key.setdefault(row.key, []).append(row)

    def line(self, parameter: Parameter) -> Line:
        rows = self.by_key.get(parameter.name, [])
        version = self.setting.origins.get(parameter.name, 0)
        source = next((row for row in rows if row.pk == version), None)
        entries = [self.entry(parameter, row) for row in rows]
        return Line(
            parameter=parameter,
            title=words.title(parameter),
            takes=words.accepted(parameter, self.rules),
            rules=[
                f"{each} {wording.rule_title(self.rules[each])}" for each in parameter.rules
            ],
            is_required=parameter.name in self.required and bool(parameter.looser),
            default=self.say(parameter, parameter.default),
            value=self.say(parameter, self.setting.values[parameter.name]),
            origin=source.division.kind if source else DEFAULT,
            source=source,
            coming=[entry for entry in entries if entry.state == COMES],
            looser=next((entry for entry in entries if entry.state == LOOSER), None),
        )

    def say(self, parameter: Parameter, typed: Any) -> str:
        return words.value(parameter, typed, self.rules)

    def entry(self, parameter: Parameter, row: ParameterOverride) -> Entry:
        return Entry(row, words.override(parameter, row, self.rules), self._state(row))

    def _state(self, row: ParameterOverride) -> str:
        if row.effective_from > self.day:
            return COMES
        if row.pk == self.setting.origins.get(row.key, 0):
            return HOLDS
        last = [
            each
            for each in self.by_key[row.key]
            if each.division_id == row.division_id and each.effective_from <= self.day
        ][-1]
        if row.division_id == self.division.pk and row.pk == last.pk and not row.is_reset:
            return LOOSER
        is_last_word = row.pk == last.pk and row.is_reset
        return HOLDS if is_last_word and row.division_id == self.division.pk else PAST
