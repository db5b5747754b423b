"""Follow-ups: told on their day, to whoever is responsible, once."""

from datetime import date

import pytest

from organizations.services import case_reminders
from organizations.tasks import remind_of_cases
from portal.inbox.models import Notice
from tests.factories.organizations import CaseFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
# A Monday.
DAY = date(2026, 3, 2)


def test_whoever_is_responsible_is_told_on_the_day_and_only_once(center, diane, at):
    person = UserFactory()
    case = CaseFactory(center=center, responsible=person, follow_up_on=DAY)
    for _twice in range(2):
        assert case_reminders.remind(on=DAY, at=at) == 1
    notice = Notice.objects.get()
    assert (notice.user, notice.due_on) == (person, DAY)
    assert case.case_no in notice.sentence


def test_without_one_the_people_of_the_center_are_told(center, diane, at):
    CaseFactory(center=center, follow_up_on=date(2026, 2, 27))
    case_reminders.remind(on=DAY, at=at)
    assert Notice.objects.get().user == diane


def test_a_new_day_is_told_again(center, diane, at):
    case = CaseFactory(center=center, follow_up_on=date(2026, 2, 27))
    case_reminders.remind(on=DAY, at=at)
    type(case).objects.filter(pk=case.pk).update(follow_up_on=DAY)
    case_reminders.remind(on=DAY, at=at)
    assert Notice.objects.count() == 2


@pytest.mark.parametrize(
    "fields", [{"follow_up_on": date(2026, 3, 3)}, {"status": "closed"}, {"status": "dropped"}]
)
def test_what_is_not_due_or_at_rest_is_not_told(center, diane, at, fields):
    CaseFactory(center=center, **{"follow_up_on": DAY, **fields})
    assert case_reminders.remind(on=DAY, at=at) == 0
    assert not Notice.objects.exists()


def test_nobody_is_told_on_a_day_off(center, diane, at):
    CaseFactory(center=center, follow_up_on=DAY)
    assert case_reminders.remind(on=date(2026, 3, 7), at=at) == 0


def test_of_a_year_without_a_calendar_every_day_is_told(center, diane, at):
    CaseFactory(center=center, follow_up_on=DAY)
    assert case_reminders.remind(on=date(2031, 1, 1), at=at) == 1


def test_the_task_is_safe_twice(center, diane):
    CaseFactory(center=center, follow_up_on=DAY)
    remind_of_cases()
    remind_of_cases()
    assert Notice.objects.count() <= 1
