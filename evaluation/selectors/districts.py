"""Facts of districts, as the rules of their duties see them: a fixed number of queries for any
number of districts.

What a center filed and what happened with it come from its sections and events. Applications for
lottery money, signed matches, finished review rounds and publications count where they happened;
the rest the bureau recorded, complaints of residents among it. Who took part in an event is not
kept by date: of the past it is known as it is known now. How far an application or a match was at
a time is what the audit trail says of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from centers.models import (
    Center,
    CoordinationEvent,
    EventMinutes,
    FundingRow,
    ProfileRow,
    Section,
)
from evaluation.models import DutyCenter, DutyEvidence, DutyRecord
from evaluation.rules import duties as d
from evaluation.rules import facts as f
from evaluation.selectors import duty_sources
from portal.batches import any_of
from portal.jurisdictions.models import Division

PROFILE_COLUMNS = ("registered_on", "established_on", "registration_status", "starts_on", "ends_on")


@dataclass
class _Known:
    """What was gathered of one district."""

    centers: dict[int, str] = field(default_factory=dict)
    centers_before: set[int] = field(default_factory=set)
    township_count: int = 0
    records: list[d.Record] = field(default_factory=list)
    events: list[d.Event] = field(default_factory=list)
    money: list[d.Money] | None = None
    declared_none: set[str] = field(default_factory=set)


@dataclass
class Filed:
    """What the centers of districts filed, whatever the year: (id, code, division id, division
    code) of each, their profiles, and the sections of their money."""

    centers: list[tuple[int, str, int, str]]
    profiles: dict[int, tuple[f.Profile, ...]]
    money: dict[int, int]


def filed_in(districts: Sequence[Division], known_at: datetime | None = None) -> Filed:
    """Of every center of the districts. Four queries."""
    query = Q(pk=None)
    for district in districts:
        query |= Q(code__startswith=district.code)
    # The divisions first, by their index: no center of another district is looked at.
    centers = list(
        Center.objects.filter(division__in=Division.objects.filter(query)).values_list(
            "pk", "code", "division_id", "division__code"
        )
    )
    ids = [pk for pk, *_rest in centers]
    return Filed(
        centers=centers,
        profiles=_profiles(ids, known_at),
        money=_sections(ids, Section.Kind.FUNDING, known_at),
    )


def last_day(year: int, on: date) -> date:
    """The day a year is judged on, seen from ``on``: its last one, or ``on`` while it runs."""
    return min(on, date(year, 12, 31))


def facts_for(
    districts: Sequence[Division],
    year: int,
    on: date,
    known_at: datetime | None = None,
    filed: Filed | None = None,
) -> dict[int, d.DistrictFacts]:
    """District id → facts of the year as of ``on`` (its last day when ``on`` is later).

    Eighteen queries, fourteen where ``filed`` is given. With ``known_at`` by what was entered,
    filed and held by then.
    """
    filed = filed or filed_in(districts, known_at)
    as_of = last_day(year, on)
    known = {district.pk: _Known() for district in districts}
    of_code = {district.code: district.pk for district in districts}
    home = _add_centers(known, of_code, filed, as_of)
    _count_townships(known, as_of)
    _add_records(known, year, known_at)
    districts_of = {pk: district for pk, (district, _division) in home.items()}
    duty_sources.add(known, districts_of, year, known_at)
    _add_events(known, of_code, home, year, known_at)
    _add_money(known, home, filed, year)
    return {
        pk: d.DistrictFacts(
            as_of=as_of,
            year=year,
            centers=one.centers,
            centers_before=frozenset(one.centers_before),
            township_count=one.township_count,
            records=tuple(one.records),
            events=tuple(one.events),
            money=None if one.money is None else tuple(one.money),
            declared_none=frozenset(one.declared_none),
        )
        for pk, one in known.items()
    }


def _add_centers(
    known: Mapping[int, _Known], of_code: Mapping[str, int], filed: Filed, as_of: date
) -> dict[int, tuple[int, int]]:
    """Put in the township centers that existed; center id → (district id, division id) of all.

    The district's own center is none of them: duties are owed to those of streets and towns.
    """
    gone = _not_there(filed.profiles, as_of)
    not_there_before = _not_there(filed.profiles, date(as_of.year - 1, 12, 31))
    home = {}
    for pk, code, division_id, division_code in filed.centers:
        district = of_code.get(division_code[:6])
        if district is None:
            continue
        home[pk] = (district, division_id)
        if not _is_of_township(district, division_id):
            continue
        if pk not in gone:
            known[district].centers[pk] = code
        if pk not in not_there_before:
            known[district].centers_before.add(pk)
    return home


def _is_of_township(district_id: int, division_id: int) -> bool:
    return division_id != district_id


def _profiles(
    center_ids: Sequence[int], known_at: datetime | None
) -> dict[int, tuple[f.Profile, ...]]:
    sections = _sections(center_ids, Section.Kind.PROFILE, known_at)
    rows: dict[int, list[f.Profile]] = defaultdict(list)
    found = ProfileRow.objects.filter(any_of("section_id", sections)).order_by("position")
    for section_id, position, *cells in found.values_list(
        "section_id", "position", *PROFILE_COLUMNS
    ):
        profile = f.Profile(position, **dict(zip(PROFILE_COLUMNS, cells, strict=True)))
        rows[sections[section_id]].append(profile)
    return {center_id: tuple(profiles) for center_id, profiles in rows.items()}


def _not_there(profiles: Mapping[int, tuple[f.Profile, ...]], as_of: date) -> set[int]:
    """Centers not yet established on the day, or deregistered by then."""
    gone = set()
    for center_id, rows in profiles.items():
        first = f.first_day(rows)
        current = f.profile_in_force(f.CenterFacts(as_of=as_of, profile=rows))
        is_deregistered = current and current.registration_status == "deregistered"
        if is_deregistered or (first is not None and first > as_of):
            gone.add(center_id)
    return gone


def _sections(
    center_ids: Sequence[int], kind: str, known_at: datetime | None
) -> dict[int, int]:
    """Section id → center id of the sections of the kind accepted last."""
    of_kind = Section.objects.filter(any_of("center_id", center_ids), kind=kind)
    return dict(of_kind.accepted_last(known_at).values_list("id", "center_id"))


def _count_townships(known: Mapping[int, _Known], as_of: date) -> None:
    there = (Q(valid_from=None) | Q(valid_from__lte=as_of)) & (
        Q(valid_to=None) | Q(valid_to__gte=as_of)
    )
    parents = Division.objects.townships().filter(there, parent__in=list(known))
    for parent_id in parents.order_by().values_list("parent_id", flat=True):
        known[parent_id].township_count += 1


def _add_records(
    known: Mapping[int, _Known], year: int, known_at: datetime | None
) -> None:
    records = DutyRecord.objects.touching(year).filter(district__in=list(known))
    rows = list(records.valid(known_at).order_by("pk"))
    keys = [row.pk for row in rows]
    files = DutyEvidence.objects.filter(record__in=keys)
    if known_at is not None:
        files = files.filter(added_at__lte=known_at)
    proven = set(files.values_list("record_id", flat=True))
    taking_part = _grouped(
        DutyCenter.objects.filter(record__in=keys).values_list("record_id", "center_id")
    )
    for row in rows:
        one = known[row.district_id]
        if row.is_none:
            one.declared_none.add(row.kind)
        else:
            is_evidenced = bool(row.doc_no) or row.pk in proven
            centers = frozenset(taking_part[row.pk])
            one.records.append(_record(row, is_evidenced, centers, known_at))


def _record(
    row: DutyRecord, is_evidenced: bool, centers: frozenset[int], known_at: datetime | None
) -> d.Record:
    result = row.result
    if known_at and row.settled_at and row.settled_at > known_at:
        result = DutyRecord.Result.PENDING
    assert row.starts_on is not None  # noqa: S101  (duty_record_day_or_none)
    return d.Record(
        row=row.pk,
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_evidenced=is_evidenced,
        centers=centers,
        result=result,
        amount_yuan=row.amount_yuan,
        due_on=row.due_on,
    )


def _add_events(
    known: Mapping[int, _Known],
    of_code: Mapping[str, int],
    home: Mapping[int, tuple[int, int]],
    year: int,
    known_at: datetime | None,
) -> None:
    organised = Q(center__in=list(home)) | Q(district__in=list(of_code.values()))
    events = CoordinationEvent.objects.filter(organised, year=year)
    found = list(_events_as_known(events, known_at).order_by("pk"))
    keys = [event.pk for event in found]
    through = CoordinationEvent.participants.through.objects
    others = _grouped(
        through.filter(coordinationevent__in=keys).values_list("coordinationevent_id", "center_id")
    )
    minutes = EventMinutes.objects.filter(event__in=keys)
    if known_at is not None:
        minutes = minutes.filter(written_at__lte=known_at)
    minuted = set(minutes.values_list("event_id", flat=True))
    for event in found:
        centers = {pk for pk in (event.center_id, *others[event.pk]) if pk in home}
        district_id = event.district_id or home[event.center_id][0]
        is_held = event.recorded_at and (known_at is None or event.recorded_at <= known_at)
        known[district_id].events.append(
            d.Event(
                row=event.pk,
                kind=event.kind,
                held_on=event.held_on if is_held else None,
                has_minutes=event.pk in minuted,
                centers=frozenset(centers),
                townships=frozenset(home[pk][1] for pk in centers if _is_of_township(*home[pk])),
            )
        )


def _events_as_known(events: Any, known_at: datetime | None) -> Any:
    if known_at is None:
        return events.filter(status__in=CoordinationEvent.OPEN)
    cancelled_later = Q(cancelled_at=None) | Q(cancelled_at__gt=known_at)
    return events.filter(cancelled_later, planned_at__lte=known_at)


def _add_money(
    known: Mapping[int, _Known], home: Mapping[int, tuple[int, int]], filed: Filed, year: int
) -> None:
    sections = {
        section_id: center_id
        for section_id, center_id in filed.money.items()
        if center_id in home and _is_of_township(*home[center_id])
    }
    for center_id in sections.values():
        one = known[home[center_id][0]]
        one.money = one.money or []
    rows = FundingRow.objects.filter(
        any_of("section_id", sections), fiscal_year__in=[year - 1, year]
    )
    columns = ("pk", "section_id", "fiscal_year", "form", "amount_yuan")
    for pk, section_id, *cells in rows.order_by("pk").values_list(*columns):
        center_id = sections[section_id]
        money = known[home[center_id][0]].money
        assert money is not None  # noqa: S101  (its section was accepted)
        money.append(d.Money(pk, center_id, *cells))


def _grouped(pairs: Iterable[tuple[int, int]]) -> Mapping[int, set[int]]:
    groups: dict[int, set[int]] = defaultdict(set)
    for key, value in pairs:
        groups[key].add(value)
    return groups


def years_of(districts: Sequence[Division], on: date) -> dict[int, list[int]]:
    """District id → years its duties are judged for: this one, the last, and every year back to
    the first that a record speaks of. One query.

    A voided record keeps its years: what stood by it is judged again.
    """
    first: dict[int, int] = {district.pk: on.year - 1 for district in districts}
    records = DutyRecord.objects.filter(district__in=list(first)).order_by()
    told = records.values_list("district_id", F("starts_on__year"), "none_in_year").distinct()
    for district_id, started, none_in_year in told:
        first[district_id] = min(first[district_id], started or none_in_year)
    return {pk: list(range(year, on.year + 1)) for pk, year in first.items()}
