"""Releases validate against the published schemas of OCDS 1.1, for every kind of announcement."""

import json
from copy import deepcopy
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import ocds
from projects.rules.ocds import Published, package, release
from projects.rules.routes import CHECKS
from tests.ocds import PACKAGE, beyond, faults

CHINA = timezone(timedelta(hours=8))
AT = "2026-03-02T09:00:00+08:00"
PAGE = "https://portal.example.gov.cn/open/announcements/7/"

COMMON = {
    "procurement_no": "310199-CG-2026-00007",
    "project_no": "310199-XM-2026-00003",
    "title": "社区助餐服务",
    "purchaser": "梧桐路街道办事处",
    "contact": "021-12345678",
    "division_code": "310199003",
    "division_name": "梧桐路街道",
    "field": "elderly",
    "field_label": "为老服务",
    "route": "competitive_consultation",
    "route_label": "竞争性磋商",
    "choice": "comprehensive",
    "choice_label": "综合评分",
    "category": "为老服务",
    "fiscal_year": 2026,
    "budget_yuan": "300000.00",
    "requirement": "为独居老人送餐",
    "documents_from": "2026-03-02",
    "documents_until": "2026-03-09",
    "questions_until": "2026-03-10",
    "deadline_at": "2026-03-23T10:00:00+08:00",
    "status": "announced",
    "status_label": "公告中",
    "criteria": [
        {"name": "报价", "kind": "price", "weight": "20.00"},
        {"name": "方案", "kind": "technical", "weight": "80.00"},
    ],
}
JIA = {"name": "甲服务中心", "uscc": "52310199MJ0000059R"}
YI = {"name": "乙服务社", "uscc": ""}
CONTRACT = {"contract_no": "HT-2026-7", "supplier": JIA}
SAID = {
    "notice": {},
    "change": {
        "before": {"deadline_at": "2026-03-20T10:00:00+08:00"},
        "after": {"deadline_at": "2026-03-23T10:00:00+08:00"},
        "reason": "更正服务地点",
    },
    "single_source": {
        "status": "draft",
        "route": "single_source",
        "supplier": JIA,
        "ground": "only_supplier",
        "ground_label": "只能从唯一供应商处采购",
        "ground_text": "仅有一家持有许可",
    },
    "answers": {"questions": [{"text": "能否分包？", "answer": "不能。"}]},
    "opening": {
        "status": "evaluating",
        "opened_at": AT,
        "bids": [
            {**JIA, "outcome": "opened", "price_yuan": "280000.00"},
            {**YI, "outcome": "unreadable", "price_yuan": None},
        ],
    },
    "failure": {"status": "failed", "reason": "有效投标不足三家"},
    "result": {
        "status": "awarded",
        "bids": [
            {
                **JIA,
                "price_yuan": "280000.00",
                "total": "91.25",
                "rank": 1,
                "is_valid": True,
                "invalid_reason": "",
            },
            {
                **YI,
                "price_yuan": None,
                "total": None,
                "rank": None,
                "is_valid": False,
                "invalid_reason": "未盖章",
            },
        ],
        "award": {**JIA, "price_yuan": "280000.00", "reason": "综合得分第一"},
        "panel": ["张评委", "李评委"],
        "challenge_until": "2026-04-10",
    },
    "contract": {
        "status": "contracted",
        **CONTRACT,
        "price_yuan": "279999.99",
        "starts_on": "2026-04-01",
        "ends_on": "2027-03-31",
        "signed_on": "2026-03-30",
        "services": [{"item": "送餐", "unit": "人次", "quantity": "12000.50"}],
    },
    "acceptance": {
        "status": "contracted",
        **CONTRACT,
        "accepted_on": "2027-04-02",
        "result": "passed",
        "asked": 30,
        "satisfied": 28,
    },
    "performance": {
        "status": "completed",
        **CONTRACT,
        "kind": "self",
        "score": "92.50",
        "grade": "excellent",
    },
}


def published(kind, *, number=1, **values):
    content = COMMON | SAID[kind] | values
    return Published(number, kind, f"{COMMON['title']}公告", AT, PAGE, content)


def released(kind, **values):
    return release(published(kind, **values), prefix="portal")


def test_every_kind_of_announcement_has_a_tag():
    assert ocds.TAGS.keys() == SAID.keys() == ocds.BY_KIND.keys()


@pytest.mark.parametrize("kind", SAID)
def test_every_kind_validates(kind):
    assert faults(released(kind)) == []


@pytest.mark.parametrize("kind", SAID)
def test_nothing_is_said_that_the_standard_does_not_know(kind):
    """But the status in our own words, which is to come with 1.2; more is no fault, only lost."""
    assert beyond(released(kind)) <= {"tender/statusDetails"}


NEEDED = {"procurement_no", "title", "purchaser"}


@given(
    st.sampled_from(sorted(SAID)),
    st.sets(st.sampled_from(sorted({*COMMON, *(name for said in SAID.values() for name in said)}))),
)
def test_a_content_that_says_less_is_released_with_what_it_says(kind, left_out):
    content = {k: v for k, v in (COMMON | SAID[kind]).items() if k not in left_out - NEEDED}
    found = release(Published(1, kind, "公告", AT, PAGE, content), prefix="portal")
    assert faults(found) == []
    assert found["tender"]["title"] == COMMON["title"]


@pytest.mark.parametrize(
    "values", [{"status": "on_hold"}, {"route": "auction"}, {"choice": "by_lot"}]
)
def test_a_code_that_is_new_is_left_out(values):
    found = released("notice", **values)
    assert faults(found) == []
    assert found["tender"]["procurementMethodDetails"] == "竞争性磋商"


def test_a_kind_that_is_new_tells_the_common_part():
    found = release(published("notice")._replace(kind="supplement"), prefix="portal")
    assert faults(found) == []
    assert (found["tag"], found["tender"]["status"]) == (["tenderUpdate"], "active")


def test_what_the_standard_does_not_know_would_be_found():
    broken = released("contract")
    broken["contracts"][0]["items"][0]["colour"] = "red"
    assert beyond(broken) == {"tender/statusDetails", "contracts/items/colour"}


def test_the_schema_refuses_what_is_no_release():
    """Else the tests above would say nothing."""
    broken = released("notice")
    broken["tender"]["status"] = "评审中"
    del broken["ocid"]
    assert len(faults(broken)) == 2


def test_a_package_of_every_kind_validates():
    releases = [released(kind, number=number) for number, kind in enumerate(SAID, start=1)]
    document = package(
        releases, uri=PAGE, publisher="海棠区民政局", following="https://portal.example.gov.cn/"
    )
    assert faults(document, PACKAGE) == []
    assert document["version"] == "1.1"
    assert document["publishedDate"] == AT
    terms = {"license": "https://license.example/", "publicationPolicy": PAGE}
    told = package(releases, uri=PAGE, publisher="海棠区民政局", terms=terms)
    assert faults(told, PACKAGE) == []
    assert told.items() >= terms.items()
    broken = deepcopy(document)
    broken["releases"][0]["tag"] = []
    assert faults(broken, PACKAGE)
    assert faults(document | {"releases": []}, PACKAGE)


def test_a_release_names_process_and_announcement():
    found = released("notice", number=3)
    assert found["ocid"] == "ocds-portal-310199-CG-2026-00007"
    assert found["id"] == "310199-CG-2026-00007-3"
    assert found["date"] == AT
    assert found["tender"]["documents"][0]["url"] == PAGE


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        ("notice", "tender"),
        ("change", "tenderUpdate"),
        ("single_source", "planning"),
        ("opening", "tenderUpdate"),
        ("failure", "tenderCancellation"),
        ("result", "award"),
        ("contract", "contract"),
        ("acceptance", "implementation"),
        ("performance", "implementation"),
    ],
)
def test_a_release_is_tagged_with_its_stage(kind, tag):
    assert released(kind)["tag"] == [tag]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("announced", "active"),
        ("evaluating", "active"),
        ("challenged", "active"),
        ("awarded", "complete"),
        ("failed", "unsuccessful"),
        ("void", "cancelled"),
        ("terminated", "cancelled"),
    ],
)
def test_a_status_is_said_in_the_words_of_the_standard_and_in_ours(status, expected):
    found = released("notice", status=status, status_label="质疑中")["tender"]
    assert (found["status"], found["statusDetails"]) == (expected, "质疑中")


def test_the_opening_counts_every_bidder_that_is_named():
    found = released("opening")
    assert found["tender"]["numberOfTenderers"] == 2
    roles = {party["name"]: party["roles"] for party in found["parties"]}
    assert roles["甲服务中心"] == roles["乙服务社"] == ["tenderer"]


def test_the_award_and_the_contract_are_of_the_same_supplier():
    award, contract = released("result")["awards"][0], released("contract")["contracts"][0]
    assert award["suppliers"] == [{"id": JIA["uscc"], "name": JIA["name"]}]
    assert award["status"] == "active"
    assert award["value"] == {"amount": 280000, "currency": "CNY"}
    assert contract["awardID"] == award["id"]
    assert contract["value"]["amount"] == 279999.99
    assert contract["period"]["endDate"] == "2027-03-31T23:59:59+08:00"
    assert contract["items"][0]["quantity"] == 12000.5


def test_who_bid_and_won_is_one_party_with_both_parts():
    party = next(each for each in released("result")["parties"] if each["id"] == JIA["uscc"])
    assert sorted(party["roles"]) == ["supplier", "tenderer"]
    assert party["identifier"] == {
        "scheme": "CN-USCC",
        "id": JIA["uscc"],
        "legalName": JIA["name"],
    }


def test_a_change_names_the_release_it_amends():
    (amendment,) = released("change", number=3)["tender"]["amendments"]
    assert amendment["amendsReleaseID"] == "310199-CG-2026-00007-2"
    assert amendment["releaseID"] == released("change", number=3)["id"]


def test_a_result_names_no_person():
    """Who sat on the panel stands in the announcement, not in the data."""
    assert "评委" not in json.dumps(released("result"), ensure_ascii=False)


def test_an_award_that_was_revoked_is_cancelled_and_keeps_its_id():
    revoked = {"before": {**JIA, "price_yuan": "280000.00"}, "after": None, "reason": "放弃中标"}
    found = released("change", status="ranked", **revoked)
    assert faults(found) == []
    assert found["tag"] == ["awardCancellation"]
    award = found["awards"][0]
    assert (award["status"], award["description"]) == ("cancelled", "放弃中标")
    assert award["id"] == released("result")["awards"][0]["id"]


def test_the_end_of_a_contract_does_not_cancel_the_tender():
    found = released("failure", status="terminated", reason="服务中断", **CONTRACT)
    assert faults(found) == []
    assert found["contracts"][0]["description"] == "服务中断"
    assert found["tag"] == ["contractTermination"]
    assert found["tender"]["status"] == "complete"
    assert found["contracts"][0]["status"] == "terminated"


def test_what_follows_the_end_of_a_contract_does_not_cancel_the_tender_either():
    found = released("performance", status="terminated")
    assert found["tender"]["status"] == "complete"
    assert released("failure", status="terminated")["tender"]["status"] == "cancelled"


def test_an_award_does_not_outlive_its_procurement():
    revoked = {**JIA, "price_yuan": "280000.00"}
    found = released("failure", status="void", revoked=revoked)
    assert faults(found) == []
    assert found["tag"] == ["tenderCancellation", "awardCancellation"]
    award = found["awards"][0]
    assert (award["status"], award["description"]) == ("cancelled", "有效投标不足三家")
    assert award["id"] == released("result")["awards"][0]["id"]


def test_a_supplier_stays_one_whatever_its_code_and_its_name():
    """The award that a contract names is the one that was published."""
    before = {**JIA, "uscc": "", "name": "甲服务社", "code": "O7"}
    award = {**before, "price_yuan": "280000.00", "reason": "综合得分第一"}
    result = released("result", award=award, bids=[])
    contract = released("contract", supplier={**JIA, "code": "O7"})
    assert contract["contracts"][0]["awardID"] == result["awards"][0]["id"]


def test_nobody_is_asked_where_no_bids_are():
    award = {**JIA, "price_yuan": "280000.00", "reason": "政策扶持"}
    found = released("result", route="grant", bids=[], award=award)
    assert faults(found) == []
    assert found["tender"].keys().isdisjoint({"tenderers", "numberOfTenderers", "awardCriteria"})


def test_a_release_names_nobody_to_call():
    """Whom to ask stands on the page; data that is copied about names no person."""
    for kind in SAID:
        assert COMMON["contact"] not in json.dumps(released(kind), ensure_ascii=False)


def test_whose_evaluation_it_is_is_said():
    words = {"kind_label": "单位自评", "grade_label": "优"}
    contract = released("performance", **words)["contracts"][0]
    (milestone,) = contract["implementation"]["milestones"]
    assert milestone["description"] == "单位自评，92.50，优"


def test_a_contract_without_lines_lists_no_items():
    found = released("contract", services=[])
    assert "items" not in found["contracts"][0]
    assert faults(found) == []


@pytest.mark.parametrize(
    ("result", "status"),
    [("passed", "met"), ("conditional", "partiallyMet"), ("failed", "notMet")],
)
def test_an_acceptance_is_a_milestone_of_the_contract(result, status):
    contract = released("acceptance", result=result)["contracts"][0]
    milestone = contract["implementation"]["milestones"][0]
    assert (contract["id"], milestone["status"]) == ("HT-2026-7", status)
    day = "dateMet" if status == "met" else "dateModified"
    assert milestone[day] == "2027-04-02T00:00:00+08:00"
    assert len({"dateMet", "dateModified"} & milestone.keys()) == 1


def test_every_route_has_a_method_and_only_goods_are_goods():
    assert ocds.METHODS.keys() == CHECKS.keys()
    for route in CHECKS:
        found = released("notice", route=route)
        assert faults(found) == []
        kind = found["tender"]["mainProcurementCategory"]
        assert kind == ("goods" if route == "inquiry" else "services")


def test_the_same_content_gives_the_same_release_and_is_left_alone():
    for kind in SAID:
        given_ = published(kind)
        before = deepcopy(given_.content)
        assert release(given_, prefix="portal") == release(given_, prefix="portal")
        assert given_.content == before


DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat)
MOMENTS = st.none() | st.integers(0, 300_000_000).map(
    lambda seconds: (datetime(2020, 1, 1, tzinfo=CHINA) + timedelta(seconds=seconds)).isoformat()
)
AMOUNTS = st.decimals(min_value=0, max_value=Decimal("99999999999.99"), places=2)


@given(
    kind=st.sampled_from(sorted(SAID)),
    amount=AMOUNTS,
    days=st.tuples(DAYS, DAYS, DAYS),
    moment=MOMENTS,
    text=st.text(max_size=20),
)
def test_whatever_is_stated_or_missing_validates(kind, amount, days, moment, text):
    found = released(
        kind,
        budget_yuan=f"{amount:.2f}",
        requirement=text,
        contact=text,
        documents_from=days[0],
        documents_until=days[1],
        questions_until=days[2],
        deadline_at=moment,
        criteria=[],
    )
    assert faults(found) == []
    assert Decimal(str(found["tender"]["value"]["amount"])) == amount
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
