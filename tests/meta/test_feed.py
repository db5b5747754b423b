"""Whatever a client can load it can follow: each resource of the feed is told of by its rows."""

from pathlib import Path

import pgtrigger
import pytest

import portal.api.urls  # noqa: F401  (declares every resource)
from portal.api import REFERENCE
from portal.api.changes import lists
from portal.api.resources import LISTED, REGISTRY
from portal.api.views import ListView
from portal.feeds.triggers import Feeds
from portal.webhooks.selectors import EVENTS, FEEDS

ROOT = Path(__file__).parents[2]
# Resource of the feed → the models whose rows tell of it by a trigger.
TRIGGERED = {
    "divisions": {"jurisdictions.Division"},
    "centers": {"centers.Center", "centers.Section"},
    "rounds": {
        "centers.Round",
        "centers.Filing",
        "centers.Extension",
        "centers.Center",
    },
    "obligations": {
        "centers.Obligation",
        "centers.Round",
        "centers.Filing",
        "centers.Extension",
        "centers.Center",
    },
    "filings": {"centers.Filing", "centers.Section", "centers.Center"},
    "organizations": {"organizations.Organization"},
    "teams": {"organizations.ActivityTeam"},
    "cases": {"organizations.Case", "organizations.CaseKeeper"},
    "inspections": {
        "organizations.Organization",
        "organizations.Inspection",
        "organizations.InspectionHelp",
    },
    "city-packs": {"evaluation.CityPack"},
    "campaigns": {"organizations.Campaign", "organizations.InspectionCalendar"},
    "warnings": {
        "organizations.EarlyWarning",
        "organizations.Organization",
        "organizations.ActivityTeam",
    },
    "casework": {"organizations.WorkRecord", "centers.Section", "centers.Center"},
    "projects": {"projects.Project"},
    "procurements": {"projects.Procurement", "projects.Project"},
    "announcements": {"projects.Announcement", "projects.Project"},
    "contracts": {
        "projects.Contract",
        "projects.Acceptance",
        "projects.Performance",
        "projects.Project",
    },
    "reviews": {"evaluation.Review"},
    "rectifications": {"evaluation.Rectification", "evaluation.RectificationItem"},
    "standards": {
        "evaluation.Pack",
        "evaluation.Activation",
        "evaluation.ParameterOverride",
    },
    "publications": {"evaluation.Publication"},
    "runs": {"evaluation.Run"},
    "waivers": {"evaluation.Waiver"},
    "compliance": {"centers.Center"},
}
# Written by the thousand, so whoever writes them tells.
RECORDED = {
    "compliance": "evaluation/services/results.py",
    "districts": "evaluation/services/duty_results.py",
}


def tellers(resource):
    """Models whose trigger tells of a resource."""
    return {
        model._meta.label
        for model, trigger in pgtrigger.registered()
        if isinstance(trigger, Feeds) and f"'{resource}'" in trigger.func
    }


@pytest.mark.parametrize("resource", sorted(TRIGGERED))
def test_a_resource_is_told_of_by_the_rows_it_is_made_of(resource):
    assert tellers(resource) == TRIGGERED[resource]


@pytest.mark.parametrize(("resource", "path"), RECORDED.items())
def test_a_resource_without_triggers_is_told_of_by_its_writer(resource, path):
    source = (ROOT / path).read_text(encoding="utf-8")
    assert f'feeds.record(resource="{resource}"' in source


def test_every_resource_that_the_feed_promises_is_told_of():
    promised = {resource.feed for resource in REGISTRY.values() if resource.feed}
    assert promised <= TRIGGERED.keys() | RECORDED.keys()
    rested_on = {name for resource in REGISTRY.values() for name in resource.rests_on}
    assert rested_on <= TRIGGERED.keys() | RECORDED.keys()


@pytest.mark.parametrize(
    "name", sorted(name for name, resource in REGISTRY.items() if resource.feed)
)
def test_every_list_in_the_feed_can_give_documents(name):
    assert LISTED[name].documents is not ListView.documents


def test_of_every_list_in_the_feed_a_receiver_can_be_told():
    assert set(EVENTS) == set(lists())


@pytest.mark.parametrize(("event", "feed"), FEEDS.items())
def test_a_receiver_is_sent_to_a_document_that_its_token_opens(event, feed):
    """The address leads to the list of the feed, and asks for the same data set and capability."""
    view = lists()[feed.resource]
    assert feed.address_of("R12/C05").startswith(view.resource.path)
    assert (feed.dataset or REFERENCE) == view.resource.dataset
    assert feed.dataset is None or feed.capability == view.required_capability


def test_no_two_resources_share_the_letter_of_their_codes():
    letters = [view.prefix for view in LISTED.values() if getattr(view, "prefix", "")]
    assert len(letters) > 10
    assert len(set(letters)) == len(letters)
