"""What a yearly pack is computed from: a district and a year as known at a moment.

Whatever is entered, decided, corrected or voided later changes nothing of it. A source that keeps
no past state is not read. Everything stands as on the day, by what is known at the moment; only the
grades are those of the year's round, which ends after the year.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from centers.models import Center, Filing, Section
from evaluation import rules
from evaluation.models import (
    DutyEvidence,
)
from evaluation.rules.base import DIMENSIONS, NOT_MET, Outcome
from evaluation.rules.city_pack_facts import ROLLUP, Evidence, Proven, YearInputs, proven
from evaluation.rules.city_pack_facts import Center as CenterYear
from evaluation.rules.duties import COMPLAINT, DISCLOSURE, RECORDS, DistrictFacts, Record
from evaluation.rules.packs import RulePack
from evaluation.selectors import city_pack_cases as cases
from evaluation.selectors import city_pack_events, districts, duty_sources, judgments, parameters
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
    grades, round_evidence = cases.grades(district, year, known_at)
    items = cases.items(district, year, as_of, known_at)
    disclosures = cases.disclosures(known.centers, year, as_of, known_at)
    filings = cases.filings(district, year, as_of, known_at)
    feedback = cases.feedback(district, year, as_of, known_at)
    counted = {
        "complaints": complaints,
        "rectifications": items,
        "publications": disclosures,
        "filings": filings,
        "feedback": feedback,
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
        feedback=feedback,
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
        records=_as_they_stood(found.records, as_of),
        events=city_pack_events.as_known(district, year, found.events, known_at),
    )


def _as_they_stood(records: Sequence[Record], on: date) -> tuple[Record, ...]:
    """What applications and complaints came to after a day is not said of the day."""
    later = duty_sources.settled_after(records, on)
    return tuple(
        replace(each, result="pending") if (each.place, each.row) in later else each
        for each in records
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
            "files": sorted(files[rule.kind]),
        }
        key = f"{district.code}/{rule.id}/{known.year}"
        evidence[rule.kind] = proven("duty", key, f"{rule.id} {known.year}", said)
    return outcomes, evidence


def _files(known: DistrictFacts, known_at: datetime) -> Mapping[str, list[str]]:
    """Kind of rule → hashes of the files of the bureau's own records; complaints belong to that of
    disclosure."""
    kinds = {
        record.row: DISCLOSURE if record.kind == COMPLAINT else record.kind
        for record in known.records
        if record.place == RECORDS
    }
    found: dict[str, list[str]] = defaultdict(list)
    rows = DutyEvidence.objects.filter(record__in=list(kinds), added_at__lte=known_at)
    for record_id, sha256 in rows.values_list("record_id", "file__sha256"):
        found[kinds[record_id]].append(sha256)
    return found


def _complaints(known: DistrictFacts) -> tuple[Proven, ...]:
    return tuple(
        Proven(
            proven(
                "complaint",
                f"{record.place}/{record.row}",
                f"{record.starts_on}",
                {"on": record.starts_on.isoformat(), "result": record.result},
            ),
            state=record.result,
        )
        for record in sorted(known.records, key=lambda each: (each.place, each.row))
        if record.kind == COMPLAINT
        and record.starts_on.year == known.year
        and record.starts_on <= known.as_of
    )


def _townships(district: Division, as_of: date) -> dict[str, Evidence]:
    """Code → what the register of divisions says, which is dated by itself. When one of them ends
    later, the past stays as it was."""
    there = (Q(valid_from=None) | Q(valid_from__lte=as_of)) & (
        Q(valid_to=None) | Q(valid_to__gte=as_of)
    )
    found = Division.objects.townships().filter(there, parent=district).order_by("code")
    rows = found.values("code", "kind")
    return {row["code"]: proven("division", row["code"], row["code"], row) for row in rows}


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
    return proven("section", f"{code}/{kind}/{section_id}", f"{code} {kind}", said)


def _verdict(code: str, as_of: date, judgment: judgments.Judgment) -> Evidence:
    said = {
        "center": code,
        "as_of": as_of,
        "rollup": judgment.rollup,
        "dimensions": judgment.dimensions,
        "waived": sorted(judgment.waivers),
    }
    return proven("verdict", f"{code}/{as_of}", f"{code} {as_of}", said)


def _finding(code: str, rule: str, as_of: date, outcome: Outcome) -> Evidence:
    said = {
        "center": code,
        "rule": rule,
        "as_of": as_of,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "figures": outcome.figures,
    }
    return proven("finding", f"{code}/{rule}/{as_of}", f"{code} {rule} {as_of}", said)


def _list(name: str, year: int, as_of: date, members: Sequence[Any]) -> Evidence:
    """How many there were: the whole list, also an empty one."""
    label = f"{name} {year}: {len(members)}"
    return proven("list", f"{name}/{as_of}", label, list(members))


def _hashes(rows: Iterable[Proven]) -> list[list[str]]:
    return sorted([row.evidence.name, row.evidence.sha256] for row in rows)
