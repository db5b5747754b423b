"""Yearly packs: their text, what differs when they are built again, and districts side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from centers.models.event import EARLIEST_YEAR
from evaluation.models import CityPack, Pack
from evaluation.rules import city_pack as rules
from evaluation.rules.base import DIMENSIONS
from evaluation.rules.city_pack import Suggestion
from evaluation.rules.city_pack_facts import canonical
from evaluation.selectors import city_pack_inputs, parameters
from portal.jurisdictions.models import Division

FORMAT = "district-year/2"
# Packs of the first form do not tell of single centers.
WITHOUT_CENTERS = "district-year/1"


def text(
    *,
    district: Division,
    year: int,
    as_of: date,
    known_at: datetime,
    notes: Sequence[Mapping[str, str]] = (),
    form: str = FORMAT,
) -> str:
    """The pack of a district and a year as canonical JSON: the same for the same arguments,
    whatever is entered later. ``form`` is that of an older pack that is built again."""
    before = _a_year_before(as_of)
    this = city_pack_inputs.inputs(district, year, as_of, known_at)
    last = city_pack_inputs.inputs(district, year - 1, before, known_at)
    figures, evidence = rules.figures(this, last)
    packs = [parameters.pack_in_force(day, known_at) for day in (as_of, before)]
    told = {} if form == WITHOUT_CENTERS else {"centers": rules.centers(this)}
    return canonical(
        {
            "format": form,
            "district": district.code,
            "year": year,
            "as_of": as_of.isoformat(),
            "known_at": known_at.astimezone(UTC).isoformat(),
            "standards": _standards(packs),
            "figures": [asdict(figure) for figure in figures],
            "evidence": [asdict(each) for each in evidence],
            "notes": [dict(note) for note in notes],
            **told,
        }
    )


def rebuilt(pack: CityPack) -> str:
    """The text of the pack, computed anew from what it names."""
    return text(
        district=pack.division,
        year=pack.year,
        as_of=pack.as_of,
        known_at=pack.known_at,
        notes=pack.notes,
        form=content(pack).get("format", FORMAT),
    )


def content(pack: CityPack) -> dict[str, Any]:
    """What the pack says, as JSON values."""
    empty: dict[str, Any] = {"figures": [], "evidence": [], "notes": [], "centers": []}
    return empty | orjson.loads(pack.content)


def keys_of(text: str) -> set[str]:
    """Keys of the figures in the text of a pack."""
    return {figure["key"] for figure in orjson.loads(text)["figures"]}


def keys_on(day: date) -> list[str]:
    """Keys of the figures that a pack of the day holds, in their order."""
    standard = parameters.parsed(parameters.pack_in_force(day))
    return rules.keys(
        [rule.id for rule in standard.center_rules if rule.dimension in DIMENSIONS],
        [rule.id for rule in standard.center_rules if rule.dimension == "functions"],
    )


def versions(pack: CityPack, user: Any) -> list[CityPack]:
    """The other versions of the same year that the user sees, the newest first."""
    found = CityPack.objects.visible_to(user).filter(division=pack.division_id, year=pack.year)
    return list(found.exclude(pk=pack.pk).defer("content").order_by("-number"))


def differences(stored: str, anew: str) -> list[str]:
    """Keys of the figures, names of the evidence and codes of the centers in which two texts of a
    pack differ; "" where they differ in nothing of that."""
    if stored == anew:
        return []
    before, after = orjson.loads(stored), orjson.loads(anew)
    changed = {
        str(key)
        for part, name in (("figures", "key"), ("evidence", "key"), ("centers", "code"))
        for key in _differing(_by(before.get(part, []), name), _by(after.get(part, []), name))
    }
    return sorted(changed) or [""]


def _by(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    return {f"{row.get('kind', '')}{row[name]}": row for row in rows}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _standards(packs: Sequence[Pack]) -> list[dict[str, Any]]:
    named = {pack.pk: pack for pack in packs}
    return [
        {"code": pack.code, "version": pack.version, "sha256": pack.sha256}
        for _pk, pack in sorted(named.items())
    ]


def _a_year_before(day: date) -> date:
    """The same day of the year before; the last of February for the one that it lacks."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)


# --- districts side by side


@dataclass(frozen=True)
class Compared:
    """One figure of every district that submitted: texts as sent, None where it is unknown;
    ``last_year`` and ``changes`` are those of the year before."""

    key: str
    group: str
    unit: str
    values: Mapping[str, str | None]
    last_year: Mapping[str, str | None]
    changes: Mapping[str, str | None]
    is_compared: bool


@dataclass(frozen=True)
class Comparison:
    """Submitted packs of a year. ``missing`` are the districts that sent none."""

    year: int
    districts: Sequence[Division]
    packs: Mapping[str, CityPack]
    missing: Sequence[Division]
    figures: Sequence[Compared]
    suggestions: Sequence[Suggestion]


def compare(year: int, user: Any) -> Comparison:
    """Districts of which ``user`` sees what they submitted. Three queries."""
    sent = CityPack.objects.visible_to(user).submitted().filter(year=year)
    packs = {pack.division.code: pack for pack in sent.select_related("division")}
    told = {code: content(pack)["figures"] for code, pack in packs.items()}
    known = {code: {each["key"]: each for each in figures} for code, figures in told.items()}
    keys = dict.fromkeys(each["key"] for figures in told.values() for each in figures)
    figures = [_compared(key, known) for key in keys]
    values: dict[str, dict[str, str | None]] = {code: {} for code in packs}
    for figure in figures:
        if figure.is_compared:
            for code, value in figure.values.items():
                values[code][figure.key] = value
    districts = sorted((pack.division for pack in packs.values()), key=lambda each: each.code)
    expected = _districts_seen(user)
    return Comparison(
        year=year,
        districts=districts,
        packs=packs,
        missing=[each for each in expected if each.code not in packs],
        figures=figures,
        suggestions=rules.strengths(values),
    )


def _compared(key: str, known: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Compared:
    found = {code: figures[key] for code, figures in known.items() if key in figures}
    one = next(iter(found.values()))
    values, last_year, changes = (
        {code: figure[name] for code, figure in found.items()}
        for name in ("value", "last_year", "change")
    )
    return Compared(
        key=key,
        group=one["group"],
        unit=one["unit"],
        values=values,
        last_year=last_year,
        changes=changes,
        is_compared=rules.is_compared(key, one["unit"]),
    )


def _districts_seen(user: Any) -> list[Division]:
    """The districts that ``user`` sees summed up, and so waits for."""
    found = Division.objects.filter(kind=Division.Kind.DISTRICT).order_by("code")
    if user.is_superuser:
        return list(found)
    paths = tuple(user.paths_with("summary.view"))
    return [each for each in found if each.path.startswith(paths)] if paths else []


def years(user: Any) -> list[int]:
    """Years of which the user sees a submitted pack, the newest first."""
    found = CityPack.objects.visible_to(user).submitted().order_by("-year")
    return list(dict.fromkeys(found.values_list("year", flat=True)))


def day_of(year: int, today: date) -> date:
    """The day that figures of a year are proposed for: its last one, or today while it runs."""
    return min(date(max(year, EARLIEST_YEAR), 12, 31), today)
