"""Credit lists: taken over whole or not at all, matched by code, set aside with a reason."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from organizations.models import CreditListing, Organization
from organizations.services import credit_lists
from organizations.services.credit_lists import Entry
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.factories.organizations import CreditListingFactory, OrganizationFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

CODE, OTHER = "52310199MJF1000166", "52310199MJF1000241"


def entry(row=2, **values):
    return Entry(
        **{
            "row": row,
            "uscc": CODE,
            "name": "海棠区银龄服务中心",
            "kind": "abnormal",
            "listed_on": date(2026, 1, 5),
            **values,
        }
    )


@pytest.fixture
def take(haitang, alice, at):
    return lambda *rows: credit_lists.take(district=haitang, rows=rows, by=alice, at=at)


def test_entries_are_matched_by_code_whatever_the_name(take, wutong):
    organization = OrganizationFactory(division=wutong, uscc=CODE, name="改了名的中心")
    result = take(entry(), entry(3, uscc=OTHER))
    assert (result.new, result.matched, result.unmatched) == (2, 1, 1)
    assert list(CreditListing.objects.order_by("uscc").values_list("uscc", "organization")) == [
        (CODE, organization.pk),
        (OTHER, None),
    ]


def test_the_same_list_again_changes_nothing(take):
    take(entry(), entry(3, uscc=OTHER))
    before = list(CreditListing.objects.order_by("pk").values())
    result = take(entry(), entry(3, uscc=OTHER))
    assert (result.new, result.changed, result.same) == (0, 0, 2)
    assert list(CreditListing.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(action="organizations.credit_list.take").count() == 1


def test_a_later_list_says_what_was_removed_and_a_blank_takes_nothing_back(take):
    take(entry(grounds="未按期年报"))
    result = take(entry(removed_on=date(2026, 2, 1)))
    assert (result.changed, result.removed) == (1, 1)
    listing = CreditListing.objects.get()
    assert (listing.grounds, listing.removed_on) == ("未按期年报", date(2026, 2, 1))
    assert take(entry()).same == 1
    listing.refresh_from_db()
    assert listing.removed_on == date(2026, 2, 1)


def test_another_listing_of_one_organization_is_another_entry(take):
    take(entry(), entry(3, listed_on=date(2026, 2, 1)), entry(4, kind="serious"))
    assert CreditListing.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"uscc": "52310199MJF1000167"}, "52310199MJF1000167"),
        ({"uscc": ""}, "统一社会信用代码"),
        ({"listed_on": date(2026, 3, 3)}, "2026-03-03"),
        ({"removed_on": date(2026, 1, 4)}, "2026-01-04"),
    ],
)
def test_one_bad_entry_is_named_with_its_row_and_nothing_is_taken(take, values, said):
    with pytest.raises(credit_lists.ListRefused, match=said) as caught:
        take(entry(), entry(7, **{"uscc": OTHER, **values}))
    assert [row for row, _problem in caught.value.problems] == [7]
    assert not CreditListing.objects.exists()


def test_one_entry_twice_in_a_list_is_refused(take):
    with pytest.raises(credit_lists.ListRefused):
        take(entry(), entry(3, uscc=f" {CODE.lower()} "))
    assert not CreditListing.objects.exists()


def test_districts_keep_lists_of_their_own(take, huangpu, bob, at):
    take(entry())
    result = credit_lists.take(district=huangpu, rows=[entry()], by=bob, at=at)
    assert result.new == 1
    assert CreditListing.objects.visible_to(bob).get().district == huangpu


def test_an_entry_is_set_aside_with_a_reason_and_counts_again(haitang, alice, at):
    listing = CreditListingFactory(district=haitang)
    with pytest.raises(ReasonMissing):
        credit_lists.ignore(listing=listing, reason=" ", by=alice, at=at)
    credit_lists.ignore(listing=listing, reason="同码误列", by=alice, at=at)
    assert (listing.ignored_by, listing.ignore_reason) == (alice, "同码误列")
    with pytest.raises(Conflict, match="林经办"):
        credit_lists.ignore(listing=listing, reason="再来", by=alice, at=at)
    credit_lists.heed(listing=listing, reason="复核属实", by=alice, at=at)
    assert (listing.ignored_at, listing.ignore_reason) == (None, "")
    with pytest.raises(Conflict):
        credit_lists.heed(listing=listing, reason="再来", by=alice, at=at)
    actions = AuditEvent.objects.order_by("pk").values_list("action", "reason")
    assert list(actions) == [
        ("organizations.credit_listing.ignore", "同码误列"),
        ("organizations.credit_listing.heed", "复核属实"),
    ]


def test_what_was_set_aside_stays_so_when_the_list_comes_again(take, alice, at):
    take(entry())
    credit_lists.ignore(listing=CreditListing.objects.get(), reason="同码误列", by=alice, at=at)
    take(entry(grounds="失联"))
    assert CreditListing.objects.get().ignore_reason == "同码误列"


def test_an_entry_is_matched_by_hand_with_one_that_has_no_code(haitang, wutong, alice, at):
    listing = CreditListingFactory(district=haitang)
    organization = OrganizationFactory(division=wutong)
    credit_lists.match(listing=listing, organization=organization, by=alice, at=at)
    assert listing.organization == organization
    with pytest.raises(Conflict):
        credit_lists.match(listing=listing, organization=organization, by=alice, at=at)


def test_an_entry_follows_its_code_when_the_register_corrects_it(take, haitang, wutong, alice, at):
    wrong = OrganizationFactory(division=wutong, uscc=CODE)
    by_hand = OrganizationFactory(division=wutong)
    take(entry(), entry(3, uscc=OTHER))
    unmatched = CreditListing.objects.get(organization=None)
    credit_lists.match(listing=unmatched, organization=by_hand, by=alice, at=at)
    Organization.objects.filter(pk=wrong.pk).update(uscc="52310199MJF1000326")
    assert credit_lists.match_again(district=haitang) == 0
    found = CreditListing.objects.order_by("uscc").values_list("uscc", "organization")
    assert list(found) == [(CODE, None), (OTHER, by_hand.pk)]
    right = OrganizationFactory(division=wutong, uscc=CODE)
    assert credit_lists.match_again(district=haitang) == 1
    assert list(found.all()) == [(CODE, right.pk), (OTHER, by_hand.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_who_take_one_list_at_once_enter_it_once(take):
    results = at_once([lambda: take(entry()), lambda: take(entry())])
    assert sorted((result.new, result.same) for result in results) == [(0, 1), (1, 0)]
    assert CreditListing.objects.count() == 1


def test_an_entry_never_means_one_with_another_code_or_elsewhere(
    haitang, wutong, huangpu, alice, at
):
    listing = CreditListingFactory(district=haitang)
    for organization in (
        OrganizationFactory(division=wutong, uscc=OTHER),
        OrganizationFactory(division=huangpu),
    ):
        with pytest.raises(credit_lists.MatchRefused):
            credit_lists.match(listing=listing, organization=organization, by=alice, at=at)


@pytest.mark.parametrize(
    "values",
    [{"uscc": "1"}, {"removed_on": date(2026, 2, 9)}, {"ignore_reason": "无人"}],
)
def test_the_database_refuses_impossible_entries(haitang, values):
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditListingFactory(district=haitang, **values)
