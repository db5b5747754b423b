"""The golden district of the domain reference as facts, and the Shanghai pack."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evaluation.rules import evaluate
from evaluation.rules.facts import (
    Account,
    CenterFacts,
    Council,
    FunctionFigure,
    Funding,
    Premises,
    Profile,
    Staff,
)
from evaluation.rules.packs import read_pack
from evaluation.rules.parameters import typed_values

ROOT = Path(__file__).parents[3]
# The fixture writes the status of a registered center as "active".
STATUS = {"active": "registered"}


def day(text):
    return None if text is None else date.fromisoformat(text)


def decimal(value):
    return None if value is None else Decimal(str(value))


def period(item):
    return {"starts_on": day(item["from"]), "ends_on": day(item["to"])}


def profile_rows(center):
    registration = center["registration"]
    return (
        Profile(
            row=1,
            name=center["name"],
            uscc=center["uscc"],
            registration_status=STATUS.get(registration["status"], registration["status"]),
            registered_on=day(registration["date"]),
            established_on=day(center["established_on"]),
            operating_model=center["operating_model"],
            legal_representative=center["legal_rep"],
            starts_on=day(center["established_on"]),
        ),
    )


def staff_rows(center):
    return tuple(
        Staff(
            row=number,
            person=item["id"],
            post=item["role"],
            employment_type=item["type"],
            is_full_time=item["full_time"],
            is_council_appointed=item.get("appointed_by_council"),
            is_openly_recruited=center["open_recruitment"],
            **period(item),
        )
        for number, item in enumerate(center["staff"], start=1)
    )


def premises_rows(center):
    return tuple(
        Premises(
            row=number,
            exclusive_area_m2=decimal(item["exclusive"]),
            shared_area_m2=decimal(item["shared"]),
            share_ratio=decimal(item["ratio"]),
            adequacy=center["adequacy"],
            has_signage=center["signage"],
            has_equipment=center["equipment"],
            **period(item),
        )
        for number, item in enumerate(center["premises"], start=1)
    )


def account_rows(center):
    return tuple(
        Account(row=number, holder=item["holder"], **period(item))
        for number, item in enumerate(center["bank"], start=1)
    )


def funding_rows(center):
    rows = [
        Funding(
            row=number,
            fiscal_year=day(item["from"]).year,
            form=item["form"],
            purpose=item["purpose"],
            amount_yuan=decimal(item["amount"]),
            is_annual_renewal=item["annual_renewal"],
            **period(item),
        )
        for number, item in enumerate(center["funding"], start=1)
    ]
    if center["earned_income"] is not None:
        income = decimal(center["earned_income"])
        rows.append(Funding(len(rows) + 1, 2025, "earned_income", amount_yuan=income))
    return tuple(rows)


def council_rows(center):
    council = center["council"]
    return (Council(row=1, member_count=council["members"], **period(council)),)


def function_rows(center):
    return tuple(
        FunctionFigure(number, 2025, function, count)
        for number, (function, count) in enumerate(center["functions"].items(), start=1)
    )


def filed(center, key, build):
    return None if center[key] is None else build(center)


@pytest.fixture(scope="session")
def golden():
    """Center code -> its item of the fixture."""
    path = ROOT / "tests/data/golden_fixture.json"
    centers = json.loads(path.read_text(encoding="utf-8"))["centers"]
    return {center["code"]: center for center in centers}


@pytest.fixture(scope="session")
def golden_facts(golden):
    """(code, as_of) -> the facts of that center."""

    def build(code, as_of=date(2025, 12, 31)):
        center = golden[code]
        return CenterFacts(
            as_of=as_of,
            profile=profile_rows(center),
            staff=filed(center, "staff", staff_rows),
            premises=filed(center, "premises", premises_rows),
            accounts=filed(center, "bank", account_rows),
            funding=filed(center, "funding", funding_rows),
            governance=filed(center, "council", council_rows),
            functions=filed(center, "functions", function_rows),
        )

    return build


@pytest.fixture(scope="session")
def pack():
    return read_pack(ROOT / "evaluation/packs/shanghai-2024-1.toml")


@pytest.fixture(scope="session")
def parameters(pack):
    """Raw overrides by keyword -> every parameter of the Shanghai pack, typed."""

    def build(**overrides):
        return typed_values(pack.parameters, overrides)

    return build


@pytest.fixture(scope="session")
def judged(pack, parameters):
    """(facts, rule id, raw overrides) -> the outcome; a rule that raises fails the test."""

    def raise_on_error(rule_id, error):
        raise AssertionError(rule_id) from error

    def evaluate_one(facts, rule_id, **overrides):
        rules = [rule for rule in pack.rules if rule.id == rule_id]
        return evaluate(facts, rules, parameters(**overrides), raise_on_error)[rule_id]

    return evaluate_one
