"""The invented organizations."""

import pytest
from django.utils.timezone import localdate
from stdnum.cn import uscc

from organizations import demo
from organizations.models import (
    ActivityTeam,
    Case,
    EarlyWarning,
    Inspection,
    Organization,
    WorkRecord,
)
from organizations.selectors.cases import AT_REST
from tests.factories.centers import CenterFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def test_load_enters_organizations_with_right_codes_and_teams(haitang, wutong, alice, at):
    assert demo.load(district=haitang, by=alice, at=at) == {}
    codes = list(Organization.objects.values_list("uscc", flat=True))
    assert len(codes) == 24
    assert all(uscc.is_valid(code) for code in codes)
    assert ActivityTeam.objects.count() >= 8


def test_load_opens_the_campaigns_of_2025(haitang, wutong, alice, at):
    demo.load(district=haitang, by=alice, at=at)
    inspected = Inspection.objects.filter(year=2025, campaign__isnull=False)
    assert inspected.count() >= 24
    assert set(inspected.values_list("status", flat=True)) == {
        *("not_started", "filling", "with_unit", "with_authority", "returned", "concluded"),
    }


def test_code_is_the_same_every_time():
    assert demo.credit_code("52", "310199", 1) == demo.credit_code("52", "310199", 1)


def test_load_leaves_warnings_in_each_state_that_a_bureau_meets(haitang, center, diane, alice, at):
    """A complaint and a term that nobody looked into, a listing being handled."""
    demo.load(district=haitang, by=alice, at=at)
    found = EarlyWarning.objects.values_list("code", "status", "source")
    assert set(found) >= {
        ("W-07", "clue", "computed"),
        ("W-09", "handling", "computed"),
        ("W-14", "clue", "computed"),
    }


def test_load_has_the_first_center_report_one(pack, haitang, wutong, alice, at):
    center = CenterFactory(code="C01", division=wutong)
    MembershipFactory(center=center)
    demo.load(district=haitang, by=alice, at=at)
    warning = EarlyWarning.objects.get(source="reported")
    assert (warning.center, warning.code, warning.acknowledged_at) == (center, "W-12", None)


def test_the_director_who_signs_in_finds_casework_in_every_state(golden, haitang, alice, at):
    keeper = MembershipFactory(center=golden["C05"]).user
    MembershipFactory(center=golden["C01"])
    demo.load(district=haitang, by=alice, at=at)
    told = Case.objects.filter(center=golden["C05"])
    assert set(told.values_list("responsible", flat=True)) == {keeper.pk}
    assert told.count() == 10
    rest = told.filter(status__in=AT_REST)
    assert 3 <= rest.count() < told.count()
    today = localdate(at)
    waiting = told.exclude(status__in=AT_REST)
    assert waiting.filter(follow_up_on__lt=today).exists()
    assert waiting.filter(follow_up_on__gt=today).exists()
    assert ActivityTeam.objects.get(center=golden["C05"]).status == "community"
    assert WorkRecord.objects.valid().filter(center=golden["C05"]).count() >= 8


def test_teams_are_on_their_way_and_one_was_registered(golden, haitang, alice, at):
    MembershipFactory(center=golden["C01"])
    demo.load(district=haitang, by=alice, at=at)
    standing = list(ActivityTeam.objects.exclude(status="active").values_list("status", flat=True))
    assert sorted(standing) == ["community", "converted", "township"]
    became = ActivityTeam.objects.get(status="converted")
    assert became.organization.registered_on > became.filed_on
    assert [step.kind for step in became.steps.all()] == ["file", "convert"]
    assert ActivityTeam.objects.filter(center__code="C01").count() == 2
