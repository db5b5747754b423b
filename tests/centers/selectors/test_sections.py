"""Reads over several tables of the centers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from centers import selectors
from centers.models import ROW_MODELS, Center, Section
from centers.services import filings
from tests.factories.centers import CenterFactory, FilingFactory, MembershipFactory, hand_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# What the golden centers have filed.
FILED = set(Section.Kind.values) - {"statutory"}


@pytest.fixture
def accept(center, diane, alice, pack, at):
    """(kind, rows, at) → a section of the center, accepted."""

    def accepted(kind, rows=(), at=at):
        filing = filings.open_change(center=center, by=diane, at=at)
        section = filings.add_section(filing=filing, kind=kind, by=diane, at=at)
        filings.save_section(section=section, version=1, rows=rows, by=diane, at=at)
        hand_in(filing, by=diane, at=at)
        section.refresh_from_db()
        return filings.accept_section(section=section, version=section.version, by=alice, at=at)

    return accepted


def test_accepted_sections_of_nothing_filed_is_empty(center):
    assert selectors.accepted_sections(center) == {}


def test_accepted_sections_are_the_last_of_each_kind(center, accept, at):
    accept("staff", at=at)
    newer = accept("staff", at=at + DAY)
    accounts = accept("accounts", at=at)
    assert selectors.accepted_sections(center) == {"staff": newer, "accounts": accounts}


def test_accepted_sections_by_what_was_known(center, accept, at):
    older, newer = accept("staff", at=at), accept("staff", at=at + DAY)
    assert selectors.accepted_sections(center, at) == {"staff": older}
    assert selectors.accepted_sections(center, at + DAY) == {"staff": newer}
    assert selectors.accepted_sections(center, at - DAY) == {}


def test_of_two_accepted_at_one_moment_the_later_entered_counts(center, accept, at):
    accept("staff", at=at)
    second = accept("staff", at=at)
    assert selectors.accepted_sections(center) == {"staff": second}


def test_accepted_last_of_many_centers_does_not_mix(golden):
    for center in golden.values():
        own = selectors.accepted_sections(center)
        assert set(own) == FILED
        assert {section.center_id for section in own.values()} == {center.pk}


def test_content_is_what_was_declared_without_where_it_stands(accept):
    section = accept("accounts", [{"holder": "甲", "bank": "建行"}, {"holder": "乙"}])
    content = selectors.content(selectors.rows_of(section), "accounts")
    assert content == [
        {"holder": "甲", "bank": "建行", "starts_on": None, "ends_on": None, "note": ""},
        {"holder": "乙", "bank": "", "starts_on": None, "ends_on": None, "note": ""},
    ]


@pytest.mark.parametrize("kind", ROW_MODELS)
def test_declared_fields_are_all_columns_but_the_place(kind):
    columns = {field.attname for field in ROW_MODELS[kind]._meta.concrete_fields}
    place = {"id", "section_id", "position", "line"}
    assert columns - set(selectors.declared_fields(kind)) == place


def test_rows_come_in_order_with_their_people_in_one_query(
    accept, center, django_assert_num_queries
):
    rows = [{"person": None, "person_name": name, "post": "staff"} for name in "甲乙丙"]
    section = accept("staff", rows)
    with django_assert_num_queries(1):
        found = [(row.position, row.person.name) for row in selectors.rows_of(section)]
    assert found == [(1, "甲"), (2, "乙"), (3, "丙")]


def test_rows_of_many_sections_cost_one_query_per_kind(golden, django_assert_num_queries):
    sections = [s for c in golden.values() for s in selectors.accepted_sections(c).values()]
    with django_assert_num_queries(len(FILED)):
        rows = selectors.rows_by_section(sections)
    assert set(rows) == {section.pk for section in sections}
    for section in sections:
        assert rows[section.pk] == selectors.rows_of(section)


def test_rows_of_an_empty_section_are_an_empty_list(accept):
    section = accept("staff")
    assert selectors.rows_by_section([section]) == {section.pk: []}


def test_open_filings_are_those_somebody_has_to_act_on(center, accept, diane, at):
    accept("staff")
    assert selectors.open_filings(center) == []
    filing = filings.open_change(center=center, by=diane, at=at)
    assert selectors.open_filings(center) == [filing]
    assert selectors.open_change(center) == filing
    filings.withdraw(filing=filing, version=1, by=diane, at=at)
    assert selectors.open_filings(center) == []
    assert selectors.open_change(center) is None


def test_open_filings_of_another_center_are_not_this_ones(center, wutong):
    FilingFactory(center=CenterFactory(division=wutong))
    assert selectors.open_filings(center) == []


def test_centers_of_a_person_by_code_each_once(diane, center, wutong, charlie):
    other = CenterFactory(code="A01", division=wutong)
    MembershipFactory(user=diane, center=other)
    MembershipFactory(user=diane, center=center, role="center_staff")
    assert selectors.centers_of(diane) == [other, center]
    assert selectors.centers_of(charlie) == []


def test_pre_fill_is_a_faithful_copy(accept, center, diane, at):
    """Every declared column survives accept → pre-fill, so nothing is lost by opening a change."""
    room = {
        "address": "海棠路1号",
        "exclusive_area_m2": Decimal("12.34"),
        "shared_area_m2": Decimal("60.00"),
        "share_ratio": Decimal("0.3333"),
        "area_basis": "usable",
        "right_kind": "leased",
        "right_from_on": at.date(),
        "co_location": ["charity_shop", "other"],
        "is_relatively_independent": False,
        "has_signage": None,
        "has_equipment": True,
        "note": "二楼",
    }
    before = accept("premises", [room])
    filing = filings.open_change(center=Center.objects.get(pk=center.pk), by=diane, at=at)
    draft = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    copied = selectors.content(selectors.rows_of(draft), "premises")
    assert copied == selectors.content(selectors.rows_of(before), "premises")
    assert copied[0] | room == copied[0]
