"""Challenges: filed and answered within working days; the procurement waits, and goes back where a
challenge was right."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from projects.models import Challenge
from projects.services import challenges, experts
from projects.services.challenges import (
    ChallengedAlready,
    ComplaintTooLate,
    NotConcerned,
    NothingToChallenge,
    TooLate,
    WrongWayBack,
)
from tests.factories.notices import AT, bidder
from tests.factories.procurements import (
    AnnouncementFactory,
    announced,
    awarded,
    opened,
    seated,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(wutong):
    return bidder(wutong)


@pytest.fixture
def decided(wutong, account):
    """A procurement whose award was published on 2025-09-30; ``account`` had bid."""
    award = awarded(project__division=wutong, bidders=[account.organization])
    published(award.procurement, "result", datetime(2025, 9, 30, 2, tzinfo=UTC))
    return award.procurement


def published(procurement, kind, at, **values):
    return AnnouncementFactory(procurement=procurement, kind=kind, published_at=at, **values)


def file(procurement, account, about="result", at=AT, **values):
    values = {"facts": "评分计算有误", "request": "重新评审", **values}
    return challenges.file(
        procurement=procurement,
        organization=account.organization,
        about=about,
        by=account.user,
        at=at,
        **values,
    )


def answer(challenge, by, verdict="rejected", at=AT, **values):
    values = {"version": challenge.version, "answer": "经核查，评分无误", **values}
    if values.get("to"):
        values.setdefault("public_reason", "评分计算有误")
    return challenges.answer(challenge=challenge, verdict=verdict, by=by, at=at, **values)


LAST_DAY = datetime(2025, 10, 16, 15, 59, tzinfo=UTC)


def test_a_result_is_challenged_for_seven_working_days(decided, account):
    """Over the National Day week: from 2025-09-30 to 2025-10-16."""
    with pytest.raises(TooLate, match="2025-10-16"):
        file(decided, account, at=LAST_DAY + timedelta(minutes=1))
    assert not Challenge.objects.exists()
    challenge = file(decided, account, at=LAST_DAY)
    assert (challenge.status, challenge.due_on) == ("received", date(2025, 10, 27))


def test_the_procurement_waits_and_goes_on_after_the_answer(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    decided.refresh_from_db()
    assert (decided.status, decided.resumes) == ("challenged", "awarded")
    answered = answer(challenge, alice, at=LAST_DAY)
    decided.refresh_from_db()
    assert (decided.status, decided.resumes) == ("awarded", "")
    # Fifteen working days after the seven of the answer.
    assert (answered.status, answered.complaint_until) == ("answered", date(2025, 11, 17))
    assert decided.awards.get().revoked_at is None


def test_a_late_answer_moves_the_days_for_a_complaint(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    late = datetime(2025, 12, 2, 2, tzinfo=UTC)
    assert answer(challenge, alice, at=late).complaint_until == date(2025, 12, 23)


def test_the_procurement_waits_for_the_last_answer(decided, account, alice):
    first = file(decided, account, at=LAST_DAY)
    second = file(decided, account, "procedure", at=LAST_DAY)
    answer(first, alice, at=LAST_DAY)
    decided.refresh_from_db()
    assert decided.status == "challenged"
    challenges.withdraw(challenge=second, version=1, by=account.user, at=LAST_DAY)
    decided.refresh_from_db()
    assert (decided.status, second.status) == ("awarded", "withdrawn")


@pytest.mark.parametrize("to", ["evaluating", "ranked"])
def test_a_challenge_that_is_right_takes_the_procurement_back(decided, account, alice, to):
    challenge = file(decided, account, at=LAST_DAY)
    answer(challenge, alice, "upheld", to=to, at=LAST_DAY)
    decided.refresh_from_db()
    award = decided.awards.get()
    assert (decided.status, award.revoked_by) == (to, alice)


def test_an_award_that_a_challenge_undoes_is_undone_for_everybody(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    answer(challenge, alice, "upheld", to="ranked", at=LAST_DAY)
    told = decided.announcements.get(kind="change")
    assert told.content["before"]["name"] == account.organization.name
    assert told.content["reason"] == "质疑成立：评分计算有误"
    key = f"procurement:{decided.pk}:award:{decided.awards.get().pk}:revoked"
    assert Notice.objects.filter(user=account.user, key=key).exists()


@pytest.mark.parametrize("to", ["evaluating", "ranked"])
def test_an_interest_entered_meanwhile_recuses_when_it_goes_back(
    decided, account, alice, haitang, to
):
    seat = seated(decided, district=haitang, status="submitted")
    challenge = file(decided, account, at=LAST_DAY)
    experts.tie(
        expert=seat.expert,
        kind="employment",
        organization=account.organization,
        by=alice,
        at=LAST_DAY,
    )
    seat.refresh_from_db()
    assert seat.status == "submitted"
    answer(challenge, alice, "upheld", to=to, at=LAST_DAY)
    seat.refresh_from_db()
    decided.refresh_from_db()
    assert (seat.status, seat.is_computed, decided.status) == ("recused", True, "evaluating")


def test_a_way_back_that_was_decided_holds_until_the_last_answer(decided, account, alice):
    first = file(decided, account, at=LAST_DAY)
    second = file(decided, account, "procedure", at=LAST_DAY)
    answer(first, alice, "partly", to="ranked", at=LAST_DAY)
    decided.refresh_from_db()
    assert (decided.status, decided.resumes) == ("challenged", "ranked")
    answer(second, alice, at=LAST_DAY)
    decided.refresh_from_db()
    assert decided.status == "ranked"


def test_a_challenge_that_is_right_may_void_the_procurement(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    answer(challenge, alice, "upheld", to="void", at=LAST_DAY)
    decided.refresh_from_db()
    assert (decided.status, decided.failure_reason) == ("void", "质疑成立：评分计算有误")
    assert decided.announcements.filter(kind="failure").exists()


@pytest.mark.parametrize("to", ["ranked", "void"])
def test_the_answer_is_for_who_challenged_and_nobody_else_reads_it(decided, account, alice, to):
    challenge = file(decided, account, at=LAST_DAY)
    written = f"{account.organization.name}提出的质疑成立，对手标书第七页有误"
    answer(challenge, alice, "upheld", to=to, answer=written, at=LAST_DAY)
    decided.refresh_from_db()
    challenge.refresh_from_db()
    told = decided.announcements.order_by("number").last()
    assert told.content["reason"] == "质疑成立：评分计算有误"
    assert "第七页" not in str(told.content)
    assert "第七页" not in decided.failure_reason + decided.awards.get().revoke_reason
    assert challenge.answer == written


@pytest.mark.parametrize("to", ["evaluating", "void"])
def test_what_is_undone_is_undone_with_a_reason_for_everybody(decided, account, alice, to):
    challenge = file(decided, account, at=LAST_DAY)
    with pytest.raises(ReasonMissing):
        answer(challenge, alice, "upheld", to=to, public_reason=" ", at=LAST_DAY)
    challenge.refresh_from_db()
    decided.refresh_from_db()
    assert (challenge.status, decided.status) == ("received", "challenged")
    assert answer(challenge, alice, "upheld", to="awarded", public_reason="", at=LAST_DAY)


@pytest.mark.parametrize(
    ("verdict", "to"), [("rejected", "ranked"), ("rejected", "void"), ("upheld", "contracted")]
)
def test_a_wrong_way_is_refused_and_nothing_is_answered(decided, account, alice, verdict, to):
    challenge = file(decided, account, at=LAST_DAY)
    with pytest.raises(WrongWayBack):
        answer(challenge, alice, verdict, to=to, at=LAST_DAY)
    challenge.refresh_from_db()
    assert challenge.status == "received"


def test_from_an_evaluation_nothing_lies_before_it(wutong, account):
    procurement = opened(project__division=wutong, bidders=[account.organization])
    published(procurement, "opening", AT)
    file(procurement, account, "procedure")
    procurement.refresh_from_db()
    assert challenges.ways_back(procurement) == ["evaluating", "void"]


def test_a_notice_is_challenged_without_stopping_it(wutong, account):
    """Counted from the last day of its documents: seven working days to 2026-03-19."""
    procurement = announced(project__division=wutong, documents_until=date(2026, 3, 10))
    challenge = file(procurement, account, "notice")
    procurement.refresh_from_db()
    assert (challenge.status, procurement.status) == ("received", "announced")
    with pytest.raises(TooLate, match="2026-03-19"):
        file(procurement, bidder(wutong), "notice", at=datetime(2026, 3, 20, tzinfo=UTC))


def test_a_notice_that_is_wrong_is_ended_while_bids_are_received(wutong, account, alice):
    procurement = announced(project__division=wutong, documents_until=date(2026, 3, 10))
    challenge = file(procurement, account, "notice")
    with pytest.raises(WrongWayBack):
        answer(challenge, alice, "rejected", to="terminated")
    with pytest.raises(WrongWayBack):
        answer(challenge, alice, "upheld", to="void")
    answer(challenge, alice, "upheld", to="terminated")
    procurement.refresh_from_db()
    assert (procurement.status, procurement.failure_reason) == (
        "terminated",
        "质疑成立：评分计算有误",
    )
    assert procurement.announcements.get().kind == "failure"


def test_a_right_challenge_of_a_notice_need_not_end_it(wutong, account, alice):
    procurement = announced(project__division=wutong, documents_until=date(2026, 3, 10))
    answer(file(procurement, account, "notice"), alice, "partly")
    procurement.refresh_from_db()
    assert procurement.status == "announced"


@pytest.mark.parametrize("about", ["procedure", "result"])
def test_what_has_not_happened_is_not_challenged(wutong, account, about):
    procurement = opened(project__division=wutong, bidders=[account.organization])
    with pytest.raises(NothingToChallenge):
        file(procurement, account, about)


def test_only_who_bid_challenges_the_result(decided, wutong):
    with pytest.raises(NotConcerned):
        file(decided, bidder(wutong), at=LAST_DAY)


def test_the_same_is_challenged_once_unless_withdrawn(decided, account):
    challenge = file(decided, account, at=LAST_DAY)
    with pytest.raises(ChallengedAlready):
        file(decided, account, at=LAST_DAY)
    challenges.withdraw(challenge=challenge, version=1, by=account.user, at=LAST_DAY)
    assert file(decided, account, at=LAST_DAY).pk


def test_a_result_is_challenged_for_as_long_as_it_is_open_for_comment(wutong, account):
    """A public-welfare tender is open for comment for fifteen days, longer than seven working
    days: from 2026-06-01 to 2026-06-16."""
    award = awarded(
        project__division=wutong, route="welfare_tender", bidders=[account.organization]
    )
    published(
        award.procurement,
        "result",
        datetime(2026, 6, 1, 2, tzinfo=UTC),
        publicity_until=date(2026, 6, 16),
    )
    with pytest.raises(TooLate, match="2026-06-16"):
        file(award.procurement, account, at=datetime(2026, 6, 17, 2, tzinfo=UTC))
    assert file(award.procurement, account, at=datetime(2026, 6, 16, 2, tzinfo=UTC)).pk


def test_a_second_result_is_challenged_anew(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    answer(challenge, alice, "upheld", to="ranked", at=LAST_DAY)
    with pytest.raises(ChallengedAlready):
        file(decided, account, at=LAST_DAY)
    later = LAST_DAY + timedelta(seconds=30)
    published(decided, "result", later, number=9)
    assert file(decided, account, at=later).pk
    with pytest.raises(ChallengedAlready):
        file(decided, account, at=later)


def test_what_waits_for_its_answer_is_not_challenged_again(decided, account):
    file(decided, account, at=LAST_DAY)
    published(decided, "result", LAST_DAY + timedelta(seconds=30), number=9)
    with pytest.raises(ChallengedAlready):
        file(decided, account, at=LAST_DAY + timedelta(seconds=30))


def test_what_is_answered_is_neither_withdrawn_nor_answered_again(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    answer(challenge, alice, at=LAST_DAY)
    with pytest.raises(Conflict):
        challenges.withdraw(
            challenge=challenge, version=challenge.version, by=account.user, at=LAST_DAY
        )
    with pytest.raises(Conflict):
        answer(challenge, alice, "upheld", at=LAST_DAY)


@pytest.mark.parametrize("blank", [{"facts": " "}, {"request": ""}])
def test_a_challenge_says_what_and_asks_for_something(decided, account, blank):
    with pytest.raises(ReasonMissing):
        file(decided, account, at=LAST_DAY, **blank)


def test_a_welfare_tender_is_answered_within_five_days(wutong, account):
    """Filed on Thursday 2025-10-16; the fifth day is a Tuesday."""
    award = awarded(
        project__division=wutong, route="welfare_tender", bidders=[account.organization]
    )
    published(award.procurement, "result", datetime(2025, 10, 15, 2, tzinfo=UTC))
    assert file(award.procurement, account, at=LAST_DAY).due_on == date(2025, 10, 21)


def test_officers_and_deciders_are_told_and_the_filer_of_the_answer(
    decided, account, alice, leader
):
    challenge = file(decided, account, at=LAST_DAY)
    assert {notice.user for notice in Notice.objects.all()} == {alice, leader}
    answer(challenge, alice, at=LAST_DAY)
    assert Notice.objects.filter(user=account.user).count() == 1


def test_a_complaint_is_noted_until_its_last_day(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    challenge = answer(challenge, alice, at=LAST_DAY)

    def complain(on, at):
        return challenges.complain(
            challenge=challenge, on=on, version=challenge.version, by=alice, at=at
        )

    with pytest.raises(ComplaintTooLate):
        complain(date(2025, 11, 18), datetime(2025, 11, 18, 2, tzinfo=UTC))
    with pytest.raises(ComplaintTooLate):
        complain(date(2025, 11, 17), LAST_DAY)
    complain(date(2025, 11, 17), datetime(2025, 11, 18, 2, tzinfo=UTC))
    assert (challenge.status, challenge.complained_on) == ("complained", date(2025, 11, 17))


def test_an_unanswered_challenge_is_not_complained_of(decided, account, alice):
    challenge = file(decided, account, at=LAST_DAY)
    with pytest.raises(Conflict):
        challenges.complain(
            challenge=challenge, on=date(2025, 10, 16), version=1, by=alice, at=LAST_DAY
        )


def test_once_void_an_open_challenge_is_answered_without_moving_it(decided, account, alice):
    first = file(decided, account, at=LAST_DAY)
    second = file(decided, account, "procedure", at=LAST_DAY)
    answer(first, alice, "upheld", to="void", at=LAST_DAY)
    answer(second, alice, at=LAST_DAY)
    decided.refresh_from_db()
    assert (decided.status, second.status) == ("void", "answered")
