"""Informational items: figures of what was filed, and None of what never was."""

from datetime import date
from decimal import Decimal

import pytest

from evaluation.rules.facts import CenterFacts, Premises, Profile, Staff
from evaluation.rules.information import ITEMS

AS_OF = date(2025, 12, 31)


@pytest.fixture
def figures(parameters):
    return lambda kind, **sections: ITEMS[kind](CenterFacts(AS_OF, **sections), parameters())


@pytest.mark.parametrize("kind", ITEMS)
def test_what_was_never_filed_has_no_figures(figures, kind):
    assert figures(kind) is None


def test_every_item_of_the_pack_is_of_another_kind(pack):
    assert [item.id for item in pack.items] == [f"INFO-0{number}" for number in range(1, 6)]
    assert [item.kind for item in pack.items] == list(ITEMS)


def test_pay_that_follows_community_workers_is_counted_among_full_time_staff(figures):
    staff = (
        Staff(1, "P1", "director", is_full_time=True, pay_follows_community_worker=True),
        Staff(2, "P2", "staff", is_full_time=True),
        Staff(3, "P3", "staff", is_full_time=False, pay_follows_community_worker=True),
        Staff(4, "P4", "staff", is_full_time=True, ends_on=date(2025, 12, 30)),
    )
    assert figures("pay_reference", staff=staff) == {"people": 2, "follows": 1, "unknown": 1}


def test_partners_of_all_places_in_use_are_named_once(figures):
    premises = (
        Premises(1, co_location=["charity_shop", "party_service_center"]),
        Premises(2, co_location=["charity_shop"]),
        Premises(3, co_location=["other"], starts_on=date(2026, 1, 1)),
    )
    assert figures("co_location", premises=premises) == {
        "partners": ["charity_shop", "party_service_center"]
    }


def test_relative_independence_of_places(figures):
    premises = (Premises(1, is_relatively_independent=True), Premises(2))
    assert figures("relative_independence", premises=premises) == {
        "sites": 2, "independent": 1,
        "unknown": 1,
    }


@pytest.mark.parametrize(("number", "per"), [(40, "82.50"), (0, None), (None, None)])
def test_area_per_hundred_organizations_counts_area_as_the_district_does(figures, number, per):
    premises = (Premises(1, Decimal(18), Decimal(60), Decimal("0.25")),)
    profile = (Profile(1, organization_count=number),)
    assert figures("area_per_organizations", premises=premises, profile=profile) == {
        "area_m2": "33.00",
        "organizations": number,
        "area_per_100_m2": per,
    }


def test_operation_counts_people_with_a_certificate_once(figures):
    staff = (
        Staff(1, "P1", "director", social_work_certificate="senior"),
        Staff(2, "P1", "finance", social_work_certificate="senior"),
        Staff(3, "P2", "staff", social_work_certificate="none"),
        Staff(4, "P3", "staff"),
    )
    profile = (Profile(1, operating_model="entrusted"),)
    assert figures("operation", staff=staff, profile=profile) == {
        "operating_model": "entrusted",
        "people": 3, "certified": 1, "unknown": 1,
    }
