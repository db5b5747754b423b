"""What a yearly pack is computed from: a district and a year as known at a moment.

Whatever is entered, decided, corrected or voided later changes nothing of it. A source that keeps
no past state is not read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from centers.models import Center, Extension, Filing, Obligation, Section
from evaluation import rules
from evaluation.models import (
    DutyEvidence,
    ItemStep,
    Publication,
    RectificationItem,
    Review,
    ReviewRound,
)
from evaluation.rules.base import DIMENSIONS, NOT_MET, Outcome
from evaluation.rules.city_pack_facts import ROLLUP, Evidence, Proven, YearInputs, proven
from evaluation.rules.city_pack_facts import Center as CenterYear
from evaluation.rules.duties import COMPLAINT, DistrictFacts
from evaluation.rules.packs import RulePack
from evaluation.selectors import city_pack_events, districts, judgments, parameters
from evaluation.selectors import facts as fact_selectors
from portal.batches import any_of
from portal.jurisdictions.models import Division

SECTIONS = ("profile", "staff", "premises", "funding")
AREA_RULE = "floor_area"


def inputs(district: Division, year: int, as_of: date, known_at: datetime) -> YearInputs:
    """All that is known of the district and the year, as of a day in it. A fixed number of
    queries."""
    known = _district_facts(district, year, as_of, known_at)
    pack = parameters.parsed(parameters.pack_in_force(as_of, known_at))
    duties, duty_evidence = _duties(district, known, pack, known_at)
    townships = _townships(district, as_of)
    centers = _centers(known.centers, as_of, known_at)
    complaints = _complaints(known)
    grades, round_evidence = _grades(district, year, known_at)
    items = _items(district, year, as_of, known_at)
    disclosures = _disclosures(district, year, as_of, known_at)
    filings = _filings(district, year, as_of, known_at)
    counted = {
        "complaints": complaints,
        "rectifications": items,
        "publications": disclosures,
        "filings": filings,
    }
    lists = {name: _list(name, year, as_of, _hashes(rows)) for name, rows in counted.items()}
    lists |= {
        "townships": _list("townships", year, as_of, sorted(townships)),
        "centers": _list("centers", year, as_of, [center.code for center in centers]),
        "reviews": _list("reviews", year, as_of, [*round_evidence, *_hashes(grades or ())]),
    }
    return YearInputs(
        year=year,
        as_of=as_of,
        townships=townships,
        centers=centers,
        rules=tuple(rule.id for rule in pack.center_rules if rule.dimension in DIMENSIONS),
        functions=tuple(rule.id for rule in pack.center_rules if rule.dimension == "functions"),
        duties=duties,
        duty_evidence=duty_evidence,
        grades=grades,
        complaints=complaints,
        items=items,
        disclosures=disclosures,
        filings=filings,
        lists=lists,
    )


def known_centers(district: Division, known_at: datetime) -> set[int]:
    """Ids of the centers that had handed something in by then. The register itself does not say
    since when it knows a center."""
    accepted = Section.objects.filter(
        center=OuterRef("pk"), status=Section.Status.ACCEPTED, decided_at__lte=known_at
    )
    submitted = Filing.objects.filter(center=OuterRef("pk"), first_submitted_at__lte=known_at)
    found = Center.objects.within(district).filter(Exists(accepted) | Exists(submitted))
    return set(found.values_list("pk", flat=True))


# --- the district and its duties


def _district_facts(
    district: Division, year: int, as_of: date, known_at: datetime
) -> DistrictFacts:
    found = districts.facts_for([district], year, as_of, known_at)[district.pk]
    there = known_centers(district, known_at)
    return replace(
        found,
        centers={pk: code for pk, code in found.centers.items() if pk in there},
        centers_before=found.centers_before & there,
        events=city_pack_events.as_known(district, year, found.events, known_at),
    )


def _duties(
    district: Division, known: DistrictFacts, pack: RulePack, known_at: datetime
) -> tuple[dict[str, Outcome], dict[str, Evidence]]:
    """Kind of the rule → outcome, and what proves it."""
    stored = parameters.pack_in_force(known.as_of, known_at)
    setting = parameters.settings_for([district.path], stored, known.as_of, known_at)
    values = setting[district.path].values
    found = rules.evaluate_district(known, pack.district_rules, values)
    files = _files(known, known_at)
    outcomes, evidence = {}, {}
    for rule in pack.district_rules:
        outcome = found[rule.id]
        outcomes[rule.kind] = outcome
        said = {
            "rule": rule.id,
            "year": known.year,
            "outcome": outcome.outcome,
            "reason": outcome.reason,
            "figures": outcome.figures,
            "counted": [f"{section}/{row}" for section, row in outcome.counted],
            "files": sorted(
                sha256
                for section, row in outcome.counted
                if section == "records"
                for sha256 in files[row]
            ),
        }
        key = f"{district.code}/{rule.id}/{known.year}"
        evidence[rule.kind] = proven("duty", key, f"{rule.id} {known.year}", _json(said))
    return outcomes, evidence


def _files(known: DistrictFacts, known_at: datetime) -> Mapping[int, list[str]]:
    """Record id → hashes of its files."""
    found: dict[int, list[str]] = defaultdict(list)
    records = [record.row for record in known.records]
    rows = DutyEvidence.objects.filter(record__in=records, added_at__lte=known_at)
    for record_id, sha256 in rows.values_list("record_id", "file__sha256"):
        found[record_id].append(sha256)
    return found


def _complaints(known: DistrictFacts) -> tuple[Proven, ...]:
    return tuple(
        Proven(
            proven(
                "complaint",
                str(record.row),
                f"{record.starts_on}",
                {"on": record.starts_on.isoformat(), "result": record.result},
            ),
            state=record.result,
        )
        for record in sorted(known.records, key=lambda each: each.row)
        if record.kind == COMPLAINT
        and record.starts_on.year == known.year
        and record.starts_on <= known.as_of
    )


def _townships(district: Division, as_of: date) -> dict[str, Evidence]:
    """Code → what the register of divisions says, which is dated by itself."""
    there = (Q(valid_from=None) | Q(valid_from__lte=as_of)) & (
        Q(valid_to=None) | Q(valid_to__gte=as_of)
    )
    found = Division.objects.townships().filter(there, parent=district).order_by("code")
    rows = found.values("code", "kind", "valid_from", "valid_to")
    return {row["code"]: proven("division", row["code"], row["code"], _json(row)) for row in rows}


# --- its centers


def _centers(known: Mapping[int, str], as_of: date, known_at: datetime) -> tuple[CenterYear, ...]:
    ids = sorted(known, key=lambda pk: known[pk])
    judged = judgments.judge(ids, as_of, known_at=known_at)
    sections: dict[int, dict[str, int]] = defaultdict(dict)
    for section_id, kind, center_id in fact_selectors.sections_accepted_last(ids, known_at):
        sections[center_id][kind] = section_id
    homes = dict(Center.objects.filter(any_of("id", ids)).values_list("pk", "division__code"))
    return tuple(
        _center(known[pk], homes[pk], judged[pk], sections[pk], as_of) for pk in ids if pk in judged
    )


def _center(
    code: str,
    township: str,
    judgment: judgments.Judgment,
    sections: Mapping[str, int],
    as_of: date,
) -> CenterYear:
    facts = judgment.facts
    evidence = {
        kind: _section(code, kind, sections[kind], getattr(facts, kind))
        for kind in SECTIONS
        if kind in sections
    }
    evidence[ROLLUP] = _verdict(code, as_of, judgment)
    area = None
    for rule in judgment.setting.pack.center_rules:
        outcome = judgment.outcomes[rule.id]
        evidence[rule.id] = _finding(code, rule.id, as_of, outcome)
        if rule.kind == AREA_RULE:
            area = _area(outcome, facts.premises)
    return CenterYear(
        code=code,
        township=township,
        rollup=judgment.rollup,
        outcomes=judgment.outcomes,
        evidence=evidence,
        staff=facts.staff,
        premises=facts.premises,
        funding=facts.funding,
        area_m2=area,
    )


def _area(outcome: Outcome, premises: Sequence[Any] | None) -> Decimal | None:
    """What the rule counted; 0 where premises were filed and none is in force."""
    if premises is None:
        return None
    if "counted_area_m2" not in outcome.figures and outcome.outcome != NOT_MET:
        return None
    return Decimal(outcome.figures.get("counted_area_m2", 0))


def _section(code: str, kind: str, section_id: int, rows: Sequence[Any] | None) -> Evidence:
    said = {"center": code, "section": kind, "rows": [asdict(row) for row in rows or ()]}
    return proven("section", f"{code}/{kind}/{section_id}", f"{code} {kind}", _json(said))


def _verdict(code: str, as_of: date, judgment: judgments.Judgment) -> Evidence:
    said = {
        "center": code,
        "as_of": as_of,
        "rollup": judgment.rollup,
        "dimensions": judgment.dimensions,
        "waived": sorted(judgment.waivers),
    }
    return proven("verdict", f"{code}/{as_of}", f"{code} {as_of}", _json(said))


def _finding(code: str, rule: str, as_of: date, outcome: Outcome) -> Evidence:
    said = {
        "center": code,
        "rule": rule,
        "as_of": as_of,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "figures": outcome.figures,
    }
    return proven("finding", f"{code}/{rule}/{as_of}", f"{code} {rule} {as_of}", _json(said))


# --- reviews, rectifications, publications, filings


def _grades(
    district: Division, year: int, known_at: datetime
) -> tuple[tuple[Proven, ...] | None, list[str]]:
    """The final grades of the year's round; None while it is not published."""
    rounds = ReviewRound.objects.filter(
        district=district,
        year=year,
        status__in=["final", "archived"],
        published_at__lte=known_at,
    )
    keys = list(rounds.values_list("pk", flat=True))
    if not keys:
        return None, []
    final = Review.objects.final().filter(round__in=keys).order_by("center__code")
    rows = final.values_list("pk", "center__code", "round__year", "final_total", "grade")
    return tuple(
        Proven(
            proven(
                "review",
                f"V{pk}",
                f"{of_year} {code}",
                _json({"center": code, "year": of_year, "total": points, "grade": grade}),
            ),
            state=grade,
        )
        for pk, code, of_year, points, grade in rows
    ), [f"round:{pk}" for pk in keys]


def _items(district: Division, year: int, as_of: date, known_at: datetime) -> tuple[Proven, ...]:
    """What was to be put right by notices issued in the year, and how each item stood."""
    rows = RectificationItem.objects.filter(
        center__division__path__startswith=district.path,
        rectification__issued_at__lte=known_at,
    ).order_by("pk")
    issued = [
        (pk, number, position, localdate(at))
        for pk, number, position, at in rows.values_list(
            "pk",
            "rectification__rectification_no",
            "position",
            "rectification__issued_at",
        )
    ]
    of_year = [row for row in issued if row[3].year == year and row[3] <= as_of]
    states = _states([row[0] for row in of_year], as_of, known_at)
    return tuple(
        Proven(
            proven(
                "rectification",
                f"{number}/{position}",
                f"{number} {position}",
                _json({"issued_on": issued_on, "steps": states[pk]}),
            ),
            state=_standing(states[pk]),
        )
        for pk, number, position, issued_on in of_year
    )


def _states(
    ids: Sequence[int], as_of: date, known_at: datetime
) -> Mapping[int, list[tuple[str, str]]]:
    """Item id → (step, day) of each step taken by then."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    steps = ItemStep.objects.filter(item__in=ids, taken_at__lte=known_at).order_by("number")
    for item_id, kind, at in steps.values_list("item_id", "kind", "taken_at"):
        if localdate(at) <= as_of:
            found[item_id].append((kind, localdate(at).isoformat()))
    return found


def _standing(steps: Iterable[tuple[str, str]]) -> str:
    standing = "open"
    for kind, _day in steps:
        if kind in (ItemStep.Kind.CLOSED, ItemStep.Kind.CANCELLED):
            standing = kind
        elif kind == ItemStep.Kind.REOPENED:
            standing = "open"
    return standing


def _disclosures(
    district: Division, year: int, as_of: date, known_at: datetime
) -> tuple[Proven, ...]:
    """What was published and had a day in the year, by its first text. What was never published is
    not among them: nothing says since when it was owed."""
    rows = Publication.objects.ever_published().filter(
        division__path__startswith=district.path,
        due_on__year=year,
        due_on__lte=as_of,
        published_at__lte=known_at,
    )
    first: dict[tuple[Any, ...], Any] = {}
    for row in rows.select_related("center").order_by("published_at", "pk"):
        key = (row.division_id, row.center_id, row.item, row.year, row.subject)
        first.setdefault(key, row)
    return tuple(
        Proven(
            proven(
                "publication",
                f"P{row.pk}",
                f"{row.center.code if row.center else district.code} {row.item} {row.year}",
                _json(
                    {
                        "item": row.item,
                        "due_on": row.due_on,
                        "published_on": row.published_on,
                        "sha256": row.sha256,
                    }
                ),
            ),
            kind=row.item,
            state="on_time" if row.is_on_time else "late",
        )
        for row in first.values()
    )


def _filings(district: Division, year: int, as_of: date, known_at: datetime) -> tuple[Proven, ...]:
    """What rounds asked for by a day of the year, and when it was first handed in."""
    longer = Extension.objects.filter(obligation=OuterRef("pk"), granted_at__lte=known_at)
    due_on = Coalesce(Subquery(longer.order_by("-pk").values("due_on")[:1]), F("due_on"))
    handed_in = Min(
        "filings__first_submitted_at", filter=Q(filings__first_submitted_at__lte=known_at)
    )
    stands = Q(round__cancelled_at=None) | Q(round__cancelled_at__gt=known_at)
    owed = (
        Obligation.objects.filter(
            stands,
            center__division__path__startswith=district.path,
            round__opened_at__lte=known_at,
        )
        .annotate(last_due_on=due_on, handed_in_at=handed_in)
        .filter(last_due_on__year=year, last_due_on__lte=as_of)
        .order_by("round_id", "center__code")
    )
    return tuple(
        _filing(*row, as_of)
        for row in owed.values_list("round_id", "center__code", "last_due_on", "handed_in_at")
    )


def _filing(
    round_id: int, code: str, due_on: date, handed_in_at: datetime | None, as_of: date
) -> Proven:
    filed_on = localdate(handed_in_at) if handed_in_at else None
    if filed_on is not None and filed_on > as_of:
        filed_on = None
    state = "missing"
    if filed_on is not None:
        state = "on_time" if filed_on <= due_on else "late"
    said = {"center": code, "due_on": due_on, "filed_on": filed_on}
    return Proven(
        proven("filing", f"R{round_id}/{code}", f"{code} {due_on}", _json(said)), state=state
    )


# --- canonical values


def _list(name: str, year: int, as_of: date, members: Sequence[Any]) -> Evidence:
    """How many there were: the whole list, also an empty one."""
    label = f"{name} {year}: {len(members)}"
    return proven("list", f"{name}/{as_of}", label, list(members))


def _hashes(rows: Iterable[Proven]) -> list[list[str]]:
    return sorted([row.evidence.name, row.evidence.sha256] for row in rows)


def _json(value: Any) -> Any:
    """JSON values: dates and decimals as text, in one form whatever wrote them."""
    if isinstance(value, Mapping):
        return {key: _json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
