"""Projects over the API: from which day a client reads what, and nothing of a bid before."""

import json
from urllib.parse import urlencode

import pytest

from portal.users.models import Dataset
from projects.models import Contract, OpenedBid, Performance
from projects.services import announcements
from tests.api import Api
from tests.conftest import AT
from tests.factories.clients import issue
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    BidFactory,
    ContractFactory,
    PerformanceFactory,
    ProcurementFactory,
    advance,
    announced,
    awarded,
    opened,
    pass_deadline,
    signed,
)
from tests.factories.projects import ProjectFactory
from tests.ocds import faults

pytestmark = pytest.mark.django_db

LISTS = ("projects", "procurements", "announcements", "contracts")


@pytest.fixture
def client_of():
    """(division, data sets) → a client whose token opens them there."""

    def open_account(division, *datasets):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=division)
        return Api(issue(user, datasets or ("projects",)))

    return open_account


@pytest.fixture
def api(client_of, haitang):
    return client_of(haitang)


def everything(api):
    """What the client reads anywhere, as text."""
    pages = (json.dumps(api.rows(f"{name}/"), ensure_ascii=False) for name in LISTS)
    return "\n".join(pages)


def test_a_token_without_the_data_set_reads_nothing(client_of, haitang):
    others = client_of(haitang, *(set(Dataset.values) - {"projects"}))
    for name in LISTS:
        for form in ("/", ".ndjson", ".csv"):
            others.refused(f"{name}{form}", 403)


def test_a_project_says_what_stands(api, wutong):
    supplier = OrganizationFactory(division=wutong)
    project = ProjectFactory(division=wutong, name="社区助餐", supplier=supplier)
    document = api.json(f"projects/P{project.pk}/")
    assert document["project_no"] == project.project_no
    assert document["supplier_code"] == f"O{supplier.pk}"
    assert (document["division_code"], document["township_code"]) == ("310199", "310199001")
    assert document["division_name"] == "海棠区"
    assert document["budget_yuan"] == (
        None if project.budget_yuan is None else f"{project.budget_yuan:.2f}"
    )


def test_a_procurement_is_read_from_its_announcement_on(api, wutong):
    procurement = ProcurementFactory(project__division=wutong)
    assert api.rows("procurements/") == []
    api.refused(f"procurements/G{procurement.pk}/", 404)
    announced(procurement)
    (row,) = api.rows("procurements/")
    assert (row["code"], row["status"]) == (f"G{procurement.pk}", "announced")
    assert row["deadline_at"] == "2099-01-01T08:00:00+08:00"
    assert row["budget_yuan"] == f"{procurement.budget_yuan:.2f}"


def test_a_draft_that_was_given_up_is_never_read(api, wutong):
    advance(ProcurementFactory(project__division=wutong), "terminated", failure_reason="不办了")
    assert api.rows("procurements/") == []


@pytest.mark.parametrize("stage", ["handed in", "deadline passed", "opened"])
def test_nothing_of_a_bid_is_read_before_something_is_published_of_it(api, wutong, stage):
    """Neither the name nor the price nor that there is one, at any stage."""
    rival = OrganizationFactory(division=wutong, name="绿叶助老服务中心")
    procurement = announced(project__division=wutong)
    AnnouncementFactory(procurement=procurement)
    before = everything(api)
    if stage == "opened":
        opened(procurement, bidders=[rival])
        price = str(OpenedBid.objects.get().price_yuan)
        assert price not in everything(api).replace(f'"{procurement.budget_yuan:.2f}"', "")
    else:
        BidFactory(procurement=procurement, organization=rival)
        if stage == "deadline passed":
            pass_deadline(procurement)
        else:
            assert everything(api) == before
    assert rival.name not in everything(api)
    assert str(rival.uscc) not in everything(api)


def test_an_announcement_holds_its_release_and_no_panel(api, alice, wutong):
    procurement = announced(project__division=wutong)
    told = announcements.publish(
        procurement=procurement,
        kind="result",
        title="结果公告",
        content={
            "bids": [],
            "award": {
                "name": "甲服务中心",
                "uscc": "",
                "price_yuan": "1.00",
                "reason": "得分第一",
            },
            "panel": ["评委金丝雀"],
        },
        by=alice,
        at=AT,
    )
    document = api.json(f"announcements/N{told.pk}/")
    assert faults(document["release"]) == []
    assert document["release"]["awards"][0]["suppliers"] == [
        {"id": "甲服务中心", "name": "甲服务中心"}
    ]
    assert document["url"].endswith(f"/open/announcements/{told.pk}/")
    assert document["procurement_code"] == f"G{procurement.pk}"
    assert "评委金丝雀" not in everything(api)


def test_a_contract_is_read_from_its_signature_on(api, wutong):
    award = awarded(project__division=wutong)
    draft = ContractFactory(award=award)
    assert api.rows("contracts/") == []
    api.refused(f"contracts/H{draft.pk}/", 404)
    contract = signed(awarded(project__division=wutong))
    (row,) = api.rows("contracts/")
    assert row["code"] == f"H{contract.pk}"
    assert row["price_yuan"] == f"{contract.price_yuan:.2f}"
    assert row["supplier_code"] == f"O{contract.supplier_id}"
    assert (row["accepted_on"], row["performance_grade"]) == (None, None)


def test_a_draft_contract_that_was_given_up_is_never_read(api, wutong):
    contract = ContractFactory(award=awarded(project__division=wutong))
    Contract.objects.filter(pk=contract.pk).update(status="terminated", termination_reason="未签订")
    assert api.rows("contracts/") == []


def test_a_grade_is_read_once_the_department_gave_it(api, wutong):
    contract = signed(awarded(project__division=wutong))
    own = PerformanceFactory(contract=contract, kind="self")
    judged = PerformanceFactory(contract=contract, kind="department")
    for row, score, grade in ((own, "95.00", "excellent"), (judged, "85.00", "good")):
        (before,) = api.rows("contracts/")
        assert before["performance_grade"] is None
        Performance.objects.filter(pk=row.pk).update(
            status="submitted", score=score, grade=grade, spent_yuan=0, submitted_at=AT
        )
    (after,) = api.rows("contracts/")
    assert (after["performance_score"], after["performance_grade"]) == ("85.00", "good")


def test_lists_are_narrowed(api, wutong, haitang):
    first, second = (signed(awarded(project__division=place)) for place in (wutong, haitang))
    for contract in (first, second):
        AnnouncementFactory(procurement=contract.procurement)

    def codes(path, **query):
        return [row["code"] for row in api.rows(path, **query)]

    here = {"division": wutong.code}
    assert codes("projects/", **here) == [f"P{first.project_id}"]
    assert codes("procurements/", **here) == [f"G{first.procurement_id}"]
    assert codes("contracts/", **here) == [f"H{first.pk}"]
    assert len(codes("announcements/", **here)) == 1
    of_second = {"project": f"P{second.project_id}"}
    assert codes("procurements/", **of_second) == [f"G{second.procurement_id}"]
    assert codes("contracts/", **of_second) == [f"H{second.pk}"]
    told = {"procurement": f"G{second.procurement_id}"}
    assert codes("contracts/", **told) == [f"H{second.pk}"]
    assert len(codes("announcements/", **told)) == 1
    assert codes("procurements/", status="failed") == []
    year = first.procurement.fiscal_year
    assert len(codes("procurements/", year=year)) == 2
    assert codes("procurements/", year=year - 1) == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("procurements/", {"project": "3"}),
        ("procurements/", {"status": "draft"}),
        ("contracts/", {"procurement": "G0"}),
        ("contracts/", {"status": "drafted"}),
        ("announcements/", {"kind": "x"}),
    ],
)
def test_a_strange_question_is_refused(api, path, query):
    api.refused(f"{path}?{urlencode(query)}", 400)


def test_what_lies_elsewhere_is_not_there(client_of, huangpu, wutong):
    contract = signed(awarded(project__division=wutong))
    told = AnnouncementFactory(procurement=contract.procurement)
    stranger = client_of(huangpu)
    assert [stranger.rows(f"{name}/") for name in LISTS] == [[], [], [], []]
    for address in (
        f"projects/P{contract.project_id}",
        f"procurements/G{contract.procurement_id}",
        f"announcements/N{told.pk}",
        f"contracts/H{contract.pk}",
    ):
        stranger.refused(f"{address}/", 404)
