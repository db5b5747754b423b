from dataclasses import replace
from datetime import date

import pytest

from evaluation.rules.base import Remedy
from evaluation.rules.facts import Account, CenterFacts, Profile
from evaluation.rules.funding import normalized_name

AS_OF = date(2025, 12, 31)
NAME = "海棠区银杏街道社会组织服务中心"
OLD_NAME = "海棠区银杏镇社会组织服务中心"


def banked(*accounts, **profile):
    values = {"name": NAME, "registration_status": "registered"}
    return CenterFacts(AS_OF, profile=(Profile(row=1, **values | profile),), accounts=accounts)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


def test_account_in_the_registered_name_met(judged):
    outcome = judged(banked(Account(1, NAME)), "ST-11")
    assert verdict(outcome) == ("met", "own_account")
    assert outcome.counted == (("accounts", 1),)


def test_account_of_another_holder(judged):
    outcome = judged(banked(Account(1, "银杏街道办事处")), "ST-11")
    assert verdict(outcome) == ("not_met", "account_holder_differs")
    assert outcome.uncounted == ((("accounts", 1), "holder_differs"),)
    assert outcome.remedy == Remedy("rename_account_holder")


@pytest.mark.parametrize("accounts", [(), (Account(1, NAME, ends_on=date(2025, 12, 30)),)])
def test_no_open_account(judged, accounts):
    assert verdict(judged(banked(*accounts), "ST-11")) == ("not_met", "no_open_account")


def test_account_closing_on_the_date_is_open(judged):
    assert judged(banked(Account(1, NAME, ends_on=AS_OF)), "ST-11").outcome == "met"


@pytest.mark.parametrize(
    "holder",
    [
        "海棠区银杏街道 社会组织服务中心",
        "海棠区银杏街道\u200b社会组织服务中心\u3000",
        "\ufeff海棠区银杏街道社会组织服务中心",
    ],
)
def test_account_name_normalized_by_default_and_strict_on_demand(judged, holder):
    facts = banked(Account(1, holder))
    assert judged(facts, "ST-11").outcome == "met"
    outcome = judged(facts, "ST-11", account_name_match="strict")
    assert verdict(outcome) == ("not_met", "account_holder_differs")


def test_normalized_name_unifies_brackets_width_and_case():
    spellings = ["中心（A1）", "中心(a1)", "中心【\uff21\uff11】", "中心〔A 1〕", "中心[a\u200d1]"]
    assert {normalized_name(name) for name in spellings} == {"中心(a1)"}


def renamed(account):
    rows = (
        Profile(1, OLD_NAME, registration_status="registered", ends_on=date(2020, 12, 31)),
        Profile(2, NAME, registration_status="registered", starts_on=date(2021, 1, 1)),
    )
    return CenterFacts(AS_OF, profile=rows, accounts=(account,))


@pytest.mark.parametrize(
    ("opened_on", "expected"),
    [
        (date(2020, 12, 31), ("met", "own_account")),
        (date(2021, 1, 1), ("not_met", "account_holder_differs")),
        (None, ("no_data", "opening_date_unknown")),
    ],
)
def test_account_in_a_former_name_counts_if_valid_at_opening(judged, opened_on, expected):
    facts = renamed(Account(1, OLD_NAME, starts_on=opened_on))
    assert verdict(judged(facts, "ST-11")) == expected


@pytest.mark.parametrize("status", ["preparing", "unregistered", "deregistered"])
def test_account_of_an_unregistered_center_is_not_its_own(judged, status):
    outcome = judged(banked(Account(1, NAME), registration_status=status), "ST-11")
    assert verdict(outcome) == ("not_met", "center_not_registered")
    assert outcome.remedy == Remedy("register_center")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(banked(), accounts=None), "accounts_not_filed"),
        (banked(Account(1, NAME), name=None), "registered_name_unknown"),
        (banked(Account(1, "")), "holder_unknown"),
        (replace(banked(Account(1, NAME)), profile=None), "profile_not_filed"),
        (banked(Account(1, NAME), registration_status=None), "registration_status_missing"),
    ],
)
def test_account_unknown_is_no_data(judged, facts, reason):
    assert verdict(judged(facts, "ST-11")) == ("no_data", reason)


def test_account_certain_failure_needs_no_status(judged):
    facts = banked(Account(1, "银杏街道办事处"), registration_status=None)
    assert judged(facts, "ST-11").outcome == "not_met"
