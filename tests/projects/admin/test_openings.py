"""The bureau's pages of sealed bids: accounts, keys, the opening by two officers, the record."""

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.users.models import User
from projects.forms.keys import KeyFileForm
from projects.models import Bidder, KeyHolder, Opening, Seat, Share
from projects.selectors import openings as records
from projects.services import bid_seals, key_holders
from tests.factories.bids import bring, hand_in, sealing
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    ProcurementFactory,
    SeatFactory,
    announced,
    ignoring,
    pass_deadline,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def place(name, *args):
    return reverse(f"admin:projects_opening_{name}", args=args)


def key_file(private, name="密钥.json"):
    told = {"private": base64.b64encode(private).decode()}
    return SimpleUploadedFile(name, json.dumps(told).encode(), content_type="application/json")


def test_an_account_is_opened_its_password_shown_once_and_closed(alice_client, wutong):
    organization = OrganizationFactory(division=wutong)
    client = in_english(alice_client)
    page = reverse("admin:projects_bidder_open_account")
    values = {"organization": f"O{organization.pk}", "username": "li.w", "full_name": "李文"}
    answer = client.post(page, values, follow=True)
    bidder = Bidder.objects.get()
    assert (bidder.organization, bidder.user.full_name) == (organization, "李文")
    assert "first password" in words(answer)
    assert bidder.user.has_capability("bid.submit")
    answer = client.post(page, values, follow=True)
    assert "first password" not in words(answer)
    close = reverse("admin:projects_bidder_close", args=[bidder.pk])
    client.post(close, {"reason": "离职"}, follow=True)
    bidder.refresh_from_db()
    assert bidder.closed_at
    assert not User.objects.get(pk=bidder.user_id).has_capability("bid.submit")
    client.post(page, values)
    bidder.refresh_from_db()
    assert bidder.closed_at is None


def test_who_buys_or_judges_does_not_bid_and_nobody_bids_for_two(alice_client, wutong, diane):
    first, second = (OrganizationFactory(division=wutong) for _each in range(2))
    client = in_english(alice_client)
    page = reverse("admin:projects_bidder_open_account")
    refused = [
        {"organization": f"O{first.pk}", "username": "alice", "full_name": "x"},
        {"organization": f"O{first.pk}", "username": "diane", "full_name": "x"},
        {"organization": "O999999", "username": "new", "full_name": "x"},
        {"organization": f"O{first.pk}", "username": "new name", "full_name": "x"},
    ]
    for values in refused:
        assert client.post(page, values).status_code == 200
    assert not Bidder.objects.exists()
    client.post(page, {"organization": f"O{first.pk}", "username": "li", "full_name": "李"})
    answer = client.post(
        page, {"organization": f"O{second.pk}", "username": "li", "full_name": "李"}
    )
    assert "another organization" in words(answer)
    assert Bidder.objects.get().organization == first


def test_a_key_is_registered_replaced_and_released_while_it_is_a_draft(
    alice_client, alice, leader, wutong, client_for
):
    procurement = ProcurementFactory(project__division=wutong)
    client = in_english(alice_client)
    assert procurement.title in words(client.get(place("keys")))
    publics = [bid_seals.make_key()[1] for _each in range(3)]

    def register(client, public):
        return client.post(
            place("register", procurement.pk), {"public_key": base64.b64encode(public).decode()}
        )

    assert register(client, publics[0]).url == place("ceremony", procurement.pk)
    assert "registered already" in words(register(client, publics[0]))
    register(client, publics[1])
    holder = KeyHolder.objects.get()
    assert (holder.user, holder.position, bytes(holder.public_key)) == (alice, 1, publics[1])
    # The leader sees no draft elsewhere, and may hold a key.
    other = in_english(client_for(leader))
    register(other, publics[2])
    assert [each.user for each in KeyHolder.objects.order_by("position")] == [alice, leader]
    assert other.post(place("release", holder.pk), {"reason": "x"}).status_code == 403
    client.post(place("release", holder.pk), {"reason": "调岗"})
    assert [each.user for each in KeyHolder.objects.all()] == [leader]
    for wrong in ("", "x", base64.b64encode(bytes(32)).decode(), "A" * 44):
        assert client.post(place("register", procurement.pk), {"public_key": wrong}).status_code \
            == 200
    announced(ProcurementFactory(project__division=wutong))
    assert KeyHolder.objects.filter(procurement=procurement).count() == 1


def test_once_announced_the_holders_are_fixed(wutong, alice, at):
    procurement, _keys = sealing(wutong)
    public = bid_seals.make_key()[1]
    with pytest.raises(key_holders.HoldersFixed):
        key_holders.register(procurement=procurement, public_key=public, by=alice, at=at)
    with pytest.raises(key_holders.HoldersFixed):
        key_holders.release(
            holder=procurement.key_holders.first(), reason="调岗", by=alice, at=at
        )
    full = ProcurementFactory(project__division=wutong)
    for _each in range(3):
        user, public = UserFactory(), bid_seals.make_key()[1]
        key_holders.register(procurement=full, public_key=public, by=user, at=at)
    with pytest.raises(key_holders.HoldersComplete):
        key_holders.register(
            procurement=full, public_key=bid_seals.make_key()[1], by=alice, at=at
        )


def test_two_officers_open_in_their_own_sessions(wutong, client_for):
    procurement, keys = sealing(wutong)
    handed_in = [hand_in(procurement, price=f"{price}.00") for price in (271, 262, 253)]
    first, second, third = procurement.key_holders.order_by("position")
    one, two, three = (in_english(client_for(each.user)) for each in (first, second, third))
    ceremony, present = place("ceremony", procurement.pk), place("present", procurement.pk)
    names = [bid.organization.name for bid in handed_in]
    before = words(one.get(ceremony))
    assert "nobody sees whether there are any" in before
    # Somebody who cannot wait.
    answer = one.post(present, {"key_file": key_file(keys[1])})
    assert "has not passed" in words(answer)
    pass_deadline(procurement)
    answer = one.post(present, {"key_file": key_file(keys[2])})
    assert "not the key that you registered" in words(answer)
    answer = one.post(present, {"key_file": key_file(keys[1])}, follow=True)
    assert "another holder" in words(answer)
    assert not any(name in words(answer) for name in names)
    answer = two.post(present, {"key_file": key_file(keys[2])}, follow=True)
    page = words(answer)
    assert all(name in page for name in names)
    assert "271.00" in page
    assert Opening.objects.get().opened_by == second.user
    assert words(three.get(ceremony)).count("271.00") == 1
    record = three.get(place("record", procurement.pk))
    assert record["Content-Type"] == "application/pdf"
    assert record.content.startswith(b"%PDF-")


def test_where_a_share_is_damaged_the_page_asks_for_another_key_or_opens_without(
    wutong, client_for
):
    procurement, keys = sealing(wutong)
    bid, *_others = [hand_in(procurement) for _each in range(4)]
    with ignoring("Share:append_only"):
        Share.objects.filter(bid=bid, of__position=1).update(wrapped=bytes(81))
    pass_deadline(procurement)
    users = [holder.user for holder in procurement.key_holders.order_by("position")]
    one, two, three = (in_english(client_for(user)) for user in users)
    present = place("present", procurement.pk)
    one.post(present, {"key_file": key_file(keys[1])})
    page = words(two.post(present, {"key_file": key_file(keys[2])}, follow=True))
    assert "a bid does not open by them" in page
    assert "Open without another key" in page
    page = words(three.get(place("ceremony", procurement.pk)))
    assert "Bring my key and open the bids" in page
    assert "Open without another key" not in page
    assert not Opening.objects.exists()
    two.post(present, {"key_file": key_file(keys[2]), "anyway": "1"})
    outcomes = Opening.objects.get().bids.order_by("position").values_list("outcome", flat=True)
    assert list(outcomes) == ["unreadable", "opened", "opened", "opened"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"not json", b'{"private": "x"}', b"x" * 5000, b"[" * 4000],
)
def test_what_is_no_key_file_is_refused(content):
    upload = SimpleUploadedFile("密钥.json", content) if content else None
    form = KeyFileForm({}, {"key_file": upload} if upload else {})
    assert not form.is_valid()
    assert "key_file" in form.errors


def test_an_officer_of_another_district_finds_no_ceremony(bob_client, wutong):
    procurement, _keys = sealing(wutong)
    assert bob_client.get(place("ceremony", procurement.pk)).status_code == 404
    assert procurement.title not in bob_client.get(place("keys")).content.decode()


def test_the_record_of_an_opening_is_checked_and_bids_are_judged_on_its_page(
    alice_client, wutong, bob_client
):
    procurement, keys = sealing(wutong)
    for _each in range(4):
        hand_in(procurement)
    client = in_english(alice_client)
    assert "No bids were opened" in words(
        client.get(reverse("admin:projects_opening_changelist"))
    )
    pass_deadline(procurement)
    opening = bring(procurement, keys, 2, 3)
    page = place("change", opening.pk)
    assert "agrees with what is stored" in words(client.get(page))
    opened = opening.bids.first()
    answer = client.post(
        place("disqualify", opened.pk), {"reason": "资质过期", "version": opened.version}
    )
    assert answer.url == page
    assert "资质过期" in words(client.get(page))
    other = opening.bids.last()
    client.post(place("repair", other.pk), {"missing": "缺少签字"})
    assert "缺少签字" in words(client.get(page))
    file = other.files.get()
    assert client.get(place("file", file.pk)).status_code == 200
    for foreign in (place("file", file.pk), place("disqualify", opened.pk), page):
        assert bob_client.get(foreign).status_code == 404
    assert records.is_intact(opening)


def test_an_officer_on_the_panel_reads_bids_after_declaring(alice_client, alice, wutong):
    procurement, keys = sealing(wutong)
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 2)
    bid = opening.bids.first()
    client, page = in_english(alice_client), place("change", opening.pk)
    file, judge = place("file", bid.files.get().pk), place("repair", bid.pk)
    seat = SeatFactory(procurement=procurement, expert=None, user=alice, role="purchaser")
    shown = words(client.get(page))
    assert "bids are read after declaring" in shown
    assert str(bid.bid.organization) not in shown
    assert [client.get(each).status_code for each in (file, judge)] == [404, 404]
    Seat.objects.filter(pk=seat.pk).update(
        status="declared", declaration="无利害关系", declared_at=bid.opening.opened_at
    )
    assert str(bid.bid.organization) in words(client.get(page))
    assert client.get(file).status_code == 200
    Seat.objects.filter(pk=seat.pk).update(status="recused", recusal_reason="曾任职")
    assert str(bid.bid.organization) not in words(client.get(page))
    assert client.get(file).status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_of_keys_costs_the_same_however_long(alice_client, wutong, item_count):
    for _each in range(item_count):
        sealing(wutong)
    alice_client.get(place("keys"))
    with CaptureQueriesContext(connection) as captured:
        alice_client.get(place("keys"))
    assert len(captured) == 7


def test_a_key_is_made_without_a_browser_or_a_database(tmp_path, capsys):
    call_command("make_bid_key", "310199-CG-2026-00001", folder=str(tmp_path))
    (path,) = tmp_path.iterdir()
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["public"] in capsys.readouterr().out
    assert path.stat().st_mode & 0o077 == 0
    public = bid_seals.public_half(base64.b64decode(told["private"]))
    assert base64.b64encode(public).decode() == told["public"]
    assert path.name.endswith(f"{bid_seals.fingerprint(public)[:8]}.json")


def test_a_key_holder_of_the_street_holds_a_key_too(wutong, client_for):
    procurement = ProcurementFactory(project__division=wutong)
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    client = client_for(user)
    public = base64.b64encode(bid_seals.make_key()[1]).decode()
    client.post(place("register", procurement.pk), {"public_key": public})
    assert KeyHolder.objects.get().user == user
