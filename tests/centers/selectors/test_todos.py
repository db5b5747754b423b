"""What waits at a center, in the order in which it presses."""

from datetime import timedelta

import pytest

from centers.models import Section
from centers.selectors.todos import todos
from centers.services import filings
from tests.factories.centers import (
    FilingFactory,
    MembershipFactory,
    ObligationFactory,
    SectionFactory,
    hand_in,
)
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
# 2026-03-02 is a Monday.


@pytest.fixture
def today(at):
    return at.date()


@pytest.fixture
def owes(center, haitang, today):
    """A function that makes the center owe something, due and locked in so many days."""

    def owes(due, locks=60, **round_fields):
        return ObligationFactory(
            center=center,
            round__division=haitang,
            round__opens_on=today - timedelta(days=90),
            round__due_on=today + timedelta(days=due),
            round__locks_on=today + timedelta(days=max(due, locks)),
            **{f"round__{name}": value for name, value in round_fields.items()},
        )

    return owes


def said(center, user, on, *, may_certify=False):
    found = todos(center, user, on, may_certify=may_certify)
    return [(todo.kind, todo.obligation and todo.obligation.pk) for todo in found]


def saved(filing, by, at):
    section = filing.sections.get(kind="premises")
    filings.save_section(
        section=section, version=section.version, rows=[{"address": "甲"}], by=by, at=at
    )
    filing.refresh_from_db()
    return filing


def test_what_presses_most_stands_first(center, diane, owes, today):
    later, near, late, locked = owes(40), owes(3), owes(-3), owes(-9, locks=-1)
    assert said(center, diane, today) == [
        ("owed", late.pk),
        ("owed", locked.pk),
        ("owed", near.pk),
        ("owed", later.pk),
    ]
    found = todos(center, diane, today, may_certify=True)
    assert [todo.is_urgent for todo in found] == [True, True, False, False]


def test_what_waits_for_my_certification_is_mine_only(center, diane, owes, today, at):
    obligation = owes(40)
    filing = saved(filings.open_for(obligation=obligation, by=diane, at=at), diane, at)
    emil = UserFactory()
    filings.prepare(filing=filing, version=filing.version, by=emil, at=at)
    assert said(center, diane, today, may_certify=True) == [("certify", obligation.pk)]
    assert said(center, emil, today, may_certify=True) == [("prepared", obligation.pk)]
    assert said(center, emil, today) == [("prepared", obligation.pk)]


def test_what_the_director_declined_is_urgent_for_the_staff(center, diane, owes, today, at):
    filing = saved(filings.open_for(obligation=owes(40), by=diane, at=at), diane, at)
    filings.prepare(filing=filing, version=filing.version, by=UserFactory(), at=at)
    filings.decline(filing=filing, version=filing.version, reason="补", by=diane, at=at)
    [todo] = todos(center, diane, today, may_certify=True)
    assert (todo.kind, todo.is_urgent, todo.filing.decline_reason) == ("declined", True, "补")


def test_sections_sent_back_come_before_everything(center, diane, alice, owes, today, at):
    late = owes(-3)
    filing = saved(filings.open_for(obligation=owes(40), by=diane, at=at), diane, at)
    MembershipFactory(user=UserFactory(), center=center, role="center_staff")
    hand_in(filing, by=diane, at=at)
    section = Section.objects.get(filing=filing)
    filings.return_section(
        section=section, version=section.version, comment="请更正", by=alice, at=at
    )
    first, second = todos(center, diane, today, may_certify=True)
    assert (first.kind, first.section, first.is_urgent) == ("returned", section, True)
    assert second.obligation == late


def test_what_lies_with_the_bureau_waits_at_the_end(center, diane, owes, today):
    handed_in = FilingFactory(center=center, status="submitted", submitted_by=diane,
                              submitted_at="2026-03-01T00:00:00Z")
    SectionFactory(filing=handed_in, status="submitted")
    later = owes(40)
    assert said(center, diane, today) == [("owed", later.pk), ("submitted", None)]
    assert todos(center, diane, today, may_certify=True)[1].is_waiting


@pytest.mark.parametrize("item_count", [1, 3])
def test_query_count(item_count, center, diane, owes, today, at, django_assert_num_queries):
    for _ in range(item_count):
        filings.open_for(obligation=owes(40), by=diane, at=at)
    with django_assert_num_queries(4):
        todos(center, diane, today, may_certify=True)
