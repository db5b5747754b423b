"""Needs from the day they are collected until they are met or closed."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from projects.models import Need
from projects.services import needs
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import MatchFactory, NeedFactory, OfferFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIELDS = {
    "title": "高龄独居老人助餐",
    "source": "resident",
    "field": "elderly",
    "service": "meals",
    "target_group": "高龄独居老人",
}


@pytest.fixture
def today(at):
    return localdate(at)


@pytest.fixture
def by(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def introduced(center, haitang, wutong):
    """Bring a need together with an offer; ``status`` of the introduction."""

    def make(need, status, **fields):
        offer = OfferFactory(organization=OrganizationFactory(division=wutong), district=haitang)
        match = MatchFactory(need=need, offer=offer, center=center)
        steps = {"failed": ["failed"], "signed": ["intended", "signed"]}.get(status, [])
        for step in steps:
            type(match).objects.filter(pk=match.pk).update(status=step, **fields)
        return match

    return make


def test_enter_numbers_by_district_and_year_and_tells_the_trail(wutong, huangpu, center, by):
    first = needs.enter(division=wutong, center=center, **FIELDS, **by)
    second = needs.enter(division=wutong, **FIELDS, **by)
    other = needs.enter(division=huangpu, **FIELDS, **by)
    assert [each.need_no for each in (first, second, other)] == [
        "310199-XQ-2026-00001",
        "310199-XQ-2026-00002",
        "310101-XQ-2026-00001",
    ]
    told = AuditEvent.objects.filter(action="projects.need.enter").order_by("id").first()
    assert told.changes == {"need_no": [None, "310199-XQ-2026-00001"]}


def test_a_center_collects_in_its_own_township(huangpu, center, by):
    with pytest.raises(needs.CollectedElsewhere):
        needs.enter(division=huangpu, center=center, **FIELDS, **by)
    assert not Need.objects.exists()


def test_the_window_has_an_order(wutong, by, today):
    with pytest.raises(needs.NeedWindowWrong):
        needs.enter(division=wutong, from_on=today, until_on=today - DAY, **FIELDS, **by)


def test_what_was_read_already_is_not_rewritten(wutong, by, today):
    need = NeedFactory(division=wutong, status="screened")
    needs.edit(need=need, version=1, title="助餐和送餐", **by)
    needs.publish(need=need, version=2, **by)
    with pytest.raises(needs.NeedPublished):
        needs.edit(need=need, version=3, title="助浴", **by)
    needs.edit(need=need, version=3, until_on=today + DAY, external_ref="SH-1", **by)
    need.refresh_from_db()
    assert (need.title, need.until_on, need.version) == ("助餐和送餐", today + DAY, 4)
    with pytest.raises(Conflict):
        needs.edit(need=need, version=3, external_ref="SH-2", **by)


def test_what_is_the_same_writes_nothing(wutong, by):
    need = NeedFactory(division=wutong, title="助餐")
    needs.edit(need=need, version=1, title="助餐", **by)
    assert need.version == 1
    assert not AuditEvent.objects.filter(action="projects.need.edit").exists()


@pytest.mark.parametrize(("days", "is_published"), [(0, True), (-1, False)])
def test_a_need_is_published_until_its_last_day(wutong, by, today, days, is_published):
    need = NeedFactory(division=wutong, status="screened", until_on=today + days * DAY)
    if is_published:
        needs.publish(need=need, version=1, **by)
    else:
        with pytest.raises(needs.NeedWindowWrong):
            needs.publish(need=need, version=1, **by)
    assert Need.objects.published(today).exists() is is_published


def test_a_need_past_its_last_day_is_no_longer_to_be_answered(wutong, today):
    NeedFactory(division=wutong, status="published", until_on=today)
    assert Need.objects.published(today).count() == 1
    assert not Need.objects.published(today + DAY).exists()


def test_adopting_makes_a_project_of_the_need(wutong, by):
    need = NeedFactory(division=wutong, status="published", field="children")
    project = needs.adopt(need=need, name="四点半课堂", purchaser="街道办事处", version=1, **by)
    assert (project.need, project.field, project.division) == (need, "children", wutong)
    need.refresh_from_db()
    assert need.status == "adopted"
    with pytest.raises(Conflict):
        needs.adopt(need=need, name="四点半课堂", purchaser="街道办事处", version=2, **by)


def test_a_need_is_met_by_what_was_signed(wutong, by, introduced):
    need = NeedFactory(division=wutong, status="matching")
    introduced(need, "failed", outcome="价格谈不拢")
    with pytest.raises(needs.NeedNotMet):
        needs.complete(need=need, version=1, **by)
    introduced(need, "signed", amount_yuan=0)
    needs.complete(need=need, version=1, **by)
    assert need.status == "completed"


def test_a_need_is_met_by_a_project_that_was_accepted(wutong, by):
    need = NeedFactory(division=wutong, status="adopted")
    project = ProjectFactory(division=wutong, need=need, status="running")
    with pytest.raises(needs.NeedNotMet):
        needs.complete(need=need, version=1, **by)
    type(project).objects.filter(pk=project.pk).update(status="accepted")
    needs.complete(need=need, version=1, **by)
    assert need.status == "completed"


@pytest.mark.parametrize("verb", [needs.complete, needs.close])
def test_nothing_is_finished_while_an_introduction_is_open(wutong, by, introduced, verb):
    need = NeedFactory(division=wutong, status="matching")
    introduced(need, "signed", amount_yuan=100)
    introduced(need, "introduced")
    with pytest.raises(needs.IntroductionsOpen):
        verb(need=need, reason="已解决", version=1, **by)
    need.refresh_from_db()
    assert need.status == "matching"


def test_closing_says_why(wutong, by):
    need = NeedFactory(division=wutong)
    with pytest.raises(ReasonMissing):
        needs.close(need=need, reason=" ", version=1, **by)
    needs.close(need=need, reason="重复征集", version=1, **by)
    need.refresh_from_db()
    assert (need.status, need.close_reason) == ("closed", "重复征集")


STATES = list(Need.Status.values)
VERBS = {
    "screened": needs.screen,
    "published": needs.publish,
    "completed": needs.complete,
    "closed": needs.close,
}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("to", VERBS)
def test_every_step_is_taken_as_the_table_says(wutong, by, before, to, introduced):
    need = NeedFactory(division=wutong, status=before, close_reason="测试")
    introduced(need, "signed", amount_yuan=1)
    said = {"reason": "说明"}
    is_allowed = to in Need.TRANSITIONS.get(before, ())
    if is_allowed:
        VERBS[to](need=need, version=1, **said, **by)
        assert need.status == to
    else:
        with pytest.raises(Conflict):
            VERBS[to](need=need, version=1, **said, **by)
        need.refresh_from_db()
        assert need.status == before
