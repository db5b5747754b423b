"""Sealed bids: nobody opens one early or alone, every pair of keys opens all of them, once."""

from decimal import Decimal
from itertools import combinations

import pytest
from django.utils import translation

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.evidence import services as evidence
from portal.evidence.services import open_for_reading
from projects.models import Bid, KeyPresentation, OpenedBid, Opening, Share
from projects.selectors import openings as records
from projects.selectors import receipts
from projects.services import bid_seals, bids, openings
from projects.services.bids import Upload
from tests.factories.bids import AT, bring, hand_in, sealing
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import PlanFactory, ignoring, pass_deadline

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
def keys(sealed):
    return sealed[1]


@pytest.mark.parametrize("pair", list(combinations((1, 2, 3), 2)))
def test_every_pair_of_keys_opens_every_bid(procurement, keys, pair):
    prices = ["280000.00", "275000.50", "290000.00"]
    handed_in = [hand_in(procurement, price=price) for price in prices]
    pass_deadline(procurement)
    opening = bring(procurement, keys, *pair)
    rows = list(opening.bids.order_by("position"))
    assert [row.bid for row in rows] == handed_in
    assert [row.price_yuan for row in rows] == [Decimal(price) for price in prices]
    assert {row.content["statement"] for row in rows} == {"按要求响应"}
    file = rows[0].files.get()
    assert open_for_reading(file=file.file).read() == paper().read()
    procurement.refresh_from_db()
    assert procurement.status == "evaluating"


@pytest.mark.parametrize("alone", [1, 2, 3])
def test_a_single_key_opens_nothing(procurement, keys, alone):
    bid = hand_in(procurement)
    pass_deadline(procurement)
    assert bring(procurement, keys, alone) is None
    assert not Opening.objects.exists()
    procurement.refresh_from_db()
    assert procurement.status == "announced"
    # Not even with everything that the database holds.
    label = bid_seals.label(
        procurement_no=procurement.procurement_no,
        organization=bid.organization_id,
        number=bid.number,
        padded_bytes=bid.padded_bytes,
    )
    opened = []
    for share in Share.objects.filter(bid=bid).select_related("of", "to"):
        try:
            opened.append(
                bid_seals.unwrap(
                    bytes(share.wrapped),
                    keys[alone],
                    bound_to=label,
                    of=share.of.position,
                    to=share.to.position,
                )
            )
        except bid_seals.SealUnreadable:
            continue
    assert len(opened) == 1
    with pytest.raises(bid_seals.SealUnreadable):
        bid_seals.unseal(bytes(bid.sealed), opened, bound_to=label)


def test_a_lost_key_is_survived(procurement, keys):
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    del keys[2]
    assert bring(procurement, keys, 3, 1).bids.count() == 3


def test_three_of_five_open_and_two_do_not(wutong):
    procurement, keys = sealing(wutong, total=5, needed=3)
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    assert bring(procurement, keys, 5, 2) is None
    opening = bring(procurement, keys, 4)
    assert [row.outcome for row in opening.bids.all()] == ["opened"] * 3


def test_nobody_opens_before_the_deadline(procurement, keys):
    hand_in(procurement)
    with pytest.raises(openings.OpeningTooEarly, match="2099-01-01"):
        bring(procurement, keys, 1)
    assert not KeyPresentation.objects.exists()
    assert Share.objects.count() == 3


def test_a_key_is_brought_by_its_holder_once_and_fits(procurement, keys):
    hand_in(procurement)
    pass_deadline(procurement)
    first, second, _third = procurement.key_holders.all()
    with pytest.raises(openings.KeyOfAnother, match=str(first.user)):
        openings.present(holder=first, private_key=keys[1], by=second.user, at=first.registered_at)
    with pytest.raises(openings.KeyDoesNotFit, match=first.fingerprint[:8]):
        openings.present(holder=first, private_key=keys[2], by=first.user, at=first.registered_at)
    with pytest.raises(bid_seals.KeyUnusable):
        openings.present(holder=first, private_key=b"x", by=first.user, at=first.registered_at)
    assert not KeyPresentation.objects.exists()
    bring(procurement, keys, 1)
    with pytest.raises(openings.KeyBroughtAlready):
        bring(procurement, keys, 1)
    assert not Opening.objects.exists()


def test_opened_bids_are_opened_once(procurement, keys):
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    bring(procurement, keys, 1, 2)
    with pytest.raises(openings.OpenedAlready):
        bring(procurement, keys, 3)
    assert Opening.objects.count() == 1


def test_only_the_last_bid_counts_and_the_older_ones_are_kept(procurement, keys):
    kept = [hand_in(procurement, price=str(price)) for price in (3, 4)]
    first = hand_in(procurement, price="1.00")
    last = hand_in(procurement, first.organization, price="2.00")
    gone = hand_in(procurement, price="9.00")
    bids.withdraw(bid=gone, by=gone.submitted_by)
    pass_deadline(procurement)
    opening = bring(procurement, keys, 2, 3)
    assert {row.bid: row.price_yuan for row in opening.bids.all()} == {
        kept[0]: 3,
        kept[1]: 4,
        last: 2,
    }
    assert Bid.objects.count() == 5
    others = [(row["bidder"], row["number"]) for row in opening.minutes["not_counted"]]
    assert others == [(first.organization_id, 1), (gone.organization_id, 1)]
    assert opening.minutes["not_counted"][1]["withdrawn_at"]


def test_withdrawing_what_no_longer_counts_is_refused(procurement):
    first = hand_in(procurement)
    hand_in(procurement, first.organization)
    with pytest.raises(bids.BidReplaced):
        bids.withdraw(bid=first, by=first.submitted_by)
    assert not Bid.objects.exclude(withdrawn_at=None).exists()


def test_a_withdrawn_bid_may_be_followed_by_another(procurement, keys):
    first = hand_in(procurement)
    bids.withdraw(bid=first, by=first.submitted_by)
    assert not Bid.objects.standing().exists()
    again = hand_in(procurement, first.organization)
    assert again.number == 2
    assert list(Bid.objects.standing()) == [again]


def test_late_is_late(procurement):
    first = hand_in(procurement)
    pass_deadline(procurement)
    with pytest.raises(bids.BidTooLate):
        hand_in(procurement)
    with pytest.raises(bids.BidTooLate):
        bids.withdraw(bid=first, by=first.submitted_by)
    assert list(Bid.objects.all()) == [first]
    assert Share.objects.count() == 3


def test_a_bid_that_cannot_be_read_is_recorded_and_blocks_nothing(procurement, keys):
    fine, broken, altered, other = (hand_in(procurement) for _each in range(4))
    hand_in(procurement, other.organization, price="5.00")
    changed = bytearray(altered.sealed)
    changed[100] ^= 1
    # As somebody might who owns the database; nobody else gets round its triggers.
    with ignoring("Share:append_only", "Bid:withdrawn_only", "Bid:withdrawn_in_time",
                  "Bid:withdrawn_once"):
        Share.objects.filter(bid=broken).update(wrapped=bytes(81))
        Bid.objects.filter(pk=altered.pk).update(sealed=bytes(changed))
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 2, 3)
    assert {row.bid: row.outcome for row in opening.bids.all()} == {
        fine: "opened",
        broken: "unreadable",
        altered: "altered",
        other.organization.bids.get(number=2): "opened",
    }
    # Two valid bids are fewer than three.
    procurement.refresh_from_db()
    assert procurement.status == "failed"
    assert procurement.announcements.filter(kind="failure").exists()
    published = procurement.announcements.get(kind="opening").content["bids"]
    assert [row["price_yuan"] for row in published] == ["280000.00", None, None, "5.00"]


@pytest.fixture
def damaged(procurement):
    """Three bids; the first holder's share of the last of them is damaged."""
    *_others, bid = [hand_in(procurement) for _each in range(3)]
    with ignoring("Share:append_only"):
        Share.objects.filter(bid=bid, of__position=1).update(wrapped=bytes(81))
    pass_deadline(procurement)
    return bid


def test_where_a_share_is_damaged_another_holder_is_waited_for(
    procurement, keys, damaged, tmp_path
):
    assert bring(procurement, keys, 1, 2) is None
    assert not Opening.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(openings.KeyBroughtAlready):
        bring(procurement, keys, 2)
    opening = bring(procurement, keys, 3)
    assert [each.outcome for each in opening.bids.all()] == ["opened"] * 3
    assert records.is_intact(opening)


@pytest.mark.parametrize("again", [1, 2])
def test_where_no_other_holder_can_come_the_rest_is_opened(procurement, keys, damaged, again):
    assert bring(procurement, keys, 1, 2) is None
    opening = bring(procurement, keys, again, anyway=True)
    assert {each.bid: each.outcome for each in opening.bids.all()}[damaged] == "unreadable"
    assert opening.bids.filter(outcome="opened").count() == 2
    assert KeyPresentation.objects.count() == 2


def test_a_key_is_not_brought_again_before_enough_were(procurement, keys, damaged):
    bring(procurement, keys, 1)
    with pytest.raises(openings.KeyBroughtAlready):
        bring(procurement, keys, 1, anyway=True)
    assert KeyPresentation.objects.count() == 1


def test_what_is_opened_counts_for_nothing_in_what_a_bidder_uploads(
    procurement, keys, monkeypatch
):
    monkeypatch.setattr(evidence, "MAX_DAY_FILES", 1)
    good = paper().read()
    bid = hand_in(procurement, files=[Upload("一.pdf", good), Upload("二.pdf", good)])
    for _each in range(2):
        hand_in(procurement)
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 2)
    files = opening.bids.get(bid=bid).files.all()
    assert [bool(file.file) for file in files] == [True, True]
    bidder = bid.submitted_by
    evidence.store(upload=paper(), by=bidder, at=AT)
    with pytest.raises(evidence.EvidenceRefused):
        evidence.store(upload=paper(), by=bidder, at=AT)


def test_no_bids_open_to_an_empty_record_and_the_procurement_fails(procurement, keys):
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 3)
    assert opening.minutes["bids"] == []
    procurement.refresh_from_db()
    assert procurement.status == "failed"
    assert "0" in procurement.failure_reason


def test_the_record_is_made_again_from_the_rows_and_matches_the_receipts(procurement, keys):
    handed_in = [hand_in(procurement) for _each in range(3)]
    told = [receipts.of(bid) for bid in handed_in]
    pass_deadline(procurement)
    opening = bring(procurement, keys, 3, 2)
    opening.refresh_from_db()
    assert records.minutes(procurement) == opening.minutes
    assert records.is_intact(opening)
    assert [row["sha256"] for row in opening.minutes["bids"]] == [each["sha256"] for each in told]
    assert [row["received_at"] for row in opening.minutes["bids"]] == [
        each["received_at"] for each in told
    ]
    fingerprints = dict(procurement.key_holders.values_list("position", "fingerprint"))
    assert [row["fingerprint"] for row in opening.minutes["keys"]] == [
        fingerprints[3],
        fingerprints[2],
    ]


def test_the_trail_tells_of_bids_only_after_the_opening(procurement, keys):
    bid = hand_in(procurement)
    hand_in(procurement, bid.organization)
    gone = hand_in(procurement)
    bids.withdraw(bid=gone, by=gone.submitted_by)
    assert not AuditEvent.objects.filter(target_type__in=["projects.bid", "projects.share"])
    pass_deadline(procurement)
    bring(procurement, keys, 1, 2)
    told = AuditEvent.objects.filter(target_type="projects.bid").order_by("id")
    assert [event.action.rpartition(".")[2] for event in told] == [
        "submit",
        "submit",
        "submit",
        "withdraw",
    ]
    assert told[0].at == bid.received_at
    assert told[0].actor_id == bid.submitted_by_id
    gone.refresh_from_db()
    assert told[3].at == gone.withdrawn_at


def test_what_the_inspection_refuses_is_recorded_and_blocks_nothing(procurement, keys):
    script = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/JavaScript 2 0 R>>\nendobj\n%%EOF\n"
    good = paper().read()
    for files in (
        [Upload("好.pdf", good), Upload("坏.pdf", script)],
        [Upload("好.pdf", good)],
        [],
    ):
        hand_in(procurement, files=files)
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 2)
    found = [
        [(file.name, bool(file.file), bool(file.refusal)) for file in opened.files.all()]
        for opened in opening.bids.order_by("position")
    ]
    good, bad = ("好.pdf", True, False), ("坏.pdf", False, True)
    assert found == [[good, bad], [good], []]
    assert [each.outcome for each in opening.bids.all()] == ["opened"] * 3


def test_an_opening_that_fails_leaves_nothing_behind(procurement, keys, monkeypatch, tmp_path):
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    bring(procurement, keys, 1)
    monkeypatch.setattr(openings.announcements, "publish", lambda **_values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring(procurement, keys, 2)
    assert not Opening.objects.exists()
    assert not OpenedBid.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    assert bring(procurement, keys, 2).bids.count() == 3


def test_any_changed_byte_is_noticed(procurement, keys):
    bid = hand_in(procurement)
    label = bid_seals.label(
        procurement_no=procurement.procurement_no,
        organization=bid.organization_id,
        number=1,
        padded_bytes=bid.padded_bytes,
    )
    shares = [
        bid_seals.unwrap(
            bytes(share.wrapped),
            keys[share.of.position],
            bound_to=label,
            of=share.of.position,
            to=share.to.position,
        )
        for share in Share.objects.filter(bid=bid, of__position__lte=2).select_related("of", "to")
    ]
    whole = bytes(bid.sealed)
    assert bid_seals.unseal(whole, shares, bound_to=label)
    for place in range(0, len(whole), len(whole) // 100):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        with pytest.raises(bid_seals.SealUnreadable):
            bid_seals.unseal(bytes(changed), shares, bound_to=label)
    with pytest.raises(bid_seals.SealUnreadable):
        bid_seals.unseal(whole, shares, bound_to=label + b"x")


def test_sizes_tell_only_steps(procurement):
    small = hand_in(procurement, files=[], statement="")
    large = hand_in(procurement, files=[Upload("a.pdf", paper().read() + b"\n" * 50_000)])
    assert len(small.sealed) == len(large.sealed)


def test_a_receipt_is_known_again_and_nothing_else_is(procurement):
    bid = hand_in(procurement)
    text = receipts.text_of(bid)
    told = receipts.verify(text)
    assert told["sha256"] == bid.sha256
    assert told["received_at"].startswith(f"{bid.received_at:%Y-}")
    changed = "f" if bid.sha256[0] != "f" else "0"
    assert receipts.verify(text.replace(bid.sha256, changed + bid.sha256[1:])) is None
    for wrong in ("", "{}", "[]", "null", "x" * 5000, "[" * 3000, text[:-5]):
        assert receipts.verify(wrong) is None


def test_files_that_no_bid_can_hold_are_named_and_nothing_is_kept(procurement):
    good = paper().read()
    files = [
        Upload("程序.exe", b"MZ"),
        Upload("假.pdf", b"not a pdf"),
        Upload("空.pdf", b""),
        Upload("好.pdf", good),
        Upload("大.pdf", good + bytes(21 * 1024 * 1024)),
    ]
    with translation.override("en"), pytest.raises(bids.BidFilesRefused) as refusal:
        hand_in(procurement, files=files)
    lines = str(refusal.value).split("\n")
    assert [line.split(":")[0] for line in lines] == ["程序.exe", "假.pdf", "空.pdf", "大.pdf"]
    with pytest.raises(bids.BidFilesRefused):
        hand_in(procurement, files=[Upload("好.pdf", good)] * 11)
    assert not Bid.objects.exists()


def test_word_documents_and_pictures_are_taken(procurement, keys):
    from tests.factories.evidence import photo  # noqa: PLC0415
    from tests.portal.evidence.conftest import docx  # noqa: PLC0415

    files = [Upload("照片.jpg", photo().read()), Upload("方案.docx", docx())]
    for _each in range(3):
        hand_in(procurement, files=files)
    pass_deadline(procurement)
    opening = bring(procurement, keys, 1, 2)
    kept = [file.file.media_type for file in opening.bids.first().files.all()]
    assert [kind.rpartition("/")[0] for kind in kept] == ["image", "application"]


def test_only_those_who_are_asked_bid(wutong):
    procurement, _keys = sealing(wutong, route="invited_tender")
    with pytest.raises(bids.BidNotAsked):
        hand_in(procurement)
    assert not Bid.objects.exists()


def test_who_planned_the_project_does_not_bid(procurement, center, wutong):
    PlanFactory(project=procurement.project, author_center=center)
    own = OrganizationFactory(division=wutong, center=center)
    with pytest.raises(bids.PlannerCannotBid):
        hand_in(procurement, own)
    hand_in(procurement)
    assert Bid.objects.count() == 1


def test_a_price_above_the_budget_is_refused_with_both(procurement):
    with translation.override("en"), pytest.raises(
        bids.BidAboveBudget, match=r"300,000\.01 yuan .* 300,000\.00 yuan"
    ):
        hand_in(procurement, price="300000.01")
    assert not Bid.objects.exists()
    hand_in(procurement, price="300000.00")


@pytest.mark.parametrize("status", ["deregistered", "withdrawn", "revoked"])
def test_who_is_not_registered_any_more_does_not_bid(procurement, wutong, status):
    with pytest.raises(bids.NotRegistered):
        hand_in(procurement, OrganizationFactory(division=wutong, status=status))
    hand_in(procurement, OrganizationFactory(division=wutong, status="deregistering"))
    assert Bid.objects.count() == 1


def test_a_bid_is_judged_invalid_once_with_a_reason(procurement, keys, alice, at):
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    opened = bring(procurement, keys, 1, 2).bids.first()
    with pytest.raises(ReasonMissing):
        openings.disqualify(opened_bid=opened, reason=" ", version=1, by=alice, at=at)
    stale = OpenedBid.objects.get(pk=opened.pk)
    openings.disqualify(opened_bid=opened, reason="资质过期", version=1, by=alice, at=at)
    assert not opened.is_valid
    with pytest.raises(Conflict):
        openings.disqualify(opened_bid=stale, reason="再次", version=1, by=alice, at=at)
    opened.refresh_from_db()
    assert opened.invalid_reason == "资质过期"
