"""A believable district: the golden centers of 海棠区 as filed for 2025, what they filed since,
and some more. Everything is invented; the division 310199 does not exist."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate
from stdnum.cn import uscc

from centers import selectors
from centers.models import (
    Center,
    Filing,
    Mechanism,
    Membership,
    Obligation,
    Round,
    Section,
)
from centers.models.event import quarter_of
from centers.selectors import periods
from centers.services import centers, events, filings, imports, opinions, rounds
from centers.services.imports import Declaration, Name
from portal.demo import demo_password
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from portal.users import services as users
from portal.users.models import User

DATA = Path(__file__).parent / "data"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "芳敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"


def golden() -> list[dict[str, Any]]:
    """The golden centers, as the acceptance scenario describes them."""
    return json.loads((DATA / "haitang_golden.json").read_text(encoding="utf-8"))["centers"]


def with_statutory(declared: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The centers with what the acceptance scenario is silent on: the law, costs and pay."""
    told = json.loads((DATA / "haitang_statutory.json").read_text(encoding="utf-8"))
    return [{**center, **told.get(center["code"], {})} for center in declared]


def load(*, district: Division, by: User, at: datetime) -> dict[str, Any]:
    """Centers, their filings, a director and a staff member; returns the accounts by role."""
    declared = with_statutory([*golden(), *invented()])
    accept(declared, district=district, by=by, at=at)
    accept_since(declared, by=by, at=at)
    accounts = {
        role: _account(role, name, center_code, by=by, at=at)
        for role, name, center_code in (
            ("center_director", "王芳", "C05"),
            ("center_staff", "李敏", "C05"),
        )
    }
    _filing_in_progress(by=by, at=at)
    _coordinate(district=district, by=by, at=at)
    _rounds(district, by=by, at=at)
    return accounts


def accept(
    declared: Iterable[Mapping[str, Any]], *, district: Division, by: User, at: datetime
) -> None:
    """Accept the scenario's centers as their first declaration."""
    declarations = [declaration(center, _township(center, district)) for center in declared]
    imports.accept_declarations(
        declarations=declarations, by=by, at=at, source=Filing.Source.DEMO
    )


def accept_since(declared: Iterable[Mapping[str, Any]], *, by: User, at: datetime) -> None:
    """Accept what the centers filed in 2026: new contracts, councils and people."""
    later = []
    for center in declared:
        change = SINCE.get(center["code"], {})
        if not change:
            continue
        updated = {**center, **{key: _listed(center[key]) + change[key] for key in change}}
        known = Center.objects.select_related("division").get(code=center["code"])
        later.append(replace(declaration(updated, known.division), center=known))
    imports.accept_declarations(declarations=later, by=by, at=at, source=Filing.Source.DEMO)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def declaration(center: Mapping[str, Any], division: Division) -> Declaration:
    """A scenario center as sections; what is null there was never filed."""
    makers = {
        Section.Kind.PROFILE: _profile,
        Section.Kind.STAFF: _staff,
        Section.Kind.PREMISES: _premises,
        Section.Kind.ACCOUNTS: _accounts,
        Section.Kind.FUNDING: _funding,
        Section.Kind.GOVERNANCE: _governance,
        Section.Kind.FUNCTIONS: _functions,
        Section.Kind.STATUTORY: _statutory,
    }
    sections = {str(kind): make(center) for kind, make in makers.items()}
    return Declaration(
        name=center["name"],
        division=division,
        code=center["code"],
        uscc=center["uscc"],
        sections={kind: rows for kind, rows in sections.items() if rows is not None},
    )


def _profile(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    registration = center["registration"]
    if registration is None:
        return None
    status = {"active": "registered", "none": "unregistered"}.get(
        registration["status"], registration["status"]
    )
    legal_rep = center["legal_rep"]
    return [
        {
            "name": center["name"],
            "uscc": center["uscc"],
            "registration_status": status,
            "registered_on": _date(registration["date"]),
            "established_on": _date(center["established_on"]),
            "operating_model": center["operating_model"],
            "operator_name": center.get("operator", ""),
            "legal_representative": Name(person_name(legal_rep), legal_rep) if legal_rep else None,
            "address": f"海棠区{center['township']}社区服务路{center['code'][1:]}号",
            "phone": f"021-555500{center['code'][1:]}",
            "basic_cost_yuan": _decimal(center.get("basic_cost")),
            "is_legal_representative_chair": center.get("is_chair"),
            "organization_count": center.get("organizations"),
        }
    ]


def _staff(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if center["staff"] is None:
        return None
    return [
        {
            "person": Name(person_name(row["id"]), row["id"]),
            "post": row["role"],
            "employment_type": row["type"],
            "is_full_time": row["full_time"],
            "is_council_appointed": row.get("appointed_by_council"),
            "is_openly_recruited": center["open_recruitment"],
            "pay_follows_community_worker": center.get("pay_follows"),
            **_dates(row),
        }
        for row in center["staff"]
    ]


def _premises(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if center["premises"] is None:
        return None
    return [
        {
            "address": f"海棠区{center['township']}社区服务路{center['code'][1:]}号",
            "exclusive_area_m2": _decimal(row["exclusive"]),
            "shared_area_m2": _decimal(row["shared"]),
            "share_ratio": _decimal(row["ratio"]),
            "adequacy": center["adequacy"],
            "has_signage": center["signage"],
            "has_equipment": center["equipment"],
            **_dates(row),
        }
        for row in center["premises"]
    ]


def _accounts(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if center["bank"] is None:
        return None
    return [{"holder": row["holder"], **_dates(row)} for row in center["bank"]]


def _funding(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if center["funding"] is None:
        return None
    rows = [
        {
            "fiscal_year": int(row["from"][:4]),
            "form": row["form"],
            "purpose": row["purpose"],
            "amount_yuan": _decimal(row["amount"]),
            "is_annual_renewal": row["annual_renewal"],
            **_dates(row),
        }
        for row in center["funding"]
    ]
    if center["earned_income"] is not None:
        amount = _decimal(center["earned_income"])
        rows.append({"fiscal_year": 2025, "form": "earned_income", "amount_yuan": amount})
    return rows


def _governance(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    terms = center["council"]
    if terms is None:
        return None
    return [{"member_count": term["members"], **_dates(term)} for term in _listed(terms)]


def _functions(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if center["functions"] is None:
        return None
    return [
        {"fiscal_year": 2025, "function": code, "count": count}
        for code, count in center["functions"].items()
        if count is not None
    ]


def _statutory(center: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if center.get("statutory") is None:
        return None
    return [
        {
            **row,
            "occurred_on": _date(row.get("occurred_on")),
            "done_on": _date(row.get("done_on")),
            "non_state_share": _decimal(row.get("non_state_share")),
        }
        for row in center["statutory"]
    ]


def _dates(row: Mapping[str, Any]) -> dict[str, date | None]:
    return {"starts_on": _date(row["from"]), "ends_on": _date(row["to"])}


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def person_name(code: str) -> str:
    """An invented name that is always the same for a person's code."""
    center, n = divmod(int(code[1:]), 100)
    picks = (center * 7 + n * 3, center * 3 + n * 11, center * 9 + n * 7)
    first, second, third = (pick % len(GIVEN) for pick in picks)
    return SURNAMES[first] + GIVEN[second] + GIVEN[third]


def _township(center: Mapping[str, Any], district: Division) -> Division:
    kind = Division.Kind.SUBDISTRICT if center["township"].endswith("街道") else Division.Kind.TOWN
    return jurisdictions.add(
        code=center["township_code"], name=center["township"], kind=kind, parent=district
    )


def _account(role: str, name: str, center_code: str, *, by: User, at: datetime) -> dict[str, str]:
    username, password = role, demo_password()
    user = users.register(username=username, full_name=name, password=password, at=at)
    center = Center.objects.select_related("division").get(code=center_code)
    centers.join(user=user, center=center, role=role, by=by, at=at)
    return {"username": username, "password": password, "center": center.code}


def _filing_in_progress(*, by: User, at: datetime) -> None:
    """One filing waits for the bureau, so that its inbox is not empty on the first day."""
    center = Center.objects.get(code="C03")
    director = users.register(username="director_c03", full_name="陈静", password=None, at=at)
    centers.join(user=director, center=center, role="center_director", by=by, at=at)
    filing = filings.open_change(center=center, by=director, at=at)
    section = filings.add_section(filing=filing, kind=Section.Kind.STAFF, by=director, at=at)
    rows = selectors.with_lines(selectors.rows_of(section), section.kind)
    joined = {
        "person_id": centers.person(center=center, name="孙桂平").pk,
        "post": "staff",
        "employment_type": "labour_contract",
        "is_full_time": True,
        "starts_on": date(2026, 11, 1),
    }
    filings.save_section(
        section=section, version=section.version, rows=[*rows, joined], by=director, at=at
    )
    clerk = users.register(username="staff_c03", full_name="吴敏", password=None, at=at)
    centers.join(user=clerk, center=center, role="center_staff", by=by, at=at)
    filings.prepare(filing=filing, version=filing.version, by=clerk, at=at)
    filings.submit(filing=filing, version=filing.version, by=director, at=at)


def _rounds(district: Division, *, by: User, at: datetime) -> None:
    """A quarterly report past its due date, and a staff roster still to be filed."""
    today = localdate(at)
    quarter = periods.suggested(Round.Kind.QUARTERLY, today)
    report = _opened(
        district,
        title=f"{quarter.period_from_on.year}年第{(quarter.period_from_on.month + 2) // 3}季度报告",
        kind=Round.Kind.QUARTERLY,
        period=(quarter.period_from_on, quarter.period_to_on),
        days=(-36, -6, 9),
        sections=[Section.Kind.FUNDING, Section.Kind.FUNCTIONS],
        by=by,
        at=at,
    )
    month = periods.suggested(Round.Kind.MONTHLY_ROSTER, today)
    roster = _opened(
        district,
        title=f"{month.period_from_on.year}年{month.period_from_on.month}月人员名册",
        kind=Round.Kind.MONTHLY_ROSTER,
        period=(month.period_from_on, month.period_to_on),
        days=(-4, 9, 19),
        sections=[Section.Kind.STAFF],
        by=by,
        at=at,
    )
    for asked, answers in ((report, REPORT), (roster, ROSTER)):
        owed = asked.obligations.select_related("center__division", "round")
        for code, (upto, days_ago) in answers.items():
            moment = at - timedelta(days_ago)
            _answer(owed.get(center__code=code), upto, by=by, at=moment)
    rounds.extend(
        obligation=report.obligations.get(center__code="C08"),
        due_on=today + timedelta(12),
        locks_on=today + timedelta(20),
        reason="主任交接，账目移交尚未完成",
        by=by,
        at=at - timedelta(7),
    )


def _opened(
    district: Division,
    *,
    title: str,
    kind: str,
    period: tuple[date, date],
    days: tuple[int, int, int],
    sections: list[str],
    by: User,
    at: datetime,
) -> Round:
    """A round for every center of the district; ``days`` from today it opens, is due and locks."""
    opens_on, due_on, locks_on = (localdate(at) + timedelta(n) for n in days)
    return rounds.open_round(
        title=title,
        kind=kind,
        division=district,
        centers=Center.objects.filter(division__parent=district).select_related("division"),
        period_from_on=period[0],
        period_to_on=period[1],
        opens_on=opens_on,
        due_on=due_on,
        locks_on=locks_on,
        section_kinds=sections,
        needs_opinion=kind == Round.Kind.QUARTERLY,
        instructions="请核对预填内容，如无变化可直接提交；当期确无发生的，按零报告报送。",
        by=by,
        at=at + timedelta(days[0]),
    )


def _answer(owed: Obligation, upto: str, *, by: User, at: datetime) -> None:
    """Take a center's filing as far as ``upto``, as its own people and the bureau would."""
    director, clerk = _team(owed.center, by=by, at=at)
    filing = filings.open_for(obligation=owed, by=clerk, at=at)
    if upto == "draft":
        return
    filings.prepare(filing=filing, version=filing.version, by=clerk, at=at)
    if upto == "prepared":
        return
    filings.submit(filing=filing, version=filing.version, by=director, at=at)
    if upto == "submitted":
        return
    if owed.round.needs_opinion:
        opinions.dispense(filing=filing, reason="街道主管科室逾期未复", by=by, at=at)
    for section in filing.sections.order_by("pk"):
        if upto == "returned" and section.kind == Section.Kind.FUNDING:
            _send_back(section, by=by, at=at)
        else:
            filings.accept_section(section=section, version=section.version, by=by, at=at)


def _send_back(section: Section, *, by: User, at: datetime) -> None:
    row = selectors.rows_of(section)[0]
    filings.return_section(
        section=section,
        version=section.version,
        comment="请补充当季到账金额",
        row_comments={row.line: "合同金额与去年第四季度所报不一致，请核对"},
        by=by,
        at=at,
    )


def _team(center: Center, *, by: User, at: datetime) -> list[User]:
    """The center's director and a member of its staff."""
    team = []
    for role, number in (("center_director", 98), ("center_staff", 99)):
        member = Membership.objects.filter(center=center, role=role).select_related("user").first()
        if member is None:
            username = f"{role.removeprefix('center_')}_{center.code.lower()}"
            name = person_name(f"P{center.code[1:]}{number}")
            user = users.register(username=username, full_name=name, password=None, at=at)
            centers.join(user=user, center=center, role=role, by=by, at=at)
        else:
            user = member.user
        team.append(user)
    return team


def invented() -> list[dict[str, Any]]:
    """More centers of the district, each for a situation the golden ones do not show."""
    c01 = golden()[0]
    return [_variant(c01, **change) for change in INVENTED]


def _variant(model: Mapping[str, Any], *, number: int, township: str, **changes: Any) -> Any:
    code, name = f"C{number:02d}", f"海棠区{township}社会组织服务中心"
    staff = [
        {**row, "id": f"P{number:02d}{position:02d}", "to": None}
        for position, row in enumerate(model["staff"], start=1)
    ]
    return {
        **model,
        "code": code,
        "name": name,
        "township": township,
        "township_code": f"310199{number if township.endswith('街道') else 100 + number:03d}",
        "uscc": _credit_code(number),
        "legal_rep": f"P{number:02d}01",
        "staff": staff,
        "bank": [{**model["bank"][0], "holder": name}],
        **changes,
    }


def _credit_code(number: int) -> str:
    subject = f"52310199MJF1{number:03d}"
    base = f"{subject}{'0' * (17 - len(subject))}"
    return base + uscc.calc_check_digit(base)


# How far each center is with a round, and how many days ago it got there.
REPORT = {
    "C01": ("submitted", 8),
    "C02": ("accepted", 10),
    "C03": ("accepted", 7),
    "C04": ("submitted", 2),
    "C05": ("returned", 9),
    "C06": ("draft", 8),
    "C07": ("prepared", 7),
    "C09": ("accepted", 12),
    "C14": ("submitted", 6),
}
ROSTER = {
    "C01": ("draft", 1),
    "C02": ("prepared", 1),
    "C03": ("submitted", 2),
    "C09": ("accepted", 3),
}
THREE_YEARS = {
    "form": "purchase",
    "purpose": "basic_operation",
    "amount": 1_260_000,
    "annual_renewal": True,
    "from": "2024-01-01",
    "to": "2026-12-31",
}
INVENTED: list[dict[str, Any]] = [
    {"number": 9, "township": "榆林路街道", "funding": [THREE_YEARS]},
    {
        "number": 10,
        "township": "槐荫镇",
        "uscc": None,
        "operating_model": "entrusted",
        "operator": "海棠区枫桥社区发展促进中心",
        "registration": {"status": "none", "date": None},
        "established_on": "2020-03-01",
        "legal_rep": None,
        "bank": [
            {"holder": "海棠区枫桥社区发展促进中心", "from": "2020-03-10", "to": None}
        ],
        "council": [],
    },
    {
        "number": 11,
        "township": "新荷街道",
        "registration": {"status": "active", "date": "2026-02-10"},
        "established_on": "2026-02-10",
        "funding": [{**THREE_YEARS, "from": "2026-02-10", "to": "2027-02-09", "amount": 300_000}],
        "earned_income": None,
        "functions": None,
    },
    {
        "number": 12,
        "township": "芳草镇",
        "staff": None,
        "premises": None,
        "bank": None,
        "funding": None,
        "council": None,
        "functions": None,
        "earned_income": None,
    },
    {"number": 13, "township": "杏园街道", "signage": None, "open_recruitment": None},
    {
        "number": 14,
        "township": "枫叶路街道",
        "premises": [
            {
                "exclusive": "22.50",
                "shared": "200.00",
                "ratio": None,
                "from": "2021-05-01",
                "to": None,
            }
        ],
    },
    {"number": 15, "township": "青萍镇", "adequacy": "basically", "earned_income": 0},
    {"number": 16, "township": "梅花街道"},
]


def _year_2026(row: Mapping[str, Any], until: str = "2026-12-31") -> dict[str, Any]:
    return {**row, "from": "2026-02-01", "to": until}


PURCHASE = {"form": "purchase", "purpose": "basic_operation", "annual_renewal": False}
GRANT = {**PURCHASE, "form": "grant"}
TERM = {"members": 5}
# What was filed after the golden date; none of it reaches back to 1 January 2026.
SINCE: dict[str, dict[str, Any]] = {
    "C01": {"funding": [_year_2026({**PURCHASE, "amount": 500_000})]},
    "C02": {"funding": [_year_2026({**GRANT, "amount": 300_000})]},
    "C03": {
        "funding": [_year_2026({**PURCHASE, "purpose": "mixed", "amount": 280_000})],
        "council": [{**TERM, "from": "2026-03-12", "to": "2030-03-11"}],
    },
    "C04": {"funding": [_year_2026({**GRANT, "amount": 240_000})]},
    "C05": {"funding": [_year_2026({**PURCHASE, "amount": 360_000})]},
    "C06": {"council": [{**TERM, "from": "2026-01-10", "to": "2030-01-09"}]},
    "C07": {
        "funding": [
            _year_2026({**PURCHASE, "amount": 120_000}, until="2026-07-31"),
            {**PURCHASE, "amount": 120_000, "from": "2026-08-01", "to": "2026-12-31"},
        ],
        "council": [{**TERM, "from": "2026-11-11", "to": "2030-11-10"}],
    },
    "C08": {
        "funding": [_year_2026({**PURCHASE, "amount": 420_000})],
        "staff": [
            {
                "id": "P0805",
                "role": "director",
                "type": "labour_contract",
                "full_time": True,
                "from": "2026-02-01",
                "to": None,
                "appointed_by_council": True,
            }
        ],
    },
    **{
        f"C{number}": {"funding": [_year_2026({**PURCHASE, "amount": 380_000})]}
        for number in (13, 14, 15, 16)
    },
}


def _coordinate(*, district: Division, by: User, at: datetime) -> None:
    """Coordination events before and after ``at``, and what the district asks for this year."""
    today = localdate(at)
    for kind, minimum in MINIMA.items():
        events.set_minimum(
            district=district,
            kind=kind,
            year=today.year,
            minimum=minimum,
            reason="年度社会组织服务中心工作要点",
            doc_no=f"海民〔{today.year}〕6号",
            by=by,
            at=at,
        )
    known = Center.objects.select_related("division").in_bulk(field_name="code")
    for code, kind, title, days, others, counterpart, minutes in EVENTS:
        day = today + timedelta(days=days)
        year, quarter = quarter_of(day)
        event = events.plan(
            **({"center": known[code]} if code else {"district": district}),
            kind=kind,
            title=title,
            planned_year=year,
            planned_quarter=quarter,
            planned_on=day,
            place="中心会议室" if code else "区民政局会议室",
            counterpart=counterpart,
            participants=[known[other] for other in others],
            by=by,
            at=at,
        )
        if days < 0:
            _hold(event, day, minutes, by=by, at=at)


def _hold(event: Any, day: date, minutes: str, *, by: User, at: datetime) -> None:
    """As held on ``day``; with minutes there is also something to do afterwards."""
    text, _, decisions = minutes.partition("|")
    events.record(
        event=event,
        version=event.version,
        held_on=day,
        attendee_count=8 + day.day % 9,
        minutes=text,
        decisions=decisions,
        by=by,
        at=at,
    )
    if decisions:
        events.add_follow_up(
            event=event,
            text=decisions,
            responsible="中心主任",
            due_on=day + timedelta(days=30),
            by=by,
            at=at,
        )


MINIMA = {
    Mechanism.CONSULTATION: 4,
    Mechanism.BRIEFING: 2,
    Mechanism.EXCHANGE: 1,
    Mechanism.TRAINING: 1,
}
NEIGHBOURS = "街道社区管理办、居委会代表"
# Center (the bureau where blank), mechanism, title, days from today, other centers, counterpart,
# minutes|decision.
EVENTS = (
    (
        "C05",
        Mechanism.CONSULTATION,
        "社区社会组织参与治理会商",
        -62,
        (),
        NEIGHBOURS,
        "通报年检进度，交流三个居民区的协商议题。|汇总各居民区议题清单并报送社区管理办",
    ),
    ("C05", Mechanism.CONSULTATION, "社会组织党建工作会商", -20, (), NEIGHBOURS, ""),
    ("C05", Mechanism.CONSULTATION, "年度工作会商", 25, (), NEIGHBOURS, ""),
    (
        "C05",
        Mechanism.BRIEFING,
        "社会组织运行情况专报",
        -35,
        (),
        "镇党委、镇政府",
        "报告辖区社会组织数量、活动和风险情况，提出两项建议。",
    ),
    ("C05", Mechanism.ATTENDANCE, "列席党群联席会议", -15, (), "镇党群办", "汇报孵化项目进展。"),
    (
        "C01",
        Mechanism.EXCHANGE,
        "孵化园运营经验交流",
        -48,
        ("C05", "C03"),
        "",
        "三家中心介绍孵化园运营办法，实地查看共享会议室。|整理运营办法汇编并发各中心",
    ),
    ("C03", Mechanism.VISIT, "回访梧桐路街道中心", 18, ("C01",), "", ""),
    (
        "",
        Mechanism.TRAINING,
        "街镇中心主任业务培训",
        -41,
        ("C01", "C02", "C03", "C04", "C05", "C06"),
        "区社会组织服务中心",
        "讲解登记咨询、年检初审和预警报告要求，答疑。",
    ),
    ("", Mechanism.EXCHANGE, "年终工作交流会", 30, ("C01", "C02", "C05"), "", ""),
    ("C02", Mechanism.CONSULTATION, "居民区协商议事会商", -8, (), NEIGHBOURS, ""),
)
