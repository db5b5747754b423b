"""Templates of performance evaluations: data of the project, read once."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from projects.rules.performance import Part, Template, Usual

DATA = Path(__file__).resolve().parent.parent / "data"


@cache
def all_templates() -> dict[str, Template]:
    """Every template by its code, in the order of the files' names."""
    paths = sorted(DATA.glob("performance-*.toml"))
    found = (_read(tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)) for path in paths)
    return {template.code: template for template in found}


def of_kind(kind: str) -> list[Template]:
    """The templates for self-evaluations or for evaluations by the department."""
    return [template for template in all_templates().values() if template.kind == kind]


def name_of(named: Template | Part) -> str:
    """Its name in the language of the reader."""
    return named.name if (get_language() or "").startswith("zh") else named.name_en


def _read(data: dict[str, Any]) -> Template:
    return Template(
        code=data["code"],
        kind=data["kind"],
        name=data["name"],
        name_en=data["name_en"],
        source=data["source"],
        parts=tuple(_part(part) for part in data["part"]),
    )


def _part(data: dict[str, Any]) -> Part:
    return Part(
        code=data["code"],
        name=data["name"],
        name_en=data["name_en"],
        weight=Decimal(data["weight"]),
        indicators=tuple(
            Usual(each["name"], Decimal(each["weight"]), each.get("quantitative", True))
            for each in data.get("indicator", ())
        ),
    )
