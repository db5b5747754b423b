"""Whatever an answer rests on changes its tag: each name of each resource, by a row behind it."""

from datetime import date

import pytest

from centers.models import Center, Round
from evaluation.models import Shard
from evaluation.services import duties, evaluations, parameters, waivers
from organizations.models import ActivityTeam, Organization
from portal.api import urls
from portal.api.resources import REGISTRY
from portal.feeds.models import Change
from portal.jurisdictions.models import Division
from portal.users.models import User
from projects.models import Contract, Procurement, Project
from tests.conftest import AT
from tests.factories.centers import ObligationFactory, RoundFactory, SubmittedFilingFactory
from tests.factories.city_packs import CityPackFactory, submitted
from tests.factories.organizations import (
    CampaignFactory,
    CaseFactory,
    EarlyWarningFactory,
    InspectionFactory,
    WorkRecordFactory,
)
from tests.factories.procurements import AnnouncementFactory
from tests.factories.publications import PublishedFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory
from tests.factories.rectifications import issue as issue_notice
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted, finished
from tests.portal.api import district

# The addresses declare what they lead to.
assert urls.urlpatterns
RESTS_ON = [(name, behind) for name, resource in REGISTRY.items() for behind in resource.rests_on]


def haitang():
    return Division.objects.get(code="310199")


def center():
    return Center.objects.get(code="C05")


def organization():
    return Organization.objects.order_by("pk").first()


def officer():
    return User.objects.get(username="alice")


def computed():
    for pk in Shard.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
        evaluations.compute(shard_id=pk, at=AT)


def judge_anew():
    """A value that every center misses."""
    set_a_value("9100.00")
    evaluations.request(division=haitang(), as_of=date(2026, 3, 2), by=officer(), at=AT)
    computed()


def set_a_value(value="9000.00"):
    parameters.override(
        division=haitang(),
        key="min_area",
        value=value,
        effective_from=date(2026, 1, 1),
        reason="细则",
        doc_no="8号",
        by=officer(),
        at=AT,
    )


def record_a_policy():
    duties.record(
        district=haitang(),
        kind="support_policy",
        title="扶持办法",
        doc_no="海民规〔2024〕2号",
        starts_on=date(2024, 7, 1),
        by=officer(),
        at=AT,
    )
    computed()


def ask_for_a_waiver():
    waivers.request(
        basis="理事会决议",
        center=center(),
        rule="ST-03",
        reason="理事长担任法定代表人",
        ends_on=date(2026, 6, 30),
        by=officer(),
        at=AT,
    )


# Name in the feed → what changes a row behind it.
EVENTS = {
    "divisions": lambda: Division.objects.filter(code="310199").update(name="新海棠区"),
    "centers": lambda: Center.objects.filter(code="C05").update(name="新名称"),
    "rounds": lambda: RoundFactory(division=haitang()),
    "obligations": lambda: ObligationFactory(
        center=center(), round=Round.objects.order_by("pk").first()
    ),
    "filings": lambda: SubmittedFilingFactory(center=center()),
    "organizations": lambda: Organization.objects.update(grade="5A"),
    "teams": lambda: ActivityTeam.objects.update(status="suspended"),
    "inspections": lambda: InspectionFactory(organization=organization(), year=2023),
    "campaigns": lambda: CampaignFactory(district=haitang(), year=2019),
    "warnings": lambda: EarlyWarningFactory(organization=organization()),
    "cases": lambda: CaseFactory(center=center()),
    "casework": lambda: WorkRecordFactory(center=center()),
    "projects": lambda: Project.objects.update(purchaser="另一单位"),
    "procurements": lambda: Procurement.objects.update(failure_reason="另一原因"),
    "announcements": lambda: AnnouncementFactory(
        procurement=Procurement.objects.order_by("pk").first(), number=2
    ),
    "contracts": lambda: Contract.objects.update(filed_on=date(2026, 3, 2)),
    "reviews": lambda: finished(
        ReviewFactory(
            round=ReviewRoundFactory(district=haitang(), scheme=adopted(haitang()), year=2019),
            center=center(),
        )
    ),
    "rectifications": lambda: issue_notice(
        ItemFactory(rectification=RectificationFactory(center=center())).rectification
    ),
    "publications": lambda: PublishedFactory(center=center(), division=center().division),
    "city-packs": lambda: submitted(CityPackFactory(division=haitang(), year=2023)),
    "standards": set_a_value,
    "runs": lambda: evaluations.request(
        division=haitang(), as_of=date(2026, 3, 2), by=officer(), at=AT
    ),
    "waivers": ask_for_a_waiver,
    "compliance": judge_anew,
    "districts": record_a_policy,
}


@pytest.fixture(scope="module")
def furnished(golden_once, django_db_blocker):
    with django_db_blocker.unblock():
        district.furnish()


@pytest.fixture
def api(furnished, db):
    return district.client("310199")


def happen(name):
    """The event, as if the feed had been told of nothing else by it."""
    before = Change.objects.latest("pk").pk
    EVENTS[name]()
    Change.objects.filter(pk__gt=before).exclude(resource=name).delete()


@pytest.mark.parametrize(("name", "behind"), RESTS_ON)
def test_a_row_behind_an_answer_changes_its_tag(name, behind, api):
    path = REGISTRY[name].path
    tag = api.get(path)["ETag"]
    assert api.get(path, headers={"If-None-Match": tag}).status_code == 304
    happen(behind)
    after = api.get(path, headers={"If-None-Match": tag})
    assert (after.status_code, after["ETag"] != tag) == (200, True)


@pytest.mark.parametrize("name", sorted({name for name, _behind in RESTS_ON}))
def test_what_lies_beside_leaves_the_tag(name, api):
    path = REGISTRY[name].path
    tag = api.get(path)["ETag"]
    for beside in sorted(EVENTS.keys() - set(REGISTRY[name].rests_on)):
        happen(beside)
    assert api.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["OCDS_PREFIX", "PUBLIC_URL"])
def test_another_name_outside_changes_the_tag(name, api, settings):
    path = REGISTRY["announcements"].path
    tag = api.get(path)["ETag"]
    setattr(settings, name, "https://portal.example" if name == "PUBLIC_URL" else "abc123")
    after = api.get(path, headers={"If-None-Match": tag})
    assert (after.status_code, after["ETag"] != tag) == (200, True)
