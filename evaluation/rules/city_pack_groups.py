"""The ten groups of figures of a district's yearly report, of one year each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, TypeGuard

from evaluation.rules.base import ERROR, MET, NO_DATA, NOT_MET, OUTCOMES, Outcome, total
from evaluation.rules.city_pack_facts import (
    AREA,
    COUNT,
    MONEY,
    PERCENT,
    ROLLUP,
    Center,
    Evidence,
    Figure,
    YearInputs,
)
from evaluation.rules.facts import Funding, in_force
from evaluation.rules.rollup import (
    BASICALLY_COMPLIANT,
    COMPLIANT,
    NOT_COMPLIANT,
    VERDICTS,
)

FORMS = (
    *("grant", "purchase", "welfare_lottery", "donation", "community_foundation"),
    *("earned_income", "other"),
)
GRADES = ("excellent", "good", "qualified", "unqualified")
BASIC, MIXED, PROJECT = "basic_operation", "mixed", "project"
DIRECTORS = ("director", "acting_director")
SECONDED = "seconded_community_worker"
SOCIAL_WORKERS = ("assistant", "intermediate", "senior")
HUNDREDTH = Decimal("0.01")
YUAN_IN_TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Found:
    """A figure of one year, with its evidence."""

    figure: Figure
    evidence: tuple[Evidence, ...]


def of_year(inputs: YearInputs) -> list[Found]:
    groups: Sequence[Callable[[YearInputs], Iterable[Found]]] = (
        *(_coverage, _standards, _people, _premises, money, _functions),
        *(_mechanism, _review, _disclosure, _quality),
    )
    return [found for group in groups for found in group(inputs)]


def _coverage(inputs: YearInputs) -> Iterable[Found]:
    homes = {center.township for center in inputs.centers}
    covered = sorted(homes & set(inputs.townships))
    proofs = (*inputs.townships.values(), *_proofs(inputs, "profile"), *_list(inputs, "townships"))
    whole = len(inputs.townships)
    yield _count("coverage.townships", whole, proofs)
    yield _count("coverage.with_center", len(covered), proofs, denominator=whole, of="townships")
    yield _rate("coverage.rate", len(covered), whole, "townships", proofs)


def _standards(inputs: YearInputs) -> Iterable[Found]:
    proofs = (*_proofs(inputs, ROLLUP), *_list(inputs, "centers"))
    verdicts = Counter(center.rollup for center in inputs.centers)
    whole = len(inputs.centers)
    yield _count("standards.centers", whole, proofs)
    for verdict in VERDICTS:
        yield _count(
            f"standards.{verdict}", verdicts[verdict], proofs, denominator=whole, of="centers"
        )
    good = verdicts[COMPLIANT] + verdicts[BASICALLY_COMPLIANT]
    judged = good + verdicts[NOT_COMPLIANT]
    yield _rate("standards.compliant_rate", good, judged, "centers_judged", proofs)
    for rule in inputs.rules:
        counts = Counter(
            center.outcomes[rule].outcome for center in inputs.centers if rule in center.outcomes
        )
        proofs = (*_proofs(inputs, rule), *_list(inputs, "centers"))
        yield _rate(
            f"standards.{rule}",
            counts[MET],
            counts[MET] + counts[NOT_MET],
            "judged",
            proofs,
            parts=_outcomes(counts),
        )


def _people(inputs: YearInputs) -> Iterable[Found]:
    """People, not rows: who holds two posts is counted once."""
    filed = [center for center in inputs.centers if center.staff is not None]
    rows = [
        ((center.code, row.person), row)
        for center in filed
        for row in center.staff or ()
        if in_force(row, inputs.as_of)
    ]
    everybody = {who for who, _row in rows}
    directors = {who for who, row in rows if row.post in DIRECTORS}
    seconded = {who for who, row in rows if row.employment_type == SECONDED}
    unknown_kind = {who for who, row in rows if row.employment_type is None}
    full_time = {who for who, row in rows if row.is_full_time}
    unsaid = {who for who, row in rows if row.is_full_time is None} - full_time
    certified = {who for who, row in rows if row.social_work_certificate in SOCIAL_WORKERS}
    untold = {who for who, row in rows if row.social_work_certificate is None} - certified
    counted: Sequence[tuple[str, set[Any], set[Any], set[Any]]] = (
        ("full_time_directors", full_time, unsaid, directors),
        ("full_time_staff", full_time, unsaid, everybody - directors),
        ("community_workers", seconded, unknown_kind - seconded, everybody),
        ("social_workers", certified, untold, everybody),
    )
    for name, so, doubtful, among in counted:
        known, unknown = len(so & among), len(doubtful & among)
        # Nothing was said of anybody: that is not none.
        is_silent = bool(among) and unknown == len(among)
        yield _sum_of(
            inputs,
            f"people.{name}",
            COUNT,
            None if is_silent else str(known),
            filed,
            "staff",
            {"unknown": unknown},
        )


def _premises(inputs: YearInputs) -> Iterable[Found]:
    filed = [center for center in inputs.centers if center.premises is not None]
    areas = [center.area_m2 for center in filed if center.area_m2 is not None]
    whole, middle = (rounded(total(areas)), rounded(median(areas))) if areas else (None, None)
    yield _sum_of(inputs, "premises.area", AREA, whole, filed, "premises")
    yield _sum_of(inputs, "premises.area_median", AREA, middle, filed, "premises")
    partners: Counter[str] = Counter()
    shared = 0
    for center in filed:
        rows = [row for row in center.premises or () if in_force(row, inputs.as_of)]
        of_center = {partner for row in rows for partner in row.co_location or ()}
        partners.update(of_center)
        shared += bool(of_center)
    parts = dict(sorted(partners.items()))
    yield _sum_of(inputs, "premises.co_located", COUNT, str(shared), filed, "premises", parts)


def money(inputs: YearInputs) -> Iterable[Found]:
    """Of the centers that told of the year: by rows of it, or by the word that there is none.

    The total is of what runs the centers; money of projects is none of it. The forms are whole.
    """
    told = [
        center
        for center in inputs.centers
        if center.funding is not None
        and (not center.funding or any(row.fiscal_year == inputs.year for row in center.funding))
    ]
    rows = [
        row for center in told for row in center.funding or () if row.fiscal_year == inputs.year
    ]
    running = [(row.form, _operating(row)) for row in rows if row.purpose != PROJECT]
    by_form = {form: [yuan for of, yuan in running if of == form] for form in FORMS}
    parts = {form: _ten_thousands(yuan) for form, yuan in by_form.items()}
    yield _amount(inputs, "money.total", [yuan for _form, yuan in running], told, parts)
    for form in FORMS:
        of_form = [row.amount_yuan for row in rows if row.form == form]
        yield _amount(inputs, f"money.{form}", of_form, told)


def _operating(row: Funding) -> Decimal | None:
    """What of a row is for running the center; None while that is not known."""
    if row.purpose == MIXED:
        return row.basic_amount_yuan
    return row.amount_yuan if row.purpose == BASIC else None


def _amount(
    inputs: YearInputs,
    key: str,
    amounts: Sequence[Decimal | None],
    told: Sequence[Center],
    parts: Mapping[str, Any] | None = None,
) -> Found:
    known = [yuan for yuan in amounts if yuan is not None]
    # Rows without a single amount are no 0.
    value = None if amounts and not known else _ten_thousands(known)
    told_of: dict[str, Any] = {"unknown": len(amounts) - len(known), **(parts or {})}
    return _sum_of(inputs, key, MONEY, value, told, "funding", told_of)


def _functions(inputs: YearInputs) -> Iterable[Found]:
    """Of the year itself: what the centers filed of another year says nothing of this one."""
    for rule in inputs.functions:
        known = {
            center.code: center.outcomes[rule]
            for center in inputs.centers
            if rule in center.outcomes
            and center.outcomes[rule].figures.get("fiscal_year") == inputs.year
        }
        counts = Counter(outcome.outcome for outcome in known.values())
        counts[NO_DATA] += len(inputs.centers) - len(known)
        proofs = (*_proofs(inputs, rule), *_list(inputs, "centers"))
        yield _rate(
            f"functions.{rule}.rate",
            counts[MET],
            counts[MET] + counts[NOT_MET],
            "applicable",
            proofs,
            parts=_outcomes(counts),
        )
        reported = [
            outcome.figures["count"] for outcome in known.values() if "count" in outcome.figures
        ]
        yield _count(
            f"functions.{rule}.count",
            sum(reported) if reported else None,
            proofs,
            numerator=len(reported),
            denominator=len(inputs.centers),
            of="centers_reported",
        )
    yield from _lottery(inputs)


def _lottery(inputs: YearInputs) -> Iterable[Found]:
    outcome, proofs = (
        inputs.duties.get("lottery_application"),
        _of_duty(inputs, "lottery_application"),
    )
    applied = _told(outcome, "count")
    yield _count("functions.lottery_applied", applied, proofs)
    yield _count(
        "functions.lottery_approved",
        _told(outcome, "approved"),
        proofs,
        denominator=applied,
        of="lottery_applied",
    )


def _mechanism(inputs: YearInputs) -> Iterable[Found]:
    exchange = inputs.duties.get("exchange")
    kinds = ("exchange", "training", "visit")
    yield _count(
        "mechanism.exchanges",
        _told(exchange, "count"),
        _of_duty(inputs, "exchange"),
        parts=_parts_of(exchange, kinds),
    )
    for name in ("link", "guidance"):
        outcome = inputs.duties.get(name)
        covered, centers = _covered(outcome, len(inputs.centers))
        yield _rate(f"mechanism.{name}_rate", covered, centers, "centers", _of_duty(inputs, name))
    joint = inputs.duties.get("cooperation")
    for kind in ("consultation", "briefing", "attendance"):
        yield _count(f"mechanism.{kind}", _told(joint, kind), _of_duty(inputs, "cooperation"))
    counts = Counter(outcome.outcome for outcome in inputs.duties.values())
    yield _rate(
        "mechanism.duties_met",
        counts[MET],
        counts[MET] + counts[NOT_MET],
        "duties_judged",
        tuple(inputs.duty_evidence.values()),
        parts=_outcomes(counts),
    )


def _review(inputs: YearInputs) -> Iterable[Found]:
    graded = inputs.grades
    proofs = (*(each.evidence for each in graded or ()), *_list(inputs, "reviews"))
    codes = {center.code for center in inputs.centers}
    reviewed = None if graded is None else len(codes & {each.of for each in graded})
    yield _rate(
        "review.reviewed_rate",
        reviewed,
        len(codes),
        "centers",
        (*proofs, *_list(inputs, "centers")),
    )
    for grade in GRADES:
        yield _count(
            f"review.{grade}",
            None if graded is None else sum(each.state == grade for each in graded),
            proofs,
            denominator=None if graded is None else len(graded),
            of="centers_graded",
        )
    items = [each for each in inputs.items if each.state != "cancelled"]
    closed = sum(each.state == "closed" for each in items)
    proofs = (*(each.evidence for each in inputs.items), *_list(inputs, "rectifications"))
    yield _count("review.rectifications", len(items), proofs)
    yield _rate("review.rectified_rate", closed, len(items), "rectifications", proofs)


def _disclosure(inputs: YearInputs) -> Iterable[Found]:
    due = inputs.disclosures
    states = Counter(each.state for each in due)
    yield _rate(
        "disclosure.on_time_rate",
        states["on_time"],
        len(due),
        "disclosures_due",
        (*(each.evidence for each in due), *_list(inputs, "publications")),
        parts={name: states[name] for name in ("on_time", "late", "missing")},
    )
    heard = inputs.complaints
    yield _rate(
        "disclosure.complaints_handled_rate",
        sum(each.state == "handled" for each in heard),
        len(heard),
        "complaints",
        (*(each.evidence for each in heard), *_list(inputs, "complaints")),
    )
    written = inputs.feedback
    yield _rate(
        "disclosure.feedback_in_time_rate",
        sum(each.state == "in_time" for each in written),
        len(written),
        "feedback_due",
        (*(each.evidence for each in written), *_list(inputs, "feedback")),
    )


def _quality(inputs: YearInputs) -> Iterable[Found]:
    asked = (*inputs.rules, *inputs.functions)
    found = [
        center.outcomes[rule].outcome
        for center in inputs.centers
        for rule in asked
        if rule in center.outcomes
    ]
    proofs = (*(proof for rule in asked for proof in _proofs(inputs, rule)),)
    proofs = (*proofs, *_list(inputs, "centers"))
    missing = sum(outcome == NO_DATA for outcome in found)
    yield _rate("quality.no_data_rate", missing, len(found), "findings", proofs)
    states = Counter(each.state for each in inputs.filings)
    proofs = (*(each.evidence for each in inputs.filings), *_list(inputs, "filings"))
    parts = {name: states[name] for name in ("on_time", "late", "missing")}
    whole = len(inputs.filings)
    yield _count(
        "quality.late_filings",
        (states["late"] + states["missing"]) if whole else None,
        proofs,
        denominator=whole,
        of="filings_due",
        parts=parts,
    )
    yield _rate("quality.on_time_rate", states["on_time"], whole, "filings_due", proofs)


# --- what the groups share


def _count(
    key: str,
    value: int | None,
    proofs: Iterable[Evidence],
    *,
    numerator: int | None = None,
    denominator: int | None = None,
    of: str = "",
    parts: Mapping[str, Any] | None = None,
) -> Found:
    figure = Figure(
        key,
        key.partition(".")[0],
        COUNT,
        None if value is None else str(value),
        value if numerator is None and denominator is not None else numerator,
        denominator,
        of,
        parts or {},
    )
    return Found(figure, tuple(proofs))


def _rate(
    key: str,
    numerator: int | None,
    denominator: int,
    of: str,
    proofs: Iterable[Evidence],
    *,
    parts: Mapping[str, Any] | None = None,
) -> Found:
    """A share in percent; None where nothing is to be divided by, or nothing is known."""
    value = None
    if numerator is not None and denominator:
        value = rounded(Decimal(100 * numerator) / denominator)
    figure = Figure(
        key,
        key.partition(".")[0],
        PERCENT,
        value,
        numerator,
        denominator,
        of,
        parts or {},
    )
    return Found(figure, tuple(proofs))


def _sum_of(
    inputs: YearInputs,
    key: str,
    unit: str,
    value: str | None,
    told: Sequence[Center],
    section: str,
    parts: Mapping[str, Any] | None = None,
) -> Found:
    """What the centers that told of it add up to; None while none did."""
    proofs = tuple(each.evidence[section] for each in told if section in each.evidence)
    figure = Figure(
        key,
        key.partition(".")[0],
        unit,
        value if told else None,
        len(told),
        len(inputs.centers),
        "centers_reported",
        parts or {} if told else {},
    )
    return Found(figure, (*proofs, *_list(inputs, "centers")))


def _is_known(outcome: Outcome | None) -> TypeGuard[Outcome]:
    return outcome is not None and outcome.outcome in (MET, NOT_MET)


def _told(outcome: Outcome | None, name: str) -> int | None:
    """A count of a duty; 0 where the bureau said that the year had none, None where it is not
    known."""
    if not _is_known(outcome):
        return None
    return int(outcome.figures.get(name, 0))


def _covered(outcome: Outcome | None, centers: int) -> tuple[int | None, int]:
    """(centers covered, centers); None covered where nothing was recorded."""
    if not _is_known(outcome):
        return None, centers
    return int(outcome.figures.get("covered", 0)), int(outcome.figures.get("centers", centers))


def _parts_of(outcome: Outcome | None, names: Iterable[str]) -> dict[str, Any]:
    if not _is_known(outcome):
        return {}
    return {name: outcome.figures.get(name, 0) for name in names}


def _outcomes(counts: Mapping[str, int]) -> dict[str, Any]:
    wanted = [name for name in OUTCOMES if name != ERROR or counts.get(ERROR)]
    return {name: counts.get(name, 0) for name in wanted}


def _proofs(inputs: YearInputs, name: str) -> tuple[Evidence, ...]:
    return tuple(each.evidence[name] for each in inputs.centers if name in each.evidence)


def _of_rule(inputs: YearInputs, rule: str) -> tuple[Evidence, ...]:
    return _proofs(inputs, rule)


def _of_duty(inputs: YearInputs, name: str) -> tuple[Evidence, ...]:
    return (inputs.duty_evidence[name],) if name in inputs.duty_evidence else ()


def _list(inputs: YearInputs, name: str) -> tuple[Evidence, ...]:
    return (inputs.lists[name],) if name in inputs.lists else ()


def rounded(value: Decimal) -> str:
    return str(value.quantize(HUNDREDTH, ROUND_HALF_UP))


def _ten_thousands(amounts: Iterable[Decimal | None]) -> str:
    return rounded(total(amounts) / YUAN_IN_TEN_THOUSAND)
