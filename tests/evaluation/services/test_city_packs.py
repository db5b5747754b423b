"""Yearly packs: built by one person, submitted by another, superseded, given up, verified."""

from datetime import date, timedelta
from functools import partial

import pgtrigger
import pytest
from django.db import InternalError, transaction

from evaluation.models import CityPack
from evaluation.services import city_packs
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.city_packs import CityPackFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 12, 31)


@pytest.fixture
def build(golden, haitang, alice, at):
    """Build a version of 2025; of the second one a reason is given."""

    def built(**changes):
        asked = {"district": haitang, "year": 2025, "as_of": AS_OF, "by": alice, "at": at}
        return city_packs.build(**asked | {"reason": "更正"} | changes)

    return built


@pytest.fixture
def packs(haitang, alice):
    """(number) → a built version with little in it, where what it says is not asked."""
    return lambda number: CityPackFactory(division=haitang, number=number, built_by=alice)


@pytest.fixture
def submit(leader, at):
    def submitted(pack, **changes):
        asked = {"pack": pack, "version": pack.version, "signer": "郭局长", "by": leader, "at": at}
        return city_packs.submit(**asked | changes)

    return submitted


def test_the_first_version_needs_no_reason_and_the_second_does(build, at):
    first = build(reason="")
    assert (first.number, first.status, first.reason) == (1, "built", "")
    assert first.known_at == at
    with pytest.raises(ReasonMissing):
        build(reason=" ")
    assert build(reason="补报会商").number == 2


def test_whoever_submits_is_told_and_the_trail_knows_the_hash(build, leader):
    pack = build()
    assert Notice.objects.filter(user=leader, key=f"city_pack:{pack.pk}:build").exists()
    event = AuditEvent.objects.get(action="evaluation.city_pack.build")
    assert event.changes == {"sha256": [None, pack.sha256]}


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": date(2024, 12, 31)},
        {"year": 2014, "as_of": date(2014, 12, 31)},
        {"year": 2026, "as_of": date(2026, 3, 3)},
    ],
)
def test_a_day_outside_the_year_or_still_to_come_is_refused(build, changes):
    with pytest.raises(city_packs.YearUnfit):
        build(**changes)
    assert not CityPack.objects.exists()


def test_what_will_be_known_later_is_refused(build, at):
    with pytest.raises(city_packs.YearUnfit):
        build(known_at=at + timedelta(seconds=1))


def test_a_township_has_no_pack(build, golden):
    with pytest.raises(city_packs.YearUnfit):
        build(district=golden["C01"].division)


def test_explanations_are_part_of_the_text(build):
    note = {"figure": "money.purchase", "kind": "exception", "text": " 两份合同跨年。 "}
    pack = build(notes=[note])
    assert pack.notes == [note | {"text": "两份合同跨年。"}]
    assert "两份合同跨年。" in pack.content


@pytest.mark.parametrize(
    "note",
    [
        {"figure": "money.purchases", "kind": "exception", "text": "无此项"},
        {"figure": "money.purchase", "kind": "praise", "text": "好"},
        {"figure": "money.purchase", "kind": "exception", "text": " "},
        {"figure": "money.purchase", "kind": "exception", "text": "x" * 1001},
        {"figure": "money.purchase", "kind": "exception", "text": "请致电13912345678"},
        {"figure": "money.purchase", "kind": "practice", "text": "31010119900101123X"},
        {"figure": "money.purchase", "kind": "practice", "text": "139 1234\u20135678"},
    ],
)
def test_an_explanation_that_does_not_fit_is_refused(build, note):
    with pytest.raises(city_packs.NoteUnfit):
        build(notes=[note])
    assert not CityPack.objects.exists()


# --- submitting


def test_whoever_built_it_does_not_submit_it(build, submit, alice):
    with pytest.raises(city_packs.PackBySameHand):
        submit(build(), by=alice)


def test_nobody_submits_without_a_signer(build, submit):
    with pytest.raises(city_packs.SignerMissing):
        submit(build(), signer=" ")


def test_a_pack_is_submitted_once(build, submit, at, leader, alice, shanghai):
    city = UserFactory(username="city", is_staff=True)
    RoleAssignmentFactory(user=city, role="municipal_viewer", division=shanghai)
    pack = submit(build())
    assert (pack.status, pack.signer, pack.submitted_by) == ("submitted", "郭局长", leader)
    told = set(
        Notice.objects.filter(key=f"city_pack:{pack.pk}:submit").values_list("user", flat=True)
    )
    assert told == {alice.pk, city.pk}
    with pytest.raises(Conflict):
        submit(pack)


def test_a_later_version_supersedes_the_one_before(build, submit):
    first, second = submit(build()), build()
    first.refresh_from_db()
    assert first.status == "submitted"
    submit(second)
    first.refresh_from_db()
    assert (first.status, second.status) == ("superseded", "submitted")
    assert first.signer == "郭局长"


def test_an_earlier_version_is_not_submitted_after_a_later_one(build, submit):
    first, second = build(), build()
    submit(second)
    with pytest.raises(city_packs.PackOvertaken):
        submit(first)
    first.refresh_from_db()
    assert first.status == "built"


def test_a_version_that_was_read_before_somebody_changed_it_is_not_submitted(build, submit):
    pack = build()
    with pytest.raises(Conflict):
        submit(pack, version=pack.version + 1)


@pytest.mark.parametrize("changes", [{"content": "{}"}, {"signer": "别人"}, {"year": 2024}])
def test_what_was_submitted_stands(packs, leader, at, changes):
    pack = packs(1)
    found = CityPack.objects.filter(pk=pack.pk)
    found.update(status="submitted", submitted_by=leader, submitted_at=at, signer="郭局长")
    with pytest.raises(InternalError), transaction.atomic():
        found.update(**changes)


def test_a_version_is_given_up_with_a_reason(build, submit, alice, at):
    pack = build()
    with pytest.raises(ReasonMissing):
        city_packs.drop(pack=pack, version=pack.version, reason="", by=alice, at=at)
    city_packs.drop(pack=pack, version=pack.version, reason="口径有误", by=alice, at=at)
    assert pack.status == "dropped"
    with pytest.raises(Conflict):
        submit(pack)


# --- verifying


def test_a_pack_is_the_same_when_built_again(build):
    assert city_packs.verify(pack=build()) == city_packs.Verification(is_same=True)


@pgtrigger.ignore("evaluation.CityPack:city_pack_built_once")
def tamper(pack, content):
    CityPack.objects.filter(pk=pack.pk).update(content=content)
    pack.refresh_from_db()


def test_a_pack_that_was_tampered_with_says_where(build, submit):
    pack = build()
    tamper(pack, pack.content.replace('"value":"191.00"', '"value":"999.00"'))
    found = city_packs.verify(pack=pack)
    assert (found.is_same, found.differences) == (False, ["money.purchase"])
    with pytest.raises(city_packs.PackChanged):
        submit(pack)


# --- at once


@pytest.mark.django_db(transaction=True)
def test_two_versions_submitted_at_once_leave_one_that_holds(build, submit):
    first, second = build(), build()
    results = at_once([partial(submit, first), partial(submit, second)])
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(each, city_packs.PackOvertaken) for each in refused)
    statuses = sorted(CityPack.objects.values_list("status", flat=True))
    assert statuses == (["built", "submitted"] if refused else ["submitted", "superseded"])
    assert CityPack.objects.submitted().get().number == 2


@pytest.mark.django_db(transaction=True)
def test_one_version_submitted_by_two_at_once_is_submitted_once(build, submit, haitang):
    pack, another = build(), UserFactory(is_staff=True)
    RoleAssignmentFactory(user=another, role="district_leader", division=haitang)
    twins = [CityPack.objects.get(pk=pack.pk) for _each in range(2)]
    results = at_once(
        [partial(submit, twins[0]), partial(submit, twins[1], by=another, signer="陈局长")]
    )
    (refused,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, Conflict)
    (done,) = [result for result in results if not isinstance(result, Exception)]
    pack.refresh_from_db()
    assert (pack.status, pack.signer) == ("submitted", done.signer)
    assert AuditEvent.objects.filter(action="evaluation.city_pack.submit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_versions_built_at_once_have_two_numbers(build):
    at_once([build, build])
    assert sorted(CityPack.objects.values_list("number", flat=True)) == [1, 2]
