"""The golden scenario of the domain reference §10.9 through the database: the campaigns of 2024 are
opened, organizations file or do not, and the watch of 2025-07-15 looks at them."""

from datetime import UTC, date, datetime

import pytest

from organizations.models import EarlyWarning, Inspection, Organization
from organizations.services import campaigns, inspections, observations, watches
from tests.factories.organizations import InspectionFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

OPENED = datetime(2025, 1, 10, 1, 0, tzinfo=UTC)
AT = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
ON = date(2025, 7, 15)
INSTITUTION, ASSOCIATION = "social_service_institution", "association"
REGISTERED = {
    "O1": (INSTITUTION, date(2015, 1, 1)),
    "O2": (INSTITUTION, date(2019, 5, 6)),
    "O3": (INSTITUTION, date(2024, 7, 1)),
    "O4": (INSTITUTION, date(2024, 6, 30)),
    "O6": (ASSOCIATION, date(2010, 1, 1)),
    "O8": (INSTITUTION, date(2012, 1, 1)),
    "O9": (INSTITUTION, date(2012, 1, 1)),
    "O11": (INSTITUTION, date(2018, 1, 1)),
}
FILED = {
    "O1": date(2025, 5, 20),
    "O6": date(2025, 5, 6),
    "O8": date(2025, 5, 8),
    "O9": date(2025, 5, 9),
    "O11": date(2025, 3, 31),
}
ACTIVE = {"O8": date(2024, 7, 10), "O9": date(2024, 7, 20)}


@pytest.fixture
def watched(haitang, wutong, pack, alice):
    """Organizations by their names in the reference, after the watch."""
    for name, (org_type, registered_on) in REGISTERED.items():
        OrganizationFactory(
            name=name,
            division=wutong,
            org_type=org_type,
            registered_on=registered_on,
            is_charity=name == "O11",
        )
    found = {each.name: each for each in Organization.objects.all()}
    for kind in ("institution", "association", "charity_report"):
        campaigns.open_campaign(district=haitang, year=2024, kind=kind, by=alice, at=OPENED)
    for name, filed_on in FILED.items():
        inspections.move(
            inspection=Inspection.objects.get(organization=found[name], year=2024),
            to="with_authority",
            version=1,
            on=filed_on,
            by=alice,
            at=AT,
        )
    InspectionFactory(
        organization=found["O6"],
        year=2023,
        kind="association",
        status="concluded",
        conclusion="basically_qualified",
    )
    inspections.notify_conclusion(
        inspection=Inspection.objects.get(organization=found["O6"], year=2024),
        conclusion="basically_qualified",
        concluded_on=date(2025, 6, 30),
        doc_no="海民社〔2025〕6号",
        version=2,
        by=alice,
        at=AT,
    )
    for name, happened_on in ACTIVE.items():
        observations.observe(
            organization=found[name],
            kind="activity",
            happened_on=happened_on,
            text="开展社区活动",
            by=alice,
            at=AT,
        )
    watches.watch(district=haitang, on=ON, at=AT)
    return found


EXPECTED = {
    "O1": [],
    "O2": ["W-01"],
    "O3": [],
    "O4": ["W-01"],
    "O6": ["W-03"],
    "O8": ["W-04"],
    "O9": [],
    "O11": [],
}


def test_golden_warnings(watched):
    found = {name: [] for name in EXPECTED}
    for warning in EarlyWarning.objects.order_by("code"):
        found[str(warning.subject)].append(warning.code)
    assert found == EXPECTED


def test_golden_states(watched):
    states = dict(Inspection.objects.filter(year=2024).values_list("organization__name", "status"))
    assert states == {
        "O1": "with_authority",
        "O2": "not_started",
        "O3": "exempt",
        "O4": "not_started",
        "O6": "concluded",
        "O8": "with_authority",
        "O9": "with_authority",
        "O11": "with_authority",
    }


def test_golden_figures_of_the_one_that_handed_in_nothing(watched):
    warning = watched["O2"].warnings.get()
    assert (warning.episode, warning.since_on) == ("2024", date(2025, 6, 1))
    assert warning.figures == {"year": 2024, "due_on": "2025-05-31", "days_late": 45}


def test_golden_warnings_stay_the_same_the_night_after(watched, haitang):
    before = list(EarlyWarning.objects.order_by("pk").values())
    watches.watch(district=haitang, on=date(2025, 7, 16), at=AT)
    assert list(EarlyWarning.objects.order_by("pk").values()) == before
