"""What the feed is told of standards, runs and exceptions."""

import pytest

from evaluation.models import (
    Activation,
    ParameterOverride,
    Rectification,
    RectificationItem,
    Run,
    Waiver,
)
from evaluation.services import evaluations
from portal.feeds.models import Change
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue

pytestmark = pytest.mark.django_db


def told(resource):
    """(key, division path) told of a resource since anything was last asked."""
    found = sorted(Change.objects.filter(resource=resource).values_list("key", "division_path"))
    Change.objects.all().delete()
    return found


def test_a_version_of_the_standard_concerns_everybody(pack, version, at):
    assert told("standards") == [(str(pack), "")] * 2
    newer = version()
    assert told("standards") == [(str(newer), "")]
    Activation.objects.create(
        pack=pack, active_from="2027-01-01", reason="细则", doc_no="〔2026〕9号", activated_at=at
    )
    assert told("standards") == [(str(pack), "")]


def test_a_value_set_in_a_district_concerns_the_district(pack, version, haitang, alice, at):
    version()
    told("standards")
    ParameterOverride.objects.create(
        division=haitang,
        key="min_area",
        value="35.00",
        effective_from="2026-01-01",
        reason="细则",
        doc_no="〔2025〕9号",
        set_by=alice,
        set_at=at,
    )
    assert told("standards") == [(str(pack), haitang.path)]


def test_a_run_is_told_of_when_it_begins_and_ends_not_on_its_way(
    golden, haitang, alice, at, computed, monkeypatch
):
    monkeypatch.setattr(evaluations, "SHARD_SIZE", 3)
    Change.objects.all().delete()
    run = evaluations.request(division=haitang, as_of=at.date(), by=alice, at=at)
    assert told("runs") == [(str(run.pk), haitang.path)]
    Run.objects.filter(pk=run.pk).update(center_count=9)
    assert told("runs") == []
    computed(run)
    assert told("runs") == [(str(run.pk), haitang.path)]


def test_an_exception_is_told_of_for_the_tags(center, wutong, alice, at):
    told("waivers")
    Waiver.objects.create(
        center=center,
        rule="ST-04",
        basis="理事会决议",
        reason="正在招聘",
        ends_on="2099-12-31",
        requested_by=alice,
        requested_at=at,
    )
    assert told("waivers") == [("C90", wutong.path)]
    Waiver.objects.update(status="withdrawn", closed_by=alice, closed_at=at)
    assert told("waivers") == [("C90", wutong.path)]


def test_a_rectification_is_told_of_once_it_is_issued(center):
    def drafted():
        made = RectificationFactory(center=center)
        return made, ItemFactory(rectification=made)

    dropped, item = drafted()
    RectificationItem.objects.filter(pk=item.pk).update(status="cancelled")
    cancelled = {"status": "cancelled", "cancel_reason": "误开"}
    Rectification.objects.filter(pk=dropped.pk).update(**cancelled)
    assert told("rectifications") == []
    sent, item = drafted()
    issue(sent)
    assert told("rectifications") == [(f"Z{sent.pk}", center.division.path)]
    RectificationItem.objects.filter(pk=item.pk).update(status="answered")
    assert told("rectifications") == [(f"Z{sent.pk}", center.division.path)]
