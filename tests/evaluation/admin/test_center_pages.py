"""A center in the bureau's admin, at any moment: the same parts as at its desk."""

import pytest
from django.urls import reverse

from tests.factories.organizations import WorkRecordFactory
from tests.flows.pages import words
from tests.standard import PACK

pytestmark = pytest.mark.django_db
DAY = "2025-12-31"


def page_of(client, code, as_of=DAY):
    return client.get(reverse("compliance:center", args=[code]), {"as_of": as_of})


def test_page_says_the_verdict_first_then_what_fails_then_the_parts(desk, evaluated):
    page = words(page_of(desk, "C05"))
    order = [
        "How the center stands on 2025-12-31 not compliant Staffing compliant",
        "What fails, and how to mend it",
        "There is no signage. Put up signage and file it.",
        "Staffing compliant Rule",
        "Premises not compliant Rule",
        "that apply are carried out",
        "They are law, not the guidance",
        "Recorded, not judged",
    ]
    places = [page.index(each) for each in order]
    assert places == sorted(places)


def test_every_rule_stands_in_its_part_once_and_leads_to_its_rows(desk, evaluated):
    response = page_of(desk, "C05")
    stands = response.context["stands"]
    shown = [rule for part in stands.dimensions for rule in part.findings]
    shown += [*stands.functions, *stands.statute]
    assert len({each.rule.id for each in shown}) == len(shown) == len(PACK.center_rules)
    html = response.content.decode()
    for each in shown:
        address = reverse("compliance:rule", args=["C05", each.rule.id])
        assert f'href="{address}?as_of={DAY}' in html


def test_what_fails_is_the_same_as_at_the_desk(desk, alice_client, evaluated):
    desk_page = alice_client.get(reverse("evaluation:center", args=["C05"]), {"as_of": DAY})
    theirs, ours = (each.context["stands"] for each in (desk_page, page_of(desk, "C05")))
    assert [each.rule.id for each in ours.to_mend] == ["ST-09"]
    assert theirs == ours


def test_a_compliant_center_has_nothing_to_mend(desk, evaluated):
    assert "What fails" not in words(page_of(desk, "C01"))


def test_page_costs_the_same_whatever_was_recorded(desk, evaluated, assert_same_queries):
    address = reverse("compliance:center", args=["C05"])
    assert_same_queries(desk, address, lambda: WorkRecordFactory(center=evaluated["C05"]))
