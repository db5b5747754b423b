"""Bidders' pages: what they see, a bid handed in, its receipt, its repair."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.inbox.models import Notice
from projects.models import Award, Bid, Procurement, Repair
from projects.services import bids, repairs
from tests.factories.bids import AT, bring, hand_in, sealing
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    AwardFactory,
    BidderFactory,
    InviteeFactory,
    ProcurementFactory,
    RankedBidFactory,
    awarded,
    ignoring,
    opened_bid,
    pass_deadline,
    signed,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sealed(wutong):
    return sealing(wutong)


@pytest.fixture
def procurement(sealed):
    return sealed[0]


@pytest.fixture
def bidder(wutong):
    return BidderFactory(organization=OrganizationFactory(division=wutong))


@pytest.fixture
def client(client_for, bidder):
    return in_english(client_for(bidder.user))


@pytest.fixture
def rival(wutong):
    return BidderFactory(organization=OrganizationFactory(division=wutong))


def typed(**values):
    return {
        "price_yuan": "280000",
        "period_text": "一年",
        "statement": "按要求响应",
        "is_qualified": "on",
        "files": [paper("响应文件.pdf")],
    } | values


def test_a_bidder_starts_at_the_procurements(client, procurement):
    assert client.get(reverse("home")).url == reverse("bid:home")
    page = words(client.get(reverse("bid:home")))
    assert procurement.title in page
    assert "Budget" in page


def test_a_bidder_reads_what_was_announced(client, procurement):
    notice = AnnouncementFactory(procurement=procurement, content={"requirement": "每日两餐"})
    page = client.get(reverse("bid:procurement", args=[procurement.pk])).content.decode()
    address = reverse("open:announcement", args=[notice.pk])
    assert f'href="{address}"' in page
    assert "每日两餐" in words(client.get(address))


def test_the_supplier_is_led_to_its_contract(client, bidder, rival, wutong):
    contract = signed(awarded(bidders=[bidder.organization], project__division=wutong))
    page = client.get(reverse("bid:procurement", args=[contract.procurement_id]))
    address = reverse("projects:contract", args=[contract.pk])
    assert f'href="{address}"' in page.content.decode()
    assert contract.title in words(client.get(address))
    other = signed(awarded(bidders=[rival.organization], project__division=wutong))
    assert client.get(reverse("projects:contract", args=[other.pk])).status_code == 404


def test_the_nearest_deadline_stands_first_and_what_is_over_last(client, procurement, wutong):
    def until(year):
        return sealing(wutong, deadline_at=datetime(year, 1, 1, tzinfo=UTC))[0]

    far, near = until(2098), until(2097)
    over = pass_deadline(until(2096))
    listed = client.get(reverse("bid:home")).context["page"].object_list
    assert list(listed) == [near, far, procurement, over]


def test_who_has_no_account_sees_no_page(alice_client, charlie_client, procurement):
    for client in (alice_client, charlie_client):
        for name, args in (("home", []), ("procurement", [procurement.pk])):
            assert client.get(reverse(f"bid:{name}", args=args)).status_code == 403


def test_who_has_the_role_by_hand_and_no_account_reads_how_to_get_one(client_for, haitang):
    contact = RoleAssignmentFactory(role="org_contact", division=haitang).user
    client = in_english(client_for(contact))
    assert client.get(reverse("home")).url == reverse("bid:home")
    answer = client.get(reverse("bid:home"))
    assert answer.status_code == 403
    page = words(answer)
    assert contact.username in page
    assert "procurement officer" in page


def test_a_closed_account_sees_no_page(client, bidder, alice, at):
    from projects.services import bidders  # noqa: PLC0415

    bidders.close(bidder=bidder, reason="离职", by=alice, at=at)
    assert client.get(reverse("bid:home")).status_code == 403


def test_what_others_are_invited_to_is_not_there(client, wutong, rival):
    procurement = ProcurementFactory(project__division=wutong, route="invited_tender")
    InviteeFactory(procurement=procurement, organization=rival.organization)
    assert client.get(reverse("bid:procurement", args=[procurement.pk])).status_code == 404
    assert client.get(reverse("bid:submit", args=[procurement.pk])).status_code == 404


def test_a_bid_is_handed_in_and_its_receipt_verified(client, bidder, procurement, charlie_client):
    answer = client.post(reverse("bid:submit", args=[procurement.pk]), typed(), follow=True)
    bid = Bid.objects.get()
    assert (bid.organization, bid.submitted_by) == (bidder.organization, bidder.user)
    assert bid.sha256 in words(answer)
    receipt = reverse("bid:receipt", args=[procurement.pk, 1])
    text = client.get(receipt + "?download").content.decode()
    assert json.loads(text)["sha256"] == bid.sha256
    verify = reverse("open:receipts")
    everybody = in_english(charlie_client)
    assert "Genuine" in words(everybody.post(verify, {"receipt": text}))
    wrong = text.replace('"number": 1', '"number": 2')
    assert "Not genuine" in words(everybody.post(verify, {"receipt": wrong}))


def test_what_is_wrong_is_said_in_its_place_and_what_was_typed_stays(client, procurement):
    answer = client.post(
        reverse("bid:submit", args=[procurement.pk]),
        typed(
            price_yuan="300000.01",
            statement="只写一次",
            files=[SimpleUploadedFile("方案.exe", b"MZ"), SimpleUploadedFile("空.pdf", b"")],
        ),
    )
    page = answer.content.decode()
    assert "above the budget of 300,000.00" in page
    assert "方案.exe" in page
    assert "空.pdf" in page
    assert "只写一次" in page
    assert "Choose the files again" in page
    assert not Bid.objects.exists()


def test_a_bid_needs_every_part(client, procurement):
    answer = client.post(reverse("bid:submit", args=[procurement.pk]), {})
    assert {name for name, _text in answer.context["form"].errors.items()} == {
        *("price_yuan", "period_text", "statement", "is_qualified", "files"),
    }


def test_uploads_too_large_together_are_dropped_and_the_rest_is_kept(
    client, procurement, monkeypatch
):
    monkeypatch.setattr(bids, "MAX_BYTES", 1000)
    large = SimpleUploadedFile("大.pdf", b"%PDF-" + b"x" * 2000)
    answer = client.post(reverse("bid:submit", args=[procurement.pk]), typed(files=[large]))
    assert answer.status_code == 200
    assert "files" in answer.context["form"].errors
    assert "按要求响应" in answer.content.decode()
    assert not Bid.objects.exists()


def test_a_late_bid_is_refused_with_the_deadline_and_what_was_typed(client, procurement):
    page = reverse("bid:submit", args=[procurement.pk])
    pass_deadline(procurement)
    answer = client.post(page, typed(statement="逐条响应如下"))
    assert "has passed" in words(answer)
    assert "逐条响应如下" in words(answer)
    assert "<textarea" not in answer.content.decode()
    assert not Bid.objects.exists()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_the_clock_of_the_web_server_decides_nothing(client, sealed, monkeypatch, minutes):
    procurement, _keys = sealed
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=minutes))
    address = reverse("bid:submit", args=[procurement.pk])
    in_five_minutes = now() + timedelta(minutes=5)
    with ignoring("Procurement:deadline_later"):
        Procurement.objects.filter(pk=procurement.pk).update(deadline_at=in_five_minutes)
    assert client.post(address, typed()).status_code == 302
    five_minutes_ago = now() - timedelta(minutes=5)
    with ignoring("Procurement:deadline_later"):
        Procurement.objects.filter(pk=procurement.pk).update(deadline_at=five_minutes_ago)
    assert client.post(address, typed()).status_code == 200
    assert Bid.objects.count() == 1


def test_a_bid_is_withdrawn_and_another_follows(client, procurement, bidder):
    bid = hand_in(procurement, bidder=bidder)
    withdraw = reverse("bid:withdraw", args=[procurement.pk, 1])
    assert client.get(withdraw).status_code == 200
    assert client.post(withdraw).url == reverse("bid:procurement", args=[procurement.pk])
    bid.refresh_from_db()
    assert bid.withdrawn_by == bidder.user
    assert "not the bid that counts" in words(client.post(withdraw))
    client.post(reverse("bid:submit", args=[procurement.pk]), typed())
    assert Bid.objects.standing().get().number == 2


def test_bids_of_others_are_not_there(client, procurement, rival):
    bid = hand_in(procurement, bidder=rival)
    for name in ("receipt", "withdraw"):
        page = reverse(f"bid:{name}", args=[procurement.pk, bid.number])
        assert client.get(page).status_code == 404
    page = words(client.get(reverse("bid:procurement", args=[procurement.pk])))
    assert rival.organization.name not in page
    assert "You have not handed in a bid" in page


def test_before_the_opening_a_page_is_the_same_with_bids_of_others_or_without(
    client, procurement, rival, django_assert_num_queries
):
    page = reverse("bid:procurement", args=[procurement.pk])
    before = words(client.get(page)).split("Clock of the portal")[1][30:]
    hand_in(procurement, bidder=rival)
    assert words(client.get(page)).split("Clock of the portal")[1][30:] == before


def test_addresses_of_bids_do_not_tell_how_many_others_there_are(client, procurement, rival):
    submit = reverse("bid:submit", args=[procurement.pk])
    places = [client.post(submit, typed()).url]
    for _each in range(3):
        hand_in(procurement, bidder=rival)
    places.append(client.post(submit, typed()).url)
    assert places == [
        reverse("bid:receipt", args=[procurement.pk, number]) for number in (1, 2)
    ]


def test_after_the_opening_a_bidder_sees_his_own_and_no_other(sealed, client, bidder, rival):
    procurement, keys = sealed
    own = hand_in(procurement, bidder=bidder, price="271000.00")
    hand_in(procurement, bidder=rival, price="262000.00")
    hand_in(procurement)
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 2)
    page = words(client.get(reverse("bid:procurement", args=[procurement.pk])))
    assert "271,000.00" in page
    assert "262,000.00" not in page
    mine = opening.bids.get(bid=own).files.get()
    answer = client.get(reverse("bid:file", args=[mine.pk]))
    assert b"".join(answer.streaming_content) == paper().read()
    foreign = opening.bids.get(bid__organization=rival.organization).files.get()
    assert client.get(reverse("bid:file", args=[foreign.pk])).status_code == 404


def test_a_rank_is_shown_while_a_notice_of_the_award_stands(client, bidder, wutong, alice):
    bid = opened_bid(project__division=wutong, bidders=[bidder.organization])
    procurement = bid.bid.procurement
    RankedBidFactory(opened_bid=bid)
    page = reverse("bid:procurement", args=[procurement.pk])
    assert "Your rank" not in words(client.get(page))
    award = AwardFactory(
        procurement=procurement, opened_bid=bid, organization=bidder.organization, notified_at=AT
    )
    assert "Your rank" in words(client.get(page))
    # Ranked anew: nobody is told of it before the next notice.
    Award.objects.filter(pk=award.pk).update(
        revoked_at=AT, revoked_by=alice, revoke_reason="计算有误"
    )
    RankedBidFactory(opened_bid=bid, attempt=2, rank=2)
    assert "Your rank" not in words(client.get(page))


def test_a_formal_defect_is_repaired_once_in_time(
    sealed, client, client_for, bidder, rival, alice
):
    procurement, keys = sealed
    own = hand_in(procurement, bidder=bidder)
    hand_in(procurement, bidder=rival)
    hand_in(procurement)
    pass_deadline(procurement)
    opened = bring(procurement, keys, 1, 2).bids.get(bid=own)
    now = timezone.now()
    repair = repairs.ask(opened_bid=opened, missing="缺少法定代表人签字", by=alice, at=now)
    assert [notice.user for notice in Notice.objects.filter(key=f"repair-{repair.pk}")] == [
        bidder.user
    ]
    page = reverse("bid:repair", args=[repair.pk])
    assert "缺少法定代表人签字" in words(client.get(page))
    assert client_for(rival.user).get(page).status_code == 404
    answer = client.post(page, {"text": "已补签字", "upload": paper("签字页.pdf")})
    assert answer.url == reverse("bid:procurement", args=[procurement.pk])
    repair.refresh_from_db()
    assert (repair.text, repair.repaired_by) == ("已补签字", bidder.user)
    assert repair.document.original_name == "签字页.pdf"
    with pytest.raises(repairs.RepairOver):
        repairs.answer(repair=repair, text="再补", upload=None, by=bidder.user, at=now)
    with pytest.raises(repairs.RepairAskedAlready):
        repairs.ask(opened_bid=opened, missing="再缺", by=alice, at=now)
    assert Repair.objects.count() == 1


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_costs_the_same_however_long(client, wutong, item_count):
    for _each in range(item_count):
        sealing(wutong)
    client.get(reverse("bid:home"))
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("bid:home"))
    assert len(captured) == 8
