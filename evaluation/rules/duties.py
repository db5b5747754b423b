"""Duties of the district bureau: 二-0 and part 四, judged per district and calendar year.

A year nobody entered anything for is no data. That there was nothing is a statement of its own
(`declared_none`), made once the year is over, and fails the duty. Until then what is missing can
still be done: not met, in grace.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from evaluation.rules.base import (
    MET,
    NO_DATA,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Sifted,
    decimal_text,
    judge,
    sift,
    total,
)

RECORDS = "records"
EVENTS = "events"
MONEY = "money"
# Where else things that count as records happen.
LOTTERIES = "lotteries"
MATCHES = "matches"
ROUNDS = "rounds"
PUBLICATIONS = "publications"

# What the bureau records itself; `exchange` and `cooperation` come from coordination events.
SUPPORT_POLICY = "support_policy"
GUIDANCE = "guidance"
LINK = "link"
RESOURCE_AGREEMENT = "resource_agreement"
LOTTERY_APPLICATION = "lottery_application"
PERFORMANCE_REVIEW = "performance_review"
DISCLOSURE = "disclosure"
COMPLAINT = "complaint"
EXCHANGE = "exchange"
COOPERATION = "cooperation"
# Where a center has one in the portal, records of the year tell of the same.
ONCE_A_YEAR = (LOTTERY_APPLICATION, PERFORMANCE_REVIEW)
# 横向 between townships, and 协同 with streets and neighborhood committees.
HORIZONTAL = ("exchange", "training", "visit")
JOINT = ("consultation", "briefing", "attendance")

REASONS = frozenset(
    {
        "no_centers",
        "nothing_recorded",
        "declared_none",
        "records_suffice",
        "records_{count}_of_{required}",
        "centers_guided",
        "guided_{covered}_of_{centers}",
        "events_suffice",
        "events_{count}_of_{required}",
        "reviewed_{covered}_of_{centers}",
        "purchase_grew",
        "purchase_did_not_grow",
        "no_funding_of_last_year",
        "no_funding_of_the_year",
        "purchase_amount_unknown",
        "sources_suffice",
        "sources_{count}_of_{required}",
        "source_amount_unknown",
        "funding_incomplete",
    }
)
EXCLUSIONS = frozenset(
    {
        "not_evidenced",
        "published_late",
        "publication_withdrawn",
        "counted_elsewhere",
        "not_held",
        "minutes_missing",
        "one_township",
        "money_unknown",
        "no_money",
    }
)
REMEDIES = frozenset(
    {
        "record_duty",
        "attach_evidence",
        "record_more",
        "guide_centers",
        "hold_events",
        "write_minutes",
        "review_centers",
        "ask_for_funding",
        "complete_amounts",
        "raise_purchase",
        "add_sources",
    }
)


@dataclass(frozen=True, slots=True)
class Record:
    """One thing the bureau did. What happened on one day starts and ends on it.

    `result`: pending, approved or refused of an application, pending or handled of a complaint.
    `due_on` is the day a disclosure had to be out. `place` is where it happened, and `row` its key
    there.
    """

    row: int
    kind: str
    starts_on: date
    ends_on: date | None = None
    is_evidenced: bool = True
    centers: frozenset[int] = frozenset()
    result: str = ""
    amount_yuan: Decimal | None = None
    due_on: date | None = None
    is_withdrawn: bool = False
    place: str = RECORDS


@dataclass(frozen=True, slots=True)
class Event:
    """协同活动 of the district's year that nobody cancelled; held on no day is planned."""

    row: int
    kind: str
    held_on: date | None = None
    has_minutes: bool = False
    centers: frozenset[int] = frozenset()
    townships: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Money:
    """One funding row that a center filed, of the year or the year before."""

    row: int
    center: int
    fiscal_year: int
    form: str
    amount_yuan: Decimal | None


@dataclass(frozen=True, slots=True)
class DistrictFacts:
    """One district in one year, as known, up to `as_of`, which lies in that year.

    `centers` are those established by then, id → code, `centers_before` the ids of those there at
    the end of the year before. `money` is None while no center filed its
    funding. `declared_none` are the kinds of which the bureau said that the year had none.
    """

    as_of: date
    year: int
    centers: Mapping[int, str] = field(default_factory=dict)
    centers_before: frozenset[int] = frozenset()
    township_count: int = 0
    records: tuple[Record, ...] = ()
    events: tuple[Event, ...] = ()
    money: tuple[Money, ...] | None = None
    declared_none: frozenset[str] = frozenset()

    @property
    def is_over(self) -> bool:
        """Whether the year ends with the day it is judged on."""
        return self.as_of >= date(self.year, 12, 31)


def support_policy(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """各区民政局要高度重视，切实加强领导，落实相关工作保障，制订扶持措施.

    Support policies in force in the year.
    """
    return _enough(facts, _records(facts, SUPPORT_POLICY), SUPPORT_POLICY, parameters)


def guidance(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """各区民政局要指导本区各街镇社会组织服务中心做好以下各项工作.

    Every center guided at least `dd_guidance_min_count` times in the year. Figures: covered,
    centers, missing and the codes of who is missing.
    """
    rows = _records(facts, GUIDANCE)
    nothing = _nothing(facts, rows, GUIDANCE)
    if nothing:
        return nothing
    required = parameters["dd_guidance_min_count"]
    times = {pk: sum(pk in row.centers for row in rows.counted) for pk in facts.centers}
    figures = _coverage(facts, {pk for pk, count in times.items() if count >= required})
    figures |= {"count": len(rows.counted), "required": required}
    if not figures["missing"]:
        return judge(MET, "centers_guided", rows, figures=figures)
    remedy = Remedy("guide_centers", {"missing": figures["missing"]})
    return _fails(facts, "guided_{covered}_of_{centers}", rows, figures, remedy)


def exchange(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """各区民政局要建立横向交流培训机制，常态化开展街镇之间交流、培训、互访活动.

    Exchange, training and visits that were held with minutes and joined two townships or more,
    at least `dd_exchange_min_count`.
    """
    rows = _events(facts, HORIZONTAL, needed_townships=2)
    joined: set[int] = set().union(*(row.townships for row in rows.counted))
    figures = {"townships": len(joined), "township_count": facts.township_count}
    figures |= _by_kind(rows, HORIZONTAL)
    return _events_held(facts, rows, EXCHANGE, parameters["dd_exchange_min_count"], figures)


def link(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """要指导街镇社会组织服务中心与区级社会组织服务中心纵向联接，形成区域服务协作的网络.

    Links between the district's own center and others, in force in the year; the figures say how
    many of the centers they cover.
    """
    rows = _records(facts, LINK)
    return _enough(facts, rows, LINK, parameters, _coverage(facts, _centers_of(rows)))


def cooperation(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """并通过定期会商、情况专报、列席会议等方式，建立与街镇、居（村）委会的协同机制.

    Consultations, briefings and attendance at meetings that were held with minutes; the figures
    say at how many of the centers.
    """
    rows = _events(facts, JOINT)
    figures = _coverage(facts, _centers_of(rows)) | _by_kind(rows, JOINT)
    return _events_held(facts, rows, COOPERATION, parameters["dd_min_count"], figures)


def resource_agreement(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """要引导…通过需求对接、项目开发、资源共享等方式，建立与各类社区资源平台的协作机制.

    Agreements and joint projects with resource platforms in force in the year.
    """
    rows = _records(facts, RESOURCE_AGREEMENT)
    figures = _coverage(facts, _centers_of(rows))
    return _enough(facts, rows, RESOURCE_AGREEMENT, parameters, figures)


def lottery_application(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """要指导…积极申报市级福利彩票公益金资助的基础民生保障项目.

    Applications of the year; the figures say which were approved and for how much.
    """
    rows = _records(facts, LOTTERY_APPLICATION)
    approved = [row for row in rows.counted if row.result == "approved"]
    figures = _coverage(facts, _centers_of(rows)) | {
        "approved": len(approved),
        "refused": sum(row.result == "refused" for row in rows.counted),
        "approved_yuan": decimal_text(total(row.amount_yuan for row in approved)),
    }
    return _enough(facts, rows, LOTTERY_APPLICATION, parameters, figures)


def purchase_growth(facts: DistrictFacts, _parameters: Parameters) -> Outcome:
    """要争取财政支持，加大对街镇社会组织服务中心的政府购买服务力度.

    The government purchases filed for all centers in the year are more than in the year before.
    Nothing filed of the year before leaves the trend without data, and so does an unknown amount,
    or a center that filed nothing of a year, that could turn it.
    """
    if facts.money is None:
        return Outcome(NO_DATA, "funding_not_filed", remedy=Remedy("ask_for_funding"))
    purchases = [row for row in facts.money if row.form == "purchase"]
    rows = _sort(
        MONEY, purchases, lambda row: "money_unknown" if row.amount_yuan is None else None
    )
    known = {row.fiscal_year for row in facts.money}
    sums = {
        year: total(row.amount_yuan for row in rows.counted if row.fiscal_year == year)
        for year in (facts.year, facts.year - 1)
    }
    figures: dict[str, Any] = {"year": facts.year, "last_year": facts.year - 1}
    if facts.year not in known:
        remedy = Remedy("ask_for_funding")
        return judge(NO_DATA, "no_funding_of_the_year", rows, figures=figures, remedy=remedy)
    figures |= {
        "this_year_yuan": decimal_text(sums[facts.year]),
        "centers_with_purchase": len({row.center for row in rows.counted}),
    }
    if facts.year - 1 not in known:
        return judge(NO_DATA, "no_funding_of_last_year", rows, figures=figures)
    return _trend(facts, rows, figures, sums)


def _trend(
    facts: DistrictFacts, rows: Sifted, figures: dict[str, Any], sums: Mapping[int, Decimal]
) -> Outcome:
    change = sums[facts.year] - sums[facts.year - 1]
    figures |= {
        "last_year_yuan": decimal_text(sums[facts.year - 1]),
        "change_yuan": decimal_text(change),
    }
    if sums[facts.year - 1]:
        percent = change * 100 / sums[facts.year - 1]
        figures["change_percent"] = decimal_text(percent.quantize(Decimal("0.01")))
    unknown_years = {row.fiscal_year for row in rows.excluded_as("money_unknown")}
    # An unknown amount only ever adds to its year.
    turning_year = facts.year - 1 if change > 0 else facts.year
    if turning_year in unknown_years:
        remedy = Remedy("complete_amounts")
        return judge(NO_DATA, "purchase_amount_unknown", rows, figures=figures, remedy=remedy)
    if _silent(facts, turning_year):
        return _incomplete(facts, turning_year, rows, figures)
    if change > 0:
        return judge(MET, "purchase_grew", rows, figures=figures)
    remedy = Remedy("raise_purchase", {"last_year_yuan": figures["last_year_yuan"]})
    return _fails(facts, "purchase_did_not_grow", rows, figures, remedy)


def fund_sources(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """并通过制定优惠政策、动员社会捐赠及鼓励社区基金会资金支持等举措，建立多元化、多渠道的资金投入机制.

    Distinct sources that gave the centers money in the year, at least `min_fund_sources`. Fewer are
    not too few while a center filed nothing of the year.
    """
    if facts.money is None:
        return Outcome(NO_DATA, "funding_not_filed", remedy=Remedy("ask_for_funding"))
    of_year = [row for row in facts.money if row.fiscal_year == facts.year]
    rows = _sort(MONEY, of_year, _money_exclusion)
    if not of_year:
        remedy = Remedy("ask_for_funding")
        figures: dict[str, Any] = {"year": facts.year}
        return judge(NO_DATA, "no_funding_of_the_year", rows, figures=figures, remedy=remedy)
    sources = sorted({row.form for row in rows.counted})
    required = parameters["min_fund_sources"]
    figures = {
        "year": facts.year,
        "count": len(sources),
        "required": required,
        "sources_yuan": {
            form: decimal_text(total(row.amount_yuan for row in rows.counted if row.form == form))
            for form in sources
        },
    }
    if len(sources) >= required:
        return judge(MET, "sources_suffice", rows, figures=figures)
    possible = {row.form for row in rows.excluded_as("money_unknown")}.union(sources)
    if len(possible) >= required:
        remedy = Remedy("complete_amounts")
        return judge(NO_DATA, "source_amount_unknown", rows, figures=figures, remedy=remedy)
    if _silent(facts, facts.year):
        return _incomplete(facts, facts.year, rows, figures)
    remedy = Remedy("add_sources", {"missing": required - len(sources)})
    return _fails(facts, "sources_{count}_of_{required}", rows, figures, remedy)


def _silent(facts: DistrictFacts, year: int) -> int:
    """How many centers filed no money of the year, which is not the same as none."""
    told = {row.center for row in facts.money or () if row.fiscal_year == year}
    there = facts.centers if year == facts.year else facts.centers_before
    return len(set(there) - told)


def _incomplete(
    facts: DistrictFacts, year: int, rows: Sifted, figures: dict[str, Any]
) -> Outcome:
    figures = figures | {"silent": _silent(facts, year), "silent_year": year}
    remedy = Remedy("ask_for_funding")
    return judge(NO_DATA, "funding_incomplete", rows, figures=figures, remedy=remedy)


def _money_exclusion(row: Money) -> str | None:
    if row.amount_yuan is None:
        return "money_unknown"
    return None if row.amount_yuan > 0 else "no_money"


def performance_review(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """要指导街镇更加重视和支持社会组织服务中心的发展，做好对社会组织服务中心的绩效考评.

    Reviews of the year; where the district set `dd_review_min_share`, they have to cover that
    share of the centers. The figures always say how many were reviewed.
    """
    rows = _records(facts, PERFORMANCE_REVIEW)
    figures = _coverage(facts, _centers_of(rows))
    outcome = _enough(facts, rows, PERFORMANCE_REVIEW, parameters, figures)
    share = parameters["dd_review_min_share"]
    if outcome.outcome != MET or share is None:
        return outcome
    needed = ceil(share * figures["centers"])
    if figures["covered"] >= needed:
        return outcome
    remedy = Remedy("review_centers", {"missing": needed - figures["covered"]})
    return _fails(facts, "reviewed_{covered}_of_{centers}", rows, outcome.figures, remedy)


def disclosure(facts: DistrictFacts, parameters: Parameters) -> Outcome:
    """要健全街镇社会组织服务中心信息公开机制，主动接受其他社会组织和社区居民的监督.

    What was published in time; the figures say of how many centers, and how many complaints were
    handled.
    """
    rows = _records(facts, DISCLOSURE)
    complaints = _records(facts, COMPLAINT)
    heard = [*complaints.counted, *complaints.excluded_as("not_evidenced")]
    figures = _coverage(facts, _centers_of(rows)) | {
        "late": len(rows.excluded_as("published_late")),
        "complaints": len(heard),
        "complaints_handled": sum(row.result == "handled" for row in heard),
    }
    return _enough(facts, rows, DISCLOSURE, parameters, figures)


# --- what the duties share


def _records(facts: DistrictFacts, kind: str) -> Sifted:
    """Records of the kind that touch the year: evidenced ones count."""
    of_kind = [row for row in facts.records if row.kind == kind]
    # Keys of different places may be the same: the places first, so that the order is one.
    of_kind.sort(key=lambda row: row.place)
    elsewhere = [
        row for row in of_kind if row.place != RECORDS and not _record_exclusion(row, facts)
    ]
    return _sort(
        RECORDS,
        of_kind,
        lambda row: _record_exclusion(row, facts) or _told_twice(row, elsewhere),
    )


def _told_twice(row: Record, elsewhere: Iterable[Record]) -> str | None:
    """Whether a record of the bureau tells of what counts where it happened already: of each of its
    centers, in the year or on the day."""
    if row.place != RECORDS or not row.centers:
        return None
    told = {
        center
        for each in elsewhere
        for center in each.centers
        if row.kind in ONCE_A_YEAR or each.starts_on == row.starts_on
    }
    return "counted_elsewhere" if row.centers <= told else None


def _record_exclusion(row: Record, facts: DistrictFacts) -> str | None:
    if row.starts_on > facts.as_of:
        return "not_yet_started"
    if row.ends_on is not None and row.ends_on < date(facts.year, 1, 1):
        return "ended_before"
    if not row.is_evidenced:
        return "not_evidenced"
    if row.is_withdrawn:
        return "publication_withdrawn"
    is_late = row.due_on is not None and row.starts_on > row.due_on
    return "published_late" if is_late else None


def _events(facts: DistrictFacts, kinds: Iterable[str], needed_townships: int = 0) -> Sifted:
    of_kinds = [row for row in facts.events if row.kind in kinds]
    return _sort(EVENTS, of_kinds, lambda row: _event_exclusion(row, facts, needed_townships))


def _event_exclusion(row: Event, facts: DistrictFacts, needed_townships: int) -> str | None:
    if row.held_on is None or row.held_on > facts.as_of:
        return "not_held"
    if not row.has_minutes:
        return "minutes_missing"
    return "one_township" if len(row.townships) < needed_townships else None


def _sort(section: str, rows: Iterable[Any], exclusion: Callable[[Any], str | None]) -> Sifted:
    """``sift`` without a day: whether a row is of the year is the exclusion's to say."""
    return sift(section, rows, None, exclusion)


def _nothing(facts: DistrictFacts, rows: Sifted, kind: str) -> Outcome | None:
    """The outcome of a year without an entry: not looked at, or said to have had none."""
    if not rows.is_empty:
        return None
    is_declared = kind in facts.declared_none
    return judge(
        NOT_MET if is_declared else NO_DATA,
        "declared_none" if is_declared else "nothing_recorded",
        rows,
        figures={"year": facts.year},
        remedy=Remedy("record_duty", {"year": facts.year}),
    )


def _enough(
    facts: DistrictFacts,
    rows: Sifted,
    kind: str,
    parameters: Parameters,
    figures: dict[str, Any] | None = None,
) -> Outcome:
    """Met by `dd_min_count` records that count."""
    nothing = _nothing(facts, rows, kind)
    if nothing:
        return nothing
    required, count = parameters["dd_min_count"], len(rows.counted)
    figures = {"year": facts.year, "count": count, "required": required} | (figures or {})
    if count >= required:
        return judge(MET, "records_suffice", rows, figures=figures)
    bare, missing = len(rows.excluded_as("not_evidenced")), required - count
    remedy = Remedy("record_more", {"missing": missing})
    if bare >= missing:
        remedy = Remedy("attach_evidence", {"missing": missing})
    return _fails(facts, "records_{count}_of_{required}", rows, figures, remedy)


def _events_held(
    facts: DistrictFacts, rows: Sifted, kind: str, required: int, figures: dict[str, Any]
) -> Outcome:
    """Met by as many events as required, held and with minutes."""
    nothing = _nothing(facts, rows, kind)
    if nothing:
        return nothing
    count = len(rows.counted)
    figures = {"year": facts.year, "count": count, "required": required} | figures
    if count >= required:
        return judge(MET, "events_suffice", rows, figures=figures)
    bare, missing = len(rows.excluded_as("minutes_missing")), required - count
    remedy = Remedy("hold_events", {"missing": missing})
    if bare >= missing:
        remedy = Remedy("write_minutes", {"missing": missing})
    return _fails(facts, "events_{count}_of_{required}", rows, figures, remedy)


def _fails(
    facts: DistrictFacts, reason: str, rows: Sifted, figures: dict[str, Any], remedy: Remedy
) -> Outcome:
    """Not met; while the year runs it can still be done."""
    in_grace = not facts.is_over
    return judge(NOT_MET, reason, rows, figures=figures, remedy=remedy, in_grace=in_grace)


def _centers_of(rows: Sifted) -> set[int]:
    return set().union(*(row.centers for row in rows.counted))


def _coverage(facts: DistrictFacts, covered: Iterable[int]) -> dict[str, Any]:
    """How many of the district's centers, the share in percent, and who is missing."""
    missing = sorted(code for pk, code in facts.centers.items() if pk not in set(covered))
    centers = len(facts.centers)
    share = Decimal(100 * (centers - len(missing))) / centers
    return {
        "year": facts.year,
        "covered": centers - len(missing),
        "centers": centers,
        "share_percent": decimal_text(share.quantize(Decimal("0.01"))),
        "missing": len(missing),
        "missing_centers": missing,
    }


def _by_kind(rows: Sifted, kinds: Iterable[str]) -> dict[str, int]:
    return {kind: sum(row.kind == kind for row in rows.counted) for kind in kinds}
