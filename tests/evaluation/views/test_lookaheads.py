"""A center's own look ahead."""

from datetime import date

import pytest
from django.urls import reverse

from evaluation.views import lookaheads
from tests.evaluation.selectors.test_simulations import rows
from tests.factories.centers import MembershipFactory
from tests.factories.portal import UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


def ids(line):
    return [rule.id for rule, _title in line["rules"]]


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(lookaheads.timezone, "localdate", lambda *_args: date(2025, 12, 1))


@pytest.fixture
def director(golden, client_for):
    """Who directs C02."""
    user = UserFactory()
    MembershipFactory(user=user, center=golden["C02"], role="center_director")
    return in_english(client_for(user))


def path(code, days=60):
    return reverse("evaluation:lookahead", args=[code]) + f"?days={days}"


def test_director_sees_what_breaks_and_why(director):
    page = director.get(path("C02"))
    (council,) = [line for line in page.context["breaks"] if ids(line) == ["ST-15"]]
    assert council["on"] == date(2026, 1, 1)
    text = words(page)
    assert "ended on 2025-12-31" in text
    assert "Elect a council" in text
    assert "Overall result:" in text


def test_what_gets_better_stands_below(director):
    page = director.get(path("C02"))
    assert "ST-04" in {rule for line in page.context["rest"] for rule in ids(line)}
    assert "What will get better, or change otherwise" in words(page)


def test_figures_of_a_new_year_stand_below_and_are_no_breaks(director, monkeypatch):
    monkeypatch.setattr(lookaheads.timezone, "localdate", lambda *_args: date(2026, 12, 1))
    page = director.get(path("C02"))
    begun = {rule for line in page.context["anew"] for rule in ids(line)}
    assert begun
    assert begun.isdisjoint(rule for line in page.context["breaks"] for rule in ids(line))
    assert "Nothing is broken by it" in words(page)


def test_another_number_of_days_is_said(director):
    page = director.get(path("C02", days=7))
    assert page.context["days"] == 30
    assert "“7” cannot be shown" in words(page)


def test_nothing_breaking_says_what_happens_next(director, monkeypatch):
    monkeypatch.setattr(lookaheads.timezone, "localdate", lambda *_args: date(2025, 7, 1))
    assert "Nothing breaks within 30 days" in words(director.get(path("C02", days=30)))


def test_another_center_is_not_found(director):
    assert director.get(path("C01")).status_code == 404


def test_center_page_leads_here(director):
    page = director.get(reverse("evaluation:center", args=["C02"]))
    assert reverse("evaluation:lookahead", args=["C02"]) in page.content.decode()


def test_nothing_is_written(director):
    director.get(path("C02"))
    before = rows()
    director.get(path("C02"))
    assert rows() == before
