"""Welfare-lottery money: every step of its way, and what stands in the way."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.timezone import localdate

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from projects.models import LotteryApplication
from projects.services import lotteries
from tests.factories.centers import CenterFactory
from tests.factories.evidence import photo
from tests.factories.procurements import DocumentFactory, LotteryApplicationFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db
D = Decimal
FIELDS = {"year": 2026, "purpose": "elderly", "amount_yuan": D("100000.00")}
WAY = ["draft", "recommended", "screened", "reviewed", "granted", "paid", "evaluated"]


@pytest.fixture
def by(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def project(wutong):
    return ProjectFactory(division=wutong)


@pytest.fixture
def standing(project, center):
    """An application that stands where asked."""

    def make(status, **fields):
        reached = WAY.index(status) if status in WAY else 0
        if reached >= WAY.index("granted"):
            fields = {"granted_yuan": D("80000.00"), **fields}
        if reached >= WAY.index("paid"):
            fields = {"paid_yuan": D("80000.00"), **fields}
        return LotteryApplicationFactory(project=project, center=center, status=status, **fields)

    return make


def test_apply_once_a_year(project, center, by):
    lotteries.apply(project=project, center=center, **FIELDS, **by)
    with pytest.raises(lotteries.AppliedAlready):
        lotteries.apply(project=project, center=center, **FIELDS, **by)
    lotteries.apply(project=project, center=center, **(FIELDS | {"year": 2027}), **by)
    assert LotteryApplication.objects.count() == 2


def test_what_was_refused_can_be_asked_for_anew(project, center, by):
    first = lotteries.apply(project=project, center=center, **FIELDS, **by)
    with pytest.raises(ReasonMissing):
        lotteries.refuse(application=first, reason=" ", version=1, **by)
    lotteries.refuse(application=first, reason="不属资助范围", version=1, **by)
    assert lotteries.apply(project=project, center=center, **FIELDS, **by).pk
    told = AuditEvent.objects.get(action="projects.lottery.refuse")
    assert (told.reason, told.changes) == ("不属资助范围", {"status": ["draft", "refused"]})


def test_the_center_and_the_project_are_neighbours(project, huangpu, by):
    with pytest.raises(lotteries.ApplicantElsewhere):
        lotteries.apply(
            project=project, center=CenterFactory(division=huangpu), **FIELDS, **by
        )


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_nothing_cannot_be_asked_for(project, center, by, amount):
    with pytest.raises(lotteries.MoneyWrong):
        lotteries.apply(
            project=project, center=center, **(FIELDS | {"amount_yuan": D(amount)}), **by
        )


def test_only_drafts_are_corrected(standing, project, center, by):
    application = standing("draft", year=2026)
    standing("draft", year=2027)
    lotteries.edit(application=application, version=1, amount_yuan=D("90000.00"), **by)
    with pytest.raises(lotteries.AppliedAlready):
        lotteries.edit(application=application, version=2, year=2027, **by)
    lotteries.move(application=application, to="recommended", version=2, **by)
    with pytest.raises(Conflict):
        lotteries.edit(application=application, version=3, amount_yuan=D("1.00"), **by)
    assert LotteryApplication.objects.get(year=2026).amount_yuan == D("90000.00")


def test_nobody_recommends_what_they_entered(project, center, alice, leader, at, by):
    application = lotteries.apply(project=project, center=center, **FIELDS, **by)
    with pytest.raises(lotteries.RecommendsOneself):
        lotteries.move(application=application, to="recommended", version=1, **by)
    lotteries.move(application=application, to="recommended", version=1, by=leader, at=at)
    assert application.status == "recommended"


def take(application, to, by):
    """Take the step to a state by its own verb, with what it asks for."""
    said = {"application": application, "version": application.version, **by}
    if to == "granted":
        lotteries.grant(granted_yuan=D("80000.00"), **said)
    elif to == "paid":
        lotteries.pay(paid_yuan=D("80000.00"), **said)
    elif to == "evaluated":
        lotteries.evaluate(reason="服务老人320名", **said)
    elif to == "refused":
        lotteries.refuse(reason="不予立项", **said)
    else:
        lotteries.move(to=to, **said)


@pytest.mark.parametrize("before", [*WAY, "refused"])
@pytest.mark.parametrize("to", [*WAY[1:], "refused"])
def test_every_step_is_taken_as_the_table_says(standing, project, by, before, to):
    shown = {"mark_shown": True, "use_published_on": localdate(by["at"])}
    application = standing(before, **shown)
    if to in LotteryApplication.TRANSITIONS.get(before, ()):
        take(application, to, by)
        assert application.status == to
    else:
        with pytest.raises(Conflict):
            take(application, to, by)
        application.refresh_from_db()
        assert application.status == before


@pytest.mark.parametrize(("granted", "is_taken"), [("100000.00", True), ("100000.01", False)])
def test_not_more_is_granted_than_was_asked_for(standing, by, granted, is_taken):
    application = standing("reviewed")
    if is_taken:
        lotteries.grant(application=application, granted_yuan=D(granted), version=1, **by)
    else:
        with pytest.raises(lotteries.MoneyWrong):
            lotteries.grant(application=application, granted_yuan=D(granted), version=1, **by)
    application.refresh_from_db()
    assert application.granted_yuan == (D(granted) if is_taken else None)


@pytest.mark.parametrize(("paid", "is_taken"), [("80000.00", True), ("80000.01", False)])
def test_not_more_is_paid_than_was_granted(standing, by, paid, is_taken):
    application = standing("granted")
    if is_taken:
        lotteries.pay(application=application, paid_yuan=D(paid), version=1, **by)
    else:
        with pytest.raises(lotteries.MoneyWrong):
            lotteries.pay(application=application, paid_yuan=D(paid), version=1, **by)
    application.refresh_from_db()
    assert application.paid_yuan == (D(paid) if is_taken else None)


def test_steps_that_ask_for_more_have_verbs_of_their_own(standing, by):
    with pytest.raises(lotteries.StepUnknown):
        lotteries.move(application=standing("reviewed"), to="granted", version=1, **by)


def test_the_use_is_shown_before_it_is_evaluated(standing, project, wutong, by, at):
    application = standing("paid")
    with pytest.raises(lotteries.UseNotShown):
        lotteries.evaluate(application=application, reason="良好", version=1, **by)
    lotteries.publish_use(application=application, on=localdate(at), version=1, **by)
    with pytest.raises(lotteries.UseNotShown):
        lotteries.evaluate(application=application, reason="良好", version=2, **by)
    elsewhere = DocumentFactory(project=ProjectFactory(division=wutong), kind="photo")
    with pytest.raises(lotteries.MarkMisplaced):
        lotteries.show_mark(application=application, document=elsewhere, version=2, **by)
    mark = DocumentFactory(project=project, kind="photo")
    lotteries.show_mark(application=application, document=mark, version=2, **by)
    lotteries.evaluate(application=application, reason="良好", version=3, **by)
    application.refresh_from_db()
    assert (application.status, application.mark_document) == ("evaluated", mark)


@pytest.mark.parametrize(("status", "days"), [("granted", 0), ("paid", 1)])
def test_use_is_published_once_paid_and_not_ahead(standing, by, at, status, days):
    day = localdate(at) + timedelta(days=days)
    with pytest.raises(lotteries.UsePublishedWrong):
        lotteries.publish_use(application=standing(status), on=day, version=1, **by)


def test_the_photograph_of_the_mark_is_named_in_the_first_language(
    standing, by, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    application = standing("paid")
    with translation.override("en"):
        lotteries.photograph_mark(application=application, photo=photo(), version=1, **by)
    application.refresh_from_db()
    assert application.mark_shown
    with translation.override("zh-hans"):
        assert application.mark_document.title == translation.gettext("Lottery mark")


def test_a_photograph_is_not_kept_where_somebody_was_first(
    standing, project, by, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    with pytest.raises(Conflict):
        lotteries.photograph_mark(
            application=standing("paid"), photo=photo(), version=9, **by
        )
    assert not project.documents.exists()
