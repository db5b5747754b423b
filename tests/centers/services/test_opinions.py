"""The township's opinion on a submission, and doing without it."""

from decimal import Decimal

import pytest

from centers.models import Filing, Opinion, Section
from centers.services import filings, opinions
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from tests.centers.services.conftest import ROOM
from tests.factories.centers import ObligationFactory, RoundFactory, hand_in
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(center, haitang, diane, at, pack):
    """Premises handed in for a round that asks for the township's opinion."""
    asked = RoundFactory(division=haitang, needs_opinion=True)
    owed = ObligationFactory(round=asked, center=center)
    filing = filings.open_for(obligation=owed, by=diane, at=at)
    section = filing.sections.get()
    filings.save_section(section=section, version=1, rows=[ROOM], by=diane, at=at)
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    return Section.objects.get()


@pytest.fixture
def xu(db):
    return UserFactory(full_name="徐街道")


def accept(section, alice, at):
    section = Section.objects.select_related("filing__obligation__round").get(pk=section.pk)
    return filings.accept_section(section=section, version=section.version, by=alice, at=at)


def test_nothing_is_accepted_before_the_township_spoke(section, alice, xu, at):
    with pytest.raises(filings.OpinionMissing):
        accept(section, alice, at)
    opinions.give(filing=section.filing, verdict="agree", text="", by=xu, at=at)
    assert accept(section, alice, at).status == "accepted"


def test_an_objection_is_heard_and_does_not_decide(section, alice, xu, at):
    opinion = opinions.give(
        filing=section.filing, verdict="object", text=" 场所已搬迁 ", by=xu, at=at
    )
    assert (opinion.number, opinion.text) == (1, "场所已搬迁")
    event = AuditEvent.objects.get(action="centers.opinion.give")
    assert (event.actor_id, event.reason) == (xu.pk, "场所已搬迁")
    assert accept(section, alice, at).status == "accepted"


def test_the_bureau_goes_on_without_it_and_says_why(section, alice, at):
    with pytest.raises(opinions.ExplanationMissing):
        opinions.dispense(filing=section.filing, reason=" ", by=alice, at=at)
    opinions.dispense(filing=section.filing, reason="街道逾期未复", by=alice, at=at)
    assert accept(section, alice, at).status == "accepted"
    assert AuditEvent.objects.filter(action="centers.opinion.dispense").count() == 1


def test_an_objection_is_explained(section, xu, at):
    with pytest.raises(opinions.ExplanationMissing):
        opinions.give(filing=section.filing, verdict="object", text="", by=xu, at=at)


@pytest.mark.parametrize("verdict", ["waived", "", "yes"])
def test_a_township_agrees_or_objects(section, xu, at, verdict):
    with pytest.raises(opinions.NoOpinion):
        opinions.give(filing=section.filing, verdict=verdict, text="不必", by=xu, at=at)
    assert not Opinion.objects.exists()


def test_an_opinion_is_given_once(section, xu, alice, at):
    opinions.give(filing=section.filing, verdict="agree", text="", by=xu, at=at)
    with pytest.raises(Conflict, match="徐街道"):
        opinions.give(filing=section.filing, verdict="object", text="不", by=xu, at=at)
    with pytest.raises(Conflict):
        opinions.dispense(filing=section.filing, reason="不等了", by=alice, at=at)


def test_every_submission_wants_an_opinion_of_its_own(section, diane, alice, xu, at):
    opinions.give(filing=section.filing, verdict="agree", text="", by=xu, at=at)
    filings.return_section(
        section=section, version=section.version, comment="缺证", by=alice, at=at
    )
    filing = Filing.objects.get()
    with pytest.raises(Conflict):
        opinions.give(filing=filing, verdict="agree", text="", by=xu, at=at)
    section.refresh_from_db()
    wider = {**ROOM, "exclusive_area_m2": Decimal("41.00")}
    filings.save_section(section=section, version=section.version, rows=[wider], by=diane, at=at)
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    with pytest.raises(filings.OpinionMissing):
        accept(section, alice, at)
    assert opinions.give(filing=filing, verdict="agree", text="", by=xu, at=at).number == 2
    assert accept(section, alice, at).status == "accepted"
