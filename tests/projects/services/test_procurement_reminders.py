"""Reminders: of deadlines, openings and answers due, once, and never how many bids there are."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.inbox.models import Notice
from projects.services import procurement_reminders
from projects.tasks import remind_of_procurements
from tests.factories.notices import AT, bidder
from tests.factories.procurements import (
    AnnouncementFactory,
    BidFactory,
    ChallengeFactory,
    ProcurementFactory,
    QuestionFactory,
    announced,
    pass_deadline,
)

pytestmark = pytest.mark.django_db
DEADLINE = datetime(2099, 1, 5, 2, 0, tzinfo=UTC)


def remind(at=AT, on=None):
    return procurement_reminders.remind(on=on or at.date(), at=at)


def test_officers_and_key_holders_are_told_before_a_deadline_and_only_once(wutong, alice):
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    assert remind(DEADLINE - timedelta(days=3, minutes=1)) == 0
    for _twice in range(2):
        remind(DEADLINE - timedelta(days=3))
    holders = {each.user for each in procurement.key_holders.all()}
    assert {notice.user for notice in Notice.objects.all()} == holders | {alice}
    assert Notice.objects.count() == 4


def test_after_the_deadline_the_opening_is_told_of_and_no_bid(wutong, alice):
    procurement = announced(project__division=wutong)
    account = bidder(wutong, name="绿叶助老服务中心")
    BidFactory(procurement=procurement, organization=account.organization)
    pass_deadline(procurement)
    remind(datetime.now(UTC), date(2031, 1, 1))
    notice = Notice.objects.filter(user=alice).get()
    assert "可以开标" in notice.sentence
    assert "绿叶" not in notice.sentence + str(notice.params)
    assert not Notice.objects.filter(user=account.user).exists()


def test_a_question_is_told_of_on_its_last_working_day_but_one(wutong, alice):
    """Asked on Friday 2026-03-06: answered within three working days, by Wednesday."""
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    QuestionFactory(
        procurement=procurement,
        organization=bidder(wutong).organization,
        asked_at=datetime(2026, 3, 6, 2, tzinfo=UTC),
    )
    assert remind(datetime(2026, 3, 9, 2, tzinfo=UTC)) == 0
    assert remind(datetime(2026, 3, 10, 2, tzinfo=UTC)) == 1
    assert Notice.objects.get().user == alice


def test_a_challenge_is_told_of_two_working_days_before_and_when_late(wutong, alice, leader):
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    ChallengeFactory(
        procurement=procurement,
        organization=bidder(wutong).organization,
        due_on=date(2026, 3, 10),
    )
    assert remind(datetime(2026, 3, 5, 2, tzinfo=UTC)) == 0
    assert remind(datetime(2026, 3, 6, 2, tzinfo=UTC)) == 2
    assert remind(datetime(2026, 3, 11, 2, tzinfo=UTC)) == 2
    people = [notice.user for notice in Notice.objects.all()]
    assert sorted(map(str, people)) == sorted(map(str, [alice, leader] * 2))


def test_a_single_source_is_told_of_when_its_comment_time_is_over(wutong, alice):
    draft = ProcurementFactory(
        project__division=wutong,
        route="single_source",
        ground="only_supplier",
        ground_text="专利",
    )
    AnnouncementFactory(procurement=draft, kind="single_source", publicity_until=date(2026, 3, 9))
    assert remind(datetime(2026, 3, 9, 2, tzinfo=UTC)) == 0
    assert remind(datetime(2026, 3, 10, 2, tzinfo=UTC)) == 1
    assert Notice.objects.get().user == alice


def test_nobody_is_told_on_a_day_off(wutong, alice):
    announced(project__division=wutong, deadline_at=DEADLINE)
    assert procurement_reminders.remind(on=date(2026, 3, 7), at=DEADLINE - timedelta(days=1)) == 0


def test_the_task_is_safe_twice(wutong, alice):
    pass_deadline(announced(project__division=wutong))
    remind_of_procurements()
    remind_of_procurements()
    assert Notice.objects.filter(user=alice).count() <= 1
