"""A pack judges from the day somebody decided, on a document, and never unseen by another."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.timezone import localdate

from evaluation.models import Activation, Finding, Run, Verdict
from evaluation.selectors import parameters as selectors
from evaluation.services import evaluations, packs, parameters
from portal.audit.models import AuditEvent
from tests.factories.evaluation import drops_signage_and_asks_more

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEAR_END = date(2025, 12, 31)


@pytest.fixture
def activate(alice, at):
    def decide(pack, **changes):
        return packs.activate(
            **{
                "pack": pack,
                "active_from": localdate(at),
                "reason": "新版标准施行",
                "doc_no": "沪民社服发〔2026〕3号",
                "by": alice,
                "at": at,
            }
            | changes
        )

    return decide


def test_loading_never_activates_where_a_pack_judges_already(pack, version, at):
    version()
    packs.load_all(at=at)
    assert [each.pack for each in Activation.objects.all()] == [pack]


def test_the_first_pack_of_a_municipality_judges_from_its_day_of_effect(pack):
    activation = Activation.objects.get()
    assert activation.active_from == pack.effective_from
    assert (activation.activated_by, activation.doc_no) == (None, pack.content["doc_no"])
    assert AuditEvent.objects.filter(action="evaluation.pack.activate").count() == 1


def test_an_activation_says_who_when_why_and_on_what_document(pack, version, activate, alice, at):
    activation = activate(version())
    assert (activation.activated_by, activation.activated_at) == (alice, at)
    assert (activation.reason, activation.doc_no) == ("新版标准施行", "沪民社服发〔2026〕3号")
    event = AuditEvent.objects.first()
    assert event.action == "evaluation.pack.activate"
    assert event.changes["pack"] == [str(pack), str(activation.pack)]


@pytest.mark.parametrize("missing", ["reason", "doc_no"])
def test_activation_needs_a_reason_and_a_document(version, activate, missing):
    with pytest.raises(packs.ActivationRefused):
        activate(version(), **{missing: " "})
    assert Activation.objects.count() == 1


def test_the_pack_of_another_city_is_refused(version, activate):
    with pytest.raises(packs.ActivationRefused, match="330100"):
        activate(version(division="330100"))


def test_a_day_before_the_document_holds_is_refused(pack, version, activate):
    with pytest.raises(packs.ActivationRefused, match=str(pack.effective_from)):
        activate(version(), active_from=pack.effective_from - DAY)


def test_what_judges_on_that_day_already_is_refused(pack, activate):
    with pytest.raises(packs.ActivationRefused):
        activate(pack)


def test_deciding_in_sight_of_an_older_decision_is_refused(version, activate):
    seen = Activation.objects.latest("pk").pk
    second, third = version(), version(9)
    activate(second, version=seen)
    with pytest.raises(packs.ActivatedMeanwhile, match=str(second)):
        activate(third, version=seen)
    assert not Activation.objects.filter(pack=third).exists()


def test_what_a_district_set_must_fit_the_new_pack(version, activate, haitang, alice, at):
    parameters.override(
        division=haitang,
        key="shared_area_policy",
        value="full_shared",
        effective_from=localdate(at),
        reason="细则",
        doc_no="1号",
        by=alice,
        at=at,
    )

    def narrower(content):
        content["parameters"]["shared_area_policy"]["choices"] = ["exclusive_only", "apportioned"]

    with pytest.raises(packs.ActivationRefused, match="海棠区"):
        activate(version(change=narrower))


def test_what_a_pack_to_come_cannot_take_is_refused_when_set(
    version, activate, haitang, alice, at
):
    def narrower(content):
        content["parameters"]["min_area"]["maximum"] = 200

    activate(version(change=narrower), active_from=localdate(at) + 30 * DAY)
    with pytest.raises(parameters.ParameterRefused, match="200"):
        parameters.override(
            division=haitang,
            key="min_area",
            value="300.00",
            effective_from=localdate(at),
            reason="细则",
            doc_no="1号",
            by=alice,
            at=at,
        )


def test_an_activation_is_never_edited(pack):
    for change in (
        lambda: Activation.objects.update(active_from=YEAR_END),
        Activation.objects.all().delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- withdrawing


@pytest.fixture
def withdraw(alice, at):
    def take_back(activation, reason="暂缓施行", at=at):
        return packs.withdraw(activation=activation, reason=reason, by=alice, at=at)

    return take_back


def test_an_activation_is_withdrawn_before_its_day(
    pack, version, activate, withdraw, alice, at
):
    coming = activate(version(), active_from=localdate(at) + DAY)
    withdraw(coming)
    assert (coming.withdrawn_by, coming.withdrawal_reason) == (alice, "暂缓施行")
    assert selectors.pack_in_force(localdate(at) + DAY) == pack
    event = AuditEvent.objects.first()
    assert (event.action, event.reason) == ("evaluation.pack.withdraw", "暂缓施行")


def test_an_activation_whose_day_has_come_is_not_withdrawn(version, activate, withdraw, at):
    begun = activate(version())
    with pytest.raises(packs.ActivationRefused):
        withdraw(begun)


def test_withdrawing_needs_a_reason_and_happens_once(version, activate, withdraw, at):
    coming = activate(version(), active_from=localdate(at) + DAY)
    with pytest.raises(packs.ActivationRefused):
        withdraw(coming, reason=" ")
    withdraw(coming)
    with pytest.raises(packs.ActivationRefused):
        withdraw(coming)
    with pytest.raises(DatabaseError), transaction.atomic():
        Activation.objects.filter(pk=coming.pk).update(withdrawal_reason="另一个理由")


def test_database_refuses_half_a_withdrawal(pack, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.update(withdrawn_at=at)


# --- what is judged again


def outcomes(center, series_on=None):
    found = Finding.objects.standing(series_on).filter(center=center)
    return dict(found.values_list("rule", "outcome"))


def test_on_its_day_the_nightly_run_judges_by_the_new_pack(
    golden, version, activate, drained, at
):
    """Rules it drops are closed, rules it keeps are judged by its figures."""
    drained(at)
    new = version(change=drops_signage_and_asks_more)
    activate(new, active_from=localdate(at) + DAY)
    assert not Run.objects.filter(trigger="pack").exists()
    assert {"ST-08", "ST-09"} <= set(outcomes(golden["C02"]))
    (night,) = evaluations.request_nightly(at=at + DAY)
    drained(at + DAY)
    assert night.pack == new
    after = outcomes(golden["C02"])
    assert ("ST-09" in after, after["ST-08"]) == (False, "not_met")
    closed = Finding.objects.filter(center=golden["C02"], rule="ST-09").latest("pk")
    assert closed.superseded_at == at + DAY


def test_a_rule_that_the_new_pack_adds_gets_findings(golden, version, activate, drained, at):
    drained(at)
    new = version(change=drops_signage_and_asks_more)
    activate(new, active_from=localdate(at))
    drained(at)
    assert "ST-09" not in outcomes(golden["C02"])
    activate(version(9), active_from=localdate(at) + DAY)
    evaluations.request_nightly(at=at + DAY)
    drained(at + DAY)
    assert outcomes(golden["C02"])["ST-09"] == "met"


def test_every_finding_names_the_pack_that_judges(golden, version, activate, drained, at):
    """Also where it found the same: its clause or its class may have changed."""
    drained(at)
    new = version(change=drops_signage_and_asks_more)
    activate(new)
    drained(at)
    assert set(Finding.objects.standing().values_list("run__pack", flat=True)) == {new.pk}


def test_activation_from_a_past_day_judges_the_series_since_again(
    golden, version, activate, haitang, alice, drained, at
):
    days = (date(2025, 6, 30), YEAR_END)
    for day in days:
        evaluations.request(division=haitang, as_of=day, by=alice, at=at)
    drained(at)
    new = version(change=drops_signage_and_asks_more)
    activate(new, active_from=date(2025, 12, 1))
    entered = Run.objects.filter(trigger="pack")
    assert set(entered.values_list("as_of", "pack")) == {
        (YEAR_END, new.pk),
        (localdate(at), new.pk),
    }
    drained(at)
    assert [("ST-09" in outcomes(golden["C02"], day)) for day in days] == [True, False]


def test_a_run_entered_before_does_not_undo_the_new_pack(
    golden, version, activate, haitang, alice, drained, computed, at
):
    drained(at)
    old = evaluations.request(division=haitang, as_of=localdate(at), by=alice, at=at)
    new = version(change=drops_signage_and_asks_more)
    activate(new, at=at + timedelta(minutes=1))
    for run in Run.objects.filter(trigger="pack"):
        computed(run)
    before = outcomes(golden["C02"])
    assert computed(old).status == "done"
    assert outcomes(golden["C02"]) == before


def test_a_run_that_was_cancelled_goes_on_once_its_pack_judges_again(
    pack, golden, version, activate, haitang, alice, drained, computed, at
):
    drained(at)
    run = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    for minutes, each in ((1, version()), (2, pack)):
        activate(each, active_from=YEAR_END, at=at + timedelta(minutes=minutes))
    evaluations.resume(run=run, by=alice, at=at + timedelta(minutes=3))
    computed(run)
    assert Verdict.objects.standing(YEAR_END).filter(run=run).count() == 8


def test_a_date_that_still_waits_for_its_first_results_gets_them_by_the_new_pack(
    golden, version, activate, haitang, alice, drained, at
):
    drained(at)
    evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    new = version(change=drops_signage_and_asks_more)
    activate(new, active_from=date(2025, 12, 1))
    drained(at)
    found = Verdict.objects.standing(YEAR_END)
    assert list(found.values_list("run__pack", flat=True)) == [new.pk] * 8


# --- databases from before


def test_packs_loaded_before_go_on_judging_from_their_day_of_effect(pack, version):
    """What the migration writes: the newest of two of one day judges, as it did."""
    newer = version()
    later = version(9, effective_from="2026-01-01")
    migration = import_module("evaluation.migrations.0006_activations")
    migration.activate_loaded(apps, None)
    assert selectors.pack_in_force(date(2025, 6, 30)) == newer
    assert selectors.pack_in_force(date(2026, 6, 30)) == later
