"""What waits for one person today."""

from datetime import date

import pytest
from django.utils import translation

from centers.selectors import tasks
from centers.services import filings
from tests.factories.centers import (
    CenterFactory,
    FilingFactory,
    MembershipFactory,
    ObligationFactory,
    OpinionFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 24)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def owed(haitang, center):
    asked = RoundFactory(division=haitang, needs_opinion=True, title="2025年度报告")
    return ObligationFactory(round=asked, center=center)


def asked_of(user, on=ON):
    return tasks.tasks_for(user, on)


def titles(user, on=ON):
    return [task.title for task in asked_of(user, on)]


def test_an_obligation_nobody_began(owed, diane, center):
    [task] = asked_of(diane)
    assert (task.title, task.urgency) == ("File “2025年度报告”", "soon")
    assert (task.due_on, task.days_left) == (date(2026, 3, 31), 5)
    assert task.url == f"/desk/centers/{center.code}/"
    assert asked_of(diane, date(2026, 3, 2))[0].urgency == "open"
    [late] = asked_of(diane, date(2026, 4, 8))
    assert (late.urgency, late.days_left) == ("overdue", -5)
    assert asked_of(diane, date(2026, 1, 4)) == asked_of(diane, date(2026, 5, 1)) == []


def test_a_draft_for_an_obligation_is_one_task_with_its_date(owed, center, diane):
    filing = FilingFactory(center=center, obligation=owed, opened_by=diane)
    [task] = asked_of(diane)
    assert (task.title, task.due_on) == ("Finish a draft", owed.due_on)
    assert task.url == f"/desk/filings/{filing.pk}/"
    assert "2025年度报告" in task.why


def test_a_prepared_filing_waits_for_the_director_alone(center, diane, at):
    emil = UserFactory()
    MembershipFactory(user=emil, center=center, role="center_staff")
    filing = FilingFactory(center=center, opened_by=emil)
    SectionFactory(filing=filing, version=2, saved_by=emil, saved_at=at)
    filings.prepare(filing=filing, version=filing.version, by=emil, at=at)
    assert titles(diane) == ["Certify or decline a filing"]
    assert titles(emil) == []
    filings.decline(filing=filing, version=filing.version, reason="面积不对", by=diane, at=at)
    [task] = asked_of(emil)
    assert "面积不对" in task.why


def test_returned_sections_are_named_and_come_first(owed, center, diane, alice, at):
    filing = SubmittedFilingFactory(center=center, opened_by=diane, status="returned")
    SectionFactory(
        filing=filing, status="returned", comment="缺证", decided_by=alice, decided_at=at
    )
    first, second = asked_of(diane)
    assert (first.urgency, first.why) == ("returned", "The bureau returned: premises")
    assert second.title.startswith("File")


def test_the_township_is_asked_until_it_answered(owed, center, wutong, diane):
    reviewer = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=reviewer, role="township_reviewer", division=wutong)
    filing = SubmittedFilingFactory(
        center=center, obligation=owed, opened_by=diane, submission_count=1
    )
    assert titles(reviewer) == ["Give the township's opinion"]
    OpinionFactory(filing=filing, number=1)
    assert titles(reviewer) == []


def test_officers_see_filings_to_review_and_overdue_rounds(owed, wutong, alice, bob):
    SubmittedFilingFactory(center=CenterFactory(division=wutong), opened_by=alice)
    assert titles(alice) == ["Review 1 filing"]
    assert titles(alice, date(2026, 4, 1)) == ["Follow up “2025年度报告”", "Review 1 filing"]
    assert titles(bob, date(2026, 4, 1)) == []


def test_a_due_date_beyond_the_calendar_is_shown_without_days(haitang, center, diane):
    beyond = RoundFactory(division=haitang, due_on=date(2027, 1, 15), locks_on=date(2027, 2, 1))
    ObligationFactory(round=beyond, center=center)
    [task] = asked_of(diane)
    assert (task.days_left, task.due_on) == (None, date(2027, 1, 15))


def test_nobody_in_particular_has_nothing_to_do(owed, charlie):
    assert asked_of(charlie) == []


@pytest.mark.parametrize("item_count", [1, 3])
def test_query_count(item_count, owed, diane, haitang, wutong, django_assert_num_queries):
    for _ in range(item_count):
        center = CenterFactory(division=wutong)
        MembershipFactory(user=diane, center=center)
        ObligationFactory(round=owed.round, center=center)
        filing = SubmittedFilingFactory(center=center, opened_by=diane, status="returned")
        SectionFactory(filing=filing)
    with django_assert_num_queries(9):
        asked_of(diane)
