"""Versions of the standard: who sees and decides what, and what differs between two."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from evaluation.models import Activation
from evaluation.selectors import pack_versions
from evaluation.services import packs
from tests.factories.evaluation import drops_signage_and_asks_more
from tests.flows.pages import words

pytestmark = pytest.mark.django_db

PACKS = "/admin/compliance/packs/"


@pytest.fixture
def newer(version):
    return version(change=drops_signage_and_asks_more)


@pytest.fixture
def officer(client_as, shanghai):
    return client_as("municipal_officer", division=shanghai)


def given(**changes):
    return {
        "effective_from": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "reason": "新版标准施行",
        "doc_no": "沪民社服发〔2026〕3号",
        "version": str(pack_versions.newest_decision()),
    } | changes


def test_page_tells_which_pack_judges_and_its_document(desk, pack):
    text = words(desk.get(PACKS))
    assert f"{pack} 2024-11-29 — ✓ judges" in text
    assert "沪民社服发〔2024〕1号" in text


def test_page_tells_what_differs(desk, pack, newer):
    difference = desk.get(PACKS).context["compared"]["difference"]
    assert [rule.id for rule, _title in difference.rules_removed] == ["ST-09"]
    (change,) = [c for c in difference.parameters_changed if c.name == "min_area"]
    assert ("30.00", "35.00") in [(before, after) for _what, before, after in change.parts]
    assert not difference.rules_added
    assert "Rules and parameters are the same." in words(
        desk.get(f"{PACKS}?old={pack.pk}&new={pack.pk}")
    )


def test_pack_page_quotes_every_rule(desk, pack):
    text = words(desk.get(f"{PACKS}{pack.pk}/"))
    assert "场所面积不宜少于 30 平方米" in text


def test_officer_activates_from_a_day_to_come(officer, pack, newer):
    page = officer.get(f"{PACKS}{newer.pk}/activate/")
    assert "What differs from" in words(page)
    assert officer.post(f"{PACKS}{newer.pk}/activate/", given()).status_code == 302
    activation = Activation.objects.get(pack=newer)
    assert activation.doc_no == "沪民社服发〔2026〕3号"
    periods = pack_versions.periods()
    assert [period.activation.pack for period in periods] == [pack, newer]
    assert periods[0].ends_on == activation.active_from - timedelta(days=1)


def test_a_day_that_has_passed_is_asked_about_twice(officer, newer):
    past = {"effective_from": "2026-01-01"}
    page = officer.post(f"{PACKS}{newer.pk}/activate/", given(**past))
    assert "Confirm it." in words(page)
    assert page.context["form"]["reason"].value() == "新版标准施行"
    assert not Activation.objects.filter(pack=newer).exists()
    answer = officer.post(f"{PACKS}{newer.pk}/activate/", given(**past, is_confirmed="on"))
    assert answer.status_code == 302
    assert Activation.objects.get(pack=newer).active_from == date(2026, 1, 1)


def test_a_refusal_stands_on_the_form(officer, pack):
    page = officer.post(f"{PACKS}{pack.pk}/activate/", given())
    assert "judges on" in words(page)
    assert Activation.objects.count() == 1


def test_whoever_decided_in_sight_of_an_older_decision_is_told(officer, newer, version, alice, at):
    typed = given()
    third = version(9)
    day = timezone.localdate() + timedelta(days=10)
    packs.activate(
        pack=third, active_from=day, reason="另一版", doc_no="1号", by=alice, at=at
    )
    page = officer.post(f"{PACKS}{newer.pk}/activate/", given(version=typed["version"]))
    assert f"meanwhile 林经办 decided that {third} judges from {day}" in words(page)
    assert not Activation.objects.filter(pack=newer).exists()


def test_officer_withdraws_before_the_day(officer, newer):
    officer.post(f"{PACKS}{newer.pk}/activate/", given())
    activation = Activation.objects.get(pack=newer)
    path = f"{PACKS}activations/{activation.pk}/withdraw/"
    assert path in officer.get(PACKS).content.decode()
    assert "This field is required." in words(officer.post(path, {"reason": ""}))
    assert officer.post(path, {"reason": "暂缓施行"}).status_code == 302
    assert "Withdrawn: " in words(officer.get(PACKS))


@pytest.mark.parametrize("role", ["district_admin", "district_officer", "municipal_viewer"])
def test_others_read_and_do_not_decide(client_as, pack, newer, role):
    client = client_as(role)
    assert "Activate" not in words(client.get(PACKS))
    assert client.get(f"{PACKS}{newer.pk}/activate/").status_code == 403
    assert client.post(f"{PACKS}{newer.pk}/activate/", given()).status_code == 403


def test_the_pack_of_another_city_is_not_activated_here(officer, version):
    foreign = version(division="330100")
    assert officer.get(f"{PACKS}{foreign.pk}/activate/").status_code == 404
    assert "of another city: judges nobody here" in words(officer.get(PACKS))
