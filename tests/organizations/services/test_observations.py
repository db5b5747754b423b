"""What is noted of organizations and teams, settled and voided; annual figures."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from organizations.models import AnnualFigures, Observation
from organizations.selectors import watching
from organizations.services import observations
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.factories.organizations import (
    ActivityTeamFactory,
    AnnualFiguresFactory,
    ObservationFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong)


@pytest.fixture
def observe(organization, alice, at):
    """Note a complaint of 10 February 2026, unless it is said otherwise."""
    return lambda **values: observations.observe(
        **{
            "organization": organization,
            "kind": "complaint",
            "happened_on": date(2026, 2, 10),
            "text": "居民来电",
            "by": alice,
            "at": at,
            **values,
        }
    )


def test_what_is_noted_is_kept_with_who_and_when(observe, organization, alice, at):
    observation = observe(text=" 居民来电 ", doc_no="信〔2026〕3号")
    assert (observation.subject, observation.text) == (organization, "居民来电")
    assert (observation.noted_by, observation.noted_at) == (alice, at)
    assert AuditEvent.objects.get().action == "organizations.observation.observe"


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"organization": None}, observations.SubjectUnclear),
        ({"text": " "}, ReasonMissing),
        ({"happened_on": date(2026, 3, 3)}, observations.DayRefused),
        ({"reported_on": date(2026, 2, 11)}, observations.ReportMisplaced),
        (
            {"kind": "major_event", "reported_on": date(2026, 3, 3)},
            observations.DayRefused,
        ),
    ],
)
def test_what_says_too_little_is_not_noted(observe, values, refusal):
    with pytest.raises(refusal):
        observe(**values)
    assert not Observation.objects.exists()


def test_either_an_organization_or_a_team(observe, wutong):
    team = ActivityTeamFactory(division=wutong)
    with pytest.raises(observations.SubjectUnclear):
        observe(team=team)
    assert observe(organization=None, team=team).subject == team


def test_a_major_event_may_be_reported_before_it_happens(observe):
    event = observe(kind="major_event", happened_on=date(2026, 3, 2), reported_on=date(2026, 2, 20))
    assert event.reported_on == date(2026, 2, 20)


def test_settling_says_when_and_how_once(observe, alice, at):
    complaint = observe()
    settled = {"settled_on": date(2026, 2, 20), "reason": "已答复", "by": alice, "at": at}
    observations.settle(observation=complaint, **settled)
    assert complaint.settled_on == date(2026, 2, 20)
    with pytest.raises(Conflict, match="2026-02-20"):
        observations.settle(observation=complaint, **settled)


@pytest.mark.parametrize(
    ("kind", "values", "refusal"),
    [
        ("contact_failed", {}, observations.NothingToSettle),
        ("complaint", {"settled_on": date(2026, 2, 9)}, observations.DayRefused),
        ("complaint", {"settled_on": date(2026, 3, 3)}, observations.DayRefused),
        ("complaint", {"reason": ""}, ReasonMissing),
        ("complaint", {"reported_on": date(2026, 2, 11)}, observations.ReportMisplaced),
    ],
)
def test_what_cannot_be_settled_is_refused(observe, alice, at, kind, values, refusal):
    observation = observe(kind=kind)
    given = {"settled_on": date(2026, 2, 20), "reason": "已答复", **values}
    with pytest.raises(refusal):
        observations.settle(observation=observation, by=alice, at=at, **given)
    observation.refresh_from_db()
    assert observation.settled_on is None


def test_voiding_needs_a_reason_and_happens_once(observe, alice, at):
    observation = observe()
    with pytest.raises(ReasonMissing):
        observations.void(observation=observation, reason=" ", by=alice, at=at)
    observations.void(observation=observation, reason="记错单位", by=alice, at=at)
    assert not Observation.objects.valid().exists()
    with pytest.raises(Conflict, match="林经办"):
        observations.void(observation=observation, reason="再来", by=alice, at=at)


@pytest.mark.parametrize(
    "changes", [{"text": "改"}, {"happened_on": date(2026, 1, 1)}, {"kind": "penalty"}]
)
def test_the_database_keeps_what_was_noted(observe, changes):
    observation = observe()
    with pytest.raises(DatabaseError), transaction.atomic():
        Observation.objects.filter(pk=observation.pk).update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        observation.delete()


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {"organization": None},
        {"reported_on": date(2026, 2, 11)},
        {"settled_on": date(2026, 2, 9)},
        {"void_reason": "无人"},
    ],
)
def test_the_database_refuses_impossible_observations(organization, values):
    with pytest.raises(DatabaseError), transaction.atomic():
        ObservationFactory(**{"organization": organization, **values})


@pytest.fixture
def enter(organization, alice, at):
    return lambda **values: observations.enter_figures(
        organization=organization, by=alice, at=at, **{"year": 2025, **values}
    )


def test_figures_entered_again_hold_instead(enter, organization):
    enter(net_assets_yuan=Decimal("1.00"))
    enter(net_assets_yuan=Decimal("-1.00"))
    enter(year=2024, net_assets_yuan=Decimal(5))
    assert AnnualFigures.objects.count() == 3
    facts = watching.facts_for([organization.pk], date(2026, 3, 2))[organization.pk]
    assert (facts.figures.year, facts.figures.net_assets_yuan) == (2025, Decimal("-1.00"))


@pytest.mark.parametrize(
    "values",
    [
        {"net_assets_yuan": None},
        {"year": 2027, "net_assets_yuan": Decimal(1)},
        {"public_received_yuan": Decimal(1), "public_unspent_yuan": Decimal(2)},
    ],
)
def test_figures_that_cannot_be_are_refused(enter, values):
    with pytest.raises(observations.FiguresRefused):
        enter(**values)
    assert not AnnualFigures.objects.exists()


def test_the_database_keeps_figures(organization):
    figures = AnnualFiguresFactory(organization=organization)
    with pytest.raises(DatabaseError), transaction.atomic():
        AnnualFigures.objects.filter(pk=figures.pk).update(net_assets_yuan=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        AnnualFiguresFactory(
            organization=organization, number=2, public_received_yuan=1, public_unspent_yuan=2
        )
