"""The invented projects: the whole chain, and what each account of the demonstration sees of it."""

import base64
import json

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from centers import demo as centers_demo
from evaluation.services import packs
from organizations import demo as organizations_demo
from portal import demo as portal_demo
from portal.users.models import User
from projects import demo
from projects.models import (
    Award,
    Bid,
    BudgetBasis,
    Contract,
    Match,
    Need,
    Plan,
    Procurement,
    Project,
    Seat,
)
from projects.selectors import unit_costs
from projects.selectors.openings import clock
from projects.services import openings
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
RECEIVING, TO_OPEN = "残疾人居家康复指导", "睦邻议事辅导"
JUDGED, DONE = "困境儿童周末课堂", "独居老人居家安全检查"


@pytest.fixture(scope="module")
def home(once, django_db_blocker, tmp_path_factory):
    """Where the demonstration that was loaded keeps its key files."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "PORTAL_HOME", home)
        at = clock()
        packs.load_all(at=at)
        district, officer, _accounts = portal_demo.load(at=at)
        for each in (centers_demo, organizations_demo, demo):
            each.load(district=district, by=officer, at=at)
    return home


@pytest.fixture
def procurement(home):
    """The procurement of a name."""
    return lambda name: Procurement.objects.get(title__contains=name)


@pytest.fixture
def reads(client):
    """What somebody reads on a page."""

    def reads(username, path):
        client.force_login(
            User.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[1]
        )
        answer = client.get(path)
        assert answer.status_code == 200, (username, path, answer.status_code)
        return words(answer)

    return reads


def test_every_stage_of_a_project_is_there(home):
    assert set(Project.objects.values_list("status", flat=True)) == set(Project.Status)
    assert set(Plan.objects.values_list("status", flat=True)) == {"draft", "submitted", "approved"}
    statuses = set(Need.objects.values_list("status", flat=True))
    assert statuses == set(Need.Status)
    assert set(Match.objects.values_list("status", flat=True)) == set(Match.Status)
    statuses = set(Procurement.objects.values_list("status", flat=True))
    assert statuses == {"announced", "evaluating", "contracted", "completed"}
    statuses = set(Contract.objects.values_list("status", flat=True))
    assert statuses == {"signed", "accepted", "settled"}
    assert len(set(Procurement.objects.values_list("route", flat=True))) == 4


def test_suppliers_and_amounts_come_from_contracts_alone(home):
    for project in Project.objects.exclude(supplier=None):
        contract = Contract.objects.get(project=project)
        assert (project.supplier, project.contract_yuan) == (contract.supplier, contract.price_yuan)
    for project in Project.objects.exclude(budget_yuan=None):
        assert project.budget_yuan == BudgetBasis.objects.get(project=project).total_yuan


def test_one_chain_goes_from_the_need_to_the_last_payment(procurement):
    done = procurement(DONE)
    assert done.status == "completed"
    assert done.project.need.title == "高龄独居老人安全起居"
    kinds = list(done.announcements.order_by("number").values_list("kind", flat=True))
    assert kinds == [
        *("notice", "opening", "result", "contract", "acceptance", "performance", "performance")
    ]
    contract = done.contracts.get()
    assert {payment.status for payment in contract.payments.all()} == {"paid"}
    assert sum(payment.amount_yuan for payment in contract.payments.all()) == contract.price_yuan
    assert {each.grade for each in contract.performances.all()} == {"excellent"}
    assert Award.objects.get(procurement=done).opened_bid.rankings.get().rank == 1


def test_a_bid_of_who_receives_is_sealed_and_its_keys_are_kept_for_the_ceremony(
    home, procurement
):
    receiving = procurement(RECEIVING)
    assert Bid.objects.filter(procurement=receiving).count() == 1
    assert not hasattr(receiving, "opening")
    kept = list((home / "demo-keys").rglob("*.json"))
    assert len(kept) == 6
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


def test_two_of_the_kept_keys_open_what_waits_for_its_opening(home, procurement):
    waiting = procurement(TO_OPEN)
    for holder in waiting.key_holders.order_by("position")[:2]:
        name = f"密钥-{waiting.procurement_no}-{holder.fingerprint[:8]}.json"
        path = home / "demo-keys" / holder.user.username / name
        told = json.loads(path.read_text(encoding="utf-8"))
        opening = openings.present(
            holder=holder,
            private_key=base64.b64decode(told["private"]),
            by=holder.user,
            at=clock(),
        )
    assert [str(bid.price_yuan) for bid in opening.bids.order_by("price_yuan")] == [
        *("66500.00", "68800.00", "69900.00")
    ]


def test_who_worked_for_a_bidder_was_not_drawn(procurement):
    (draw,) = procurement(DONE).draws.all()
    assert [bool(each["excluded"]) for each in draw.pool] == [False, False, False, True]


def test_finished_contracts_give_prices_to_compare_with(home):
    officer = User.objects.get(username="district_officer")
    groups = unit_costs.library(officer, on=localdate(), old_years=3)
    visits = next(group for group in groups if group.item == "上门探访")
    assert [str(price.line.unit_price_yuan) for price in visits.prices] == ["45.00", "44.50"]


def test_the_officer_sees_each_stage(reads, procurement):
    for name in (RECEIVING, TO_OPEN, JUDGED, DONE):
        pk = procurement(name).pk
        assert name in reads(
            "district_officer", reverse("admin:projects_procurement_change", args=[pk])
        )
    ceremony = reverse("admin:projects_opening_ceremony", args=[procurement(TO_OPEN).pk])
    assert procurement(TO_OPEN).title in reads("district_officer", ceremony)


def test_from_a_project_the_director_goes_back_to_its_need_and_to_the_others(
    client, reads, procurement
):
    project = procurement(DONE).project
    page = reverse("projects:project", args=[project.pk])
    assert project.need.title in reads("center_director", page)
    content = client.get(page).content.decode()
    assert reverse("projects:need", args=[project.need_id]) in content
    assert reverse("projects:project-list", args=["C05"]) in content


def test_the_director_sees_each_stage_of_the_town(reads, procurement):
    for name in (RECEIVING, TO_OPEN, JUDGED, DONE):
        pk = procurement(name).pk
        assert name in reads("center_director", reverse("projects:procurement", args=[pk]))
    contract = procurement(DONE).contracts.get()
    assert contract.contract_no in reads(
        "center_director", reverse("projects:contract", args=[contract.pk])
    )


def test_the_expert_finds_a_panel_that_waits_and_one_that_is_done(reads, procurement):
    page = reads("evaluator", reverse("panel:home"))
    assert JUDGED in page
    assert DONE in page
    seats = Seat.objects.filter(user__username="evaluator")
    assert set(seats.values_list("status", flat=True)) == {"invited", "submitted"}


def test_the_bidder_finds_his_bid_and_what_he_won(reads, procurement):
    page = reads("org_contact", reverse("bid:home"))
    for name in (RECEIVING, TO_OPEN, JUDGED, DONE):
        assert name in page
    won = reads("org_contact", reverse("bid:procurement", args=[procurement(DONE).pk]))
    assert "55600.00" in won
