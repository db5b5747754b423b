"""Packs and parameters in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import QuerySet

from evaluation.models import Activation, Pack, ParameterOverride, Run
from evaluation.rules import packs
from evaluation.rules.base import Parameters
from evaluation.rules.parameters import Override, Resolved, resolve, typed_values
from evaluation.rules.turnings import Turnings

REQUIRED_CLASS = "M"


@dataclass(frozen=True)
class Setting:
    """A pack with the parameter values that hold in one division; ``version`` 0 is untouched.

    ``origins`` names the override each value comes from; 0 is the default.
    """

    pack: packs.RulePack
    values: Parameters
    version: int
    origins: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def turnings(self) -> Turnings:
        """On which days verdicts can turn by themselves."""
        return Turnings(self.values)


def pack_in_force(as_of: date, known_at: datetime | None = None) -> Pack:
    """The pack that judges on the date, by what was decided by ``known_at``; before the first day
    any pack judges, and before any decision, the first.

    Packs of other cities may be loaded beside it; they judge nobody here.
    """
    own = Activation.objects.own().select_related("pack")
    known = own.standing(known_at)
    found = known.filter(active_from__lte=as_of).last() or known.first()
    if found is None and known_at is not None:
        found = own.standing().first()
    if found is None:
        raise Pack.DoesNotExist("no rule pack judges here; run manage.py load_packs")
    return found.pack


def is_overtaken(run: Run, as_of: date) -> bool:
    """Whether by now another pack judges the day.

    That pack has runs of its own, which an old one must not undo.
    """
    # Not the pack itself, which is long: one center is judged in less time than it takes to read.
    known = Activation.objects.own().standing().values_list("active_from", "pack_id")
    judging = [pack_id for active_from, pack_id in known if active_from <= as_of]
    first = [pack_id for _active_from, pack_id in known[:1]]
    return [*first, *judging][-1:] != [run.pack_id]


def packs_from(day: date) -> list[tuple[date, Pack]]:
    """(from which day, pack) of what judges on a day and of what is to judge after it."""
    later = Activation.objects.own().standing().filter(active_from__gt=day)
    return [
        (day, pack_in_force(day)),
        *((each.active_from, each.pack) for each in later.select_related("pack")),
    ]


def proposed_day(path: str, today: date) -> date:
    """The day an official evaluation is proposed for, as the division at ``path`` set it.

    Lists show what holds today whatever it is.
    """
    pack = pack_in_force(today)
    reading = settings_for([path], pack, today)[path].values.get("default_as_of", "today")
    day = timedelta(days=1)
    # The last day of a month or year is its own end.
    if reading == "last_month_end":
        return (today + day).replace(day=1) - day
    return (today + day).replace(month=1, day=1) - day if reading == "year_end" else today


class _Content:
    """What a pack says, known by its hash: the same content is parsed once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return hash(self.pack.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.pack.content == other.pack.content


@lru_cache(maxsize=8)
def _parsed(content: _Content) -> packs.RulePack:
    data = content.pack.content
    return packs.parse_pack(data | {"effective_from": date.fromisoformat(data["effective_from"])})


def parsed(pack: Pack) -> packs.RulePack:
    """The pack as the engine reads it."""
    return _parsed(_Content(pack))


def required(pack: packs.RulePack) -> frozenset[str]:
    """Names of the parameters that a required clause rests on."""
    rules = {rule.id for rule in pack.rules if rule.rule_class == REQUIRED_CLASS}
    return frozenset(name for name, each in pack.parameters.items() if rules & set(each.rules))


def settings_for(
    paths: Iterable[str],
    pack: Pack,
    as_of: date,
    known_at: datetime | None = None,
    changes: dict[str, Any] | None = None,
) -> dict[str, Setting]:
    """Division path → setting: default ← municipality ← district ← ``changes``. One query."""
    rules = parsed(pack)
    tried = changes or {}
    rows = list(set_by(as_of, known_at).values_list(*_COLUMNS))
    # Townships of one district share what applies, and then the setting.
    made: dict[tuple[int, ...], Setting] = {}
    found = {}
    for path in set(paths):
        applied = [Override(*row) for row in rows if path.startswith(row[1])]
        versions = tuple(override.version for override in applied)
        if versions not in made:
            made[versions] = setting(rules, applied, tried)
        found[path] = made[versions]
    return found


def values_for(
    paths: Iterable[str], as_of: date, known_at: datetime | None = None
) -> dict[str, Parameters]:
    """Division path → the parameters that hold there on the date, by name; nothing where no pack
    judges. For apps below, which know no pack."""
    try:
        pack = pack_in_force(as_of, known_at)
    except Pack.DoesNotExist:
        return {}
    found = settings_for(paths, pack, as_of, known_at)
    return {path: each.values for path, each in found.items()}


_COLUMNS = ("id", "division__path", "key", "value", "is_reset")


def set_by(as_of: date, known_at: datetime | None = None) -> "QuerySet[ParameterOverride]":
    """What was set for days up to a date, from the top level down and then by day."""
    overrides = ParameterOverride.objects.filter(effective_from__lte=as_of)
    if known_at is not None:
        overrides = overrides.filter(set_at__lte=known_at)
    return overrides.order_by("division__path", "effective_from", "id")


def dated_overrides(until: date) -> list[tuple[date, Override]]:
    """(from which day, override) of what was set for days up to a date. One query."""
    rows = set_by(until).values_list("effective_from", *_COLUMNS)
    return [(day, Override(*row)) for day, *row in rows]


def setting(rules: packs.RulePack, applied: list[Override], changes: dict[str, Any]) -> Setting:
    """What holds where the overrides apply, in the order of ``set_by``."""
    resolved = resolve(rules.parameters, applied, required(rules))
    tried = typed_values(rules.parameters, changes)
    resolved |= {name: Resolved(tried[name]) for name in changes}
    return Setting(
        pack=rules,
        values={name: each.value for name, each in resolved.items()},
        origins={name: each.version for name, each in resolved.items()},
        version=max((override.version for override in applied), default=0),
    )
