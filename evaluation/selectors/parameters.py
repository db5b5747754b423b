"""Packs and parameters in force."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from evaluation.models import Pack, ParameterOverride
from evaluation.rules import packs
from evaluation.rules.base import Parameters
from evaluation.rules.parameters import typed_values


@dataclass(frozen=True)
class Setting:
    """A pack with the parameter values that hold in one division; ``version`` 0 is untouched."""

    pack: packs.RulePack
    values: Parameters
    version: int


def pack_in_force(as_of: date) -> Pack:
    """The portal's municipality's newest pack in force on the date; before its first, the first.

    Packs of other cities may be loaded beside it; they judge nobody here.
    """
    own = Pack.objects.filter(division_code=settings.MUNICIPALITY)
    loaded = own.order_by("effective_from", "version")
    in_force = loaded.filter(effective_from__lte=as_of).last() or loaded.first()
    if in_force is None:
        raise Pack.DoesNotExist("no rule pack is loaded; run manage.py load_packs")
    return in_force


@lru_cache(maxsize=8)
def _parsed(content: str) -> packs.RulePack:
    data = json.loads(content)
    return packs.parse_pack(data | {"effective_from": date.fromisoformat(data["effective_from"])})


def parsed(pack: Pack) -> packs.RulePack:
    """The pack as the engine reads it; the same content is parsed once."""
    return _parsed(json.dumps(pack.content))


def settings_for(
    paths: Iterable[str],
    pack: Pack,
    as_of: date,
    known_at: datetime | None = None,
    changes: dict[str, Any] | None = None,
) -> dict[str, Setting]:
    """Division path → setting: default ← municipality ← district ← ``changes``. One query."""
    rules = parsed(pack)
    overrides = ParameterOverride.objects.filter(effective_from__lte=as_of)
    if known_at is not None:
        overrides = overrides.filter(set_at__lte=known_at)
    rows = list(
        overrides.order_by("division__path", "effective_from", "id").values_list(
            "division__path", "id", "key", "value"
        )
    )
    return {path: _setting(rules, path, rows, changes or {}) for path in set(paths)}


def _setting(
    rules: packs.RulePack,
    path: str,
    rows: list[tuple[str, int, str, Any]],
    changes: dict[str, Any],
) -> Setting:
    applied = [(pk, key, value) for root, pk, key, value in rows if path.startswith(root)]
    # A pack may drop a parameter that somebody once set.
    raw = {key: value for _pk, key, value in applied if key in rules.parameters} | changes
    return Setting(
        pack=rules,
        values=typed_values(rules.parameters, raw),
        version=max((pk for pk, _key, _value in applied), default=0),
    )
