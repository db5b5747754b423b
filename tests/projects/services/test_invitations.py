"""Invitations: drawn so that it can be repeated, or chosen; never whoever wrote the plan."""

import pytest

from projects.models import Invitee
from projects.rules.drawing import pick
from projects.services import invitations
from projects.services.invitations import (
    DrawnStays,
    InvitedAlready,
    InviteeUnfit,
    NobodyInvited,
    TooFewToDraw,
)
from projects.services.procurements import AnnouncedAlready
from tests.factories.notices import AT, bidder, planned, ready
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import InviteeFactory, ProcurementFactory, announced

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(wutong):
    return ready(wutong, route="invited_tender")


def draw(procurement, by, wanted=3, **values):
    return invitations.draw(procurement=procurement, wanted=wanted, by=by, at=AT, **values)


def test_a_draw_can_be_repeated_from_what_is_kept(draft, wutong, alice):
    pool = [bidder(wutong).organization_id for _each in range(6)]
    drawn = draw(draft, alice)
    kept = drawn[0].draw
    assert kept["pool"] == sorted(pool)
    again = pick(kept["pool"], kept["wanted"], kept["seed"])
    assert [each.organization_id for each in drawn] == again == kept["drawn"]
    assert all(each.is_drawn for each in Invitee.objects.all())


def test_only_fit_organizations_of_the_district_stand_in_a_draw(wutong, huangpu, center, alice):
    draft = ready(wutong, route="invited_tender", project=planned(wutong, author=center))
    fit = bidder(wutong)
    bidder(wutong, status="revoked")
    bidder(huangpu)
    OrganizationFactory(division=wutong)
    bidder(wutong, center=center)
    closed = bidder(wutong)
    type(closed).objects.filter(pk=closed.pk).update(closed_at=AT)
    invited = bidder(wutong)
    InviteeFactory(procurement=draft, organization=invited.organization)
    assert [each.organization for each in draw(draft, alice, 1)] == [fit.organization]


@pytest.mark.parametrize("wanted", [0, 2])
def test_more_than_there_are_or_none_is_refused(draft, wutong, alice, wanted):
    bidder(wutong)
    with pytest.raises(TooFewToDraw):
        draw(draft, alice, wanted)
    assert not Invitee.objects.exists()


def test_a_supplier_is_invited_once_and_may_be_taken_out(draft, wutong, alice):
    organization = OrganizationFactory(division=wutong)
    invitee = invitations.invite(procurement=draft, organization=organization, by=alice, at=AT)
    assert not invitee.is_drawn
    with pytest.raises(InvitedAlready):
        invitations.invite(procurement=draft, organization=organization, by=alice, at=AT)
    invitations.remove(invitee=invitee, by=alice, at=AT)
    assert not Invitee.objects.exists()


def test_whoever_was_drawn_is_not_taken_out(draft, wutong, alice):
    """Else one draws again until it pleases, and what was drawn before is gone."""
    for _each in range(3):
        bidder(wutong)
    first, *_others = draw(draft, alice)
    with pytest.raises(DrawnStays, match=str(first.organization)):
        invitations.remove(invitee=first, by=alice, at=AT)
    assert Invitee.objects.count() == 3


def test_the_center_that_wrote_the_plan_is_not_invited(wutong, center, alice):
    draft = ready(wutong, route="invited_tender", project=planned(wutong, author=center))
    own = OrganizationFactory(division=wutong, center=center)
    with pytest.raises(InviteeUnfit):
        invitations.invite(procurement=draft, organization=own, by=alice, at=AT)


def test_who_has_the_code_of_the_center_that_wrote_the_plan_is_not_invited(wutong, center, alice):
    type(center).objects.filter(pk=center.pk).update(uscc="52310199MJF1000166")
    center.refresh_from_db()
    draft = ready(wutong, route="invited_tender", project=planned(wutong, author=center))
    same = bidder(wutong, uscc="52310199MJF1000166").organization
    with pytest.raises(InviteeUnfit):
        invitations.invite(procurement=draft, organization=same, by=alice, at=AT)
    with pytest.raises(TooFewToDraw):
        draw(draft, alice, 1)


def test_an_organization_that_is_revoked_is_not_invited(draft, wutong, alice):
    organization = OrganizationFactory(division=wutong, status="revoked")
    with pytest.raises(InviteeUnfit):
        invitations.invite(procurement=draft, organization=organization, by=alice, at=AT)


def test_an_open_route_invites_nobody(wutong, alice):
    draft = ProcurementFactory(project__division=wutong)
    with pytest.raises(NobodyInvited):
        draw(draft, alice)


def test_nobody_is_invited_after_the_notice(wutong, alice):
    procurement = announced(project__division=wutong, route="invited_tender")
    with pytest.raises(AnnouncedAlready):
        invitations.invite(
            procurement=procurement,
            organization=OrganizationFactory(division=wutong),
            by=alice,
            at=AT,
        )
