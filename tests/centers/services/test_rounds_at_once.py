"""People who answer, extend, cancel and opine at the same moment, on connections of their own."""

from datetime import date
from functools import partial

import pytest

from centers.models import Extension, Filing, Obligation, Opinion, Round
from centers.services import filings, opinions, rounds
from portal.errors import Conflict
from tests.centers.services.conftest import ROOM
from tests.factories.centers import MembershipFactory, ObligationFactory, RoundFactory, hand_in
from tests.factories.portal import UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owed(haitang, center, pack):
    return ObligationFactory(round=RoundFactory(division=haitang), center=center)


@pytest.fixture
def clerk(center):
    user = UserFactory(full_name="吴敏")
    MembershipFactory(user=user, center=center, role="center_staff")
    return user


@pytest.fixture
def drafted(owed, clerk, at):
    filing = filings.open_for(obligation=owed, by=clerk, at=at)
    section = filing.sections.get()
    filings.save_section(section=section, version=1, rows=[ROOM], by=clerk, at=at)
    filing.refresh_from_db()
    return filing


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def test_two_people_answer_at_once_and_share_one_filing(owed, diane, clerk, at):
    calls = [
        partial(filings.open_for, obligation=Obligation.objects.get(), by=user, at=at)
        for user in (diane, clerk) * 3
    ]
    results = at_once(calls)
    assert refusals(results) == []
    assert set(results) == {Filing.objects.get()}


def test_two_officers_extend_at_once_and_one_wins(owed, alice, at):
    calls = [
        partial(
            rounds.extend,
            obligation=Obligation.objects.get(),
            due_on=date(2026, 4, 10),
            locks_on=date(2026, 5, 10),
            reason="主任换届",
            by=alice,
            at=at,
        )
    ] * 4
    lost = refusals(at_once(calls))
    assert {type(refusal) for refusal in lost} == {rounds.DatesOutOfOrder}
    assert (len(lost), Extension.objects.count()) == (3, 1)


def test_an_opinion_and_doing_without_it_at_once_is_one(drafted, diane, alice, at):
    hand_in(drafted, by=diane, at=at)
    calls = [
        partial(opinions.give, filing=drafted, verdict="agree", text="", by=diane, at=at),
        partial(opinions.dispense, filing=drafted, reason="不等了", by=alice, at=at),
    ] * 3
    lost = refusals(at_once(calls))
    assert {type(refusal) for refusal in lost} == {Conflict}
    assert (len(lost), Opinion.objects.count()) == (5, 1)


def test_preparing_and_saving_at_once_is_one_of_them(drafted, clerk, diane, at):
    section = drafted.sections.get()
    prepare = partial(
        filings.prepare,
        filing=Filing.objects.get(),
        version=drafted.version,
        by=clerk,
        at=at,
    )
    save = partial(
        filings.save_section,
        section=section,
        version=section.version,
        rows=[{**ROOM, "address": "二楼"}],
        by=diane,
        at=at,
    )
    prepared, saved = at_once([prepare, save])
    lost = refusals([prepared, saved])
    assert len(lost) == 1
    assert isinstance(lost[0], Conflict | filings.SectionLocked)
    is_prepared = Filing.objects.get().status == "prepared"
    assert is_prepared == (lost[0] is saved)


def test_cancelling_and_handing_in_at_once_is_one_of_them(drafted, clerk, diane, alice, at):
    filings.prepare(filing=drafted, version=drafted.version, by=clerk, at=at)
    results = at_once(
        [
            partial(
                filings.submit,
                filing=Filing.objects.get(),
                version=drafted.version,
                by=diane,
                at=at,
            ),
            partial(rounds.cancel, round=Round.objects.get(), reason="发错了", by=alice, at=at),
        ]
    )
    (lost,) = refusals(results)
    assert isinstance(lost, filings.RoundClosed | rounds.RoundAnswered)
    is_cancelled = Round.objects.get().cancelled_at is not None
    assert is_cancelled != (Filing.objects.get().status == "submitted")
