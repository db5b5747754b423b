"""Centers as their accepted filings describe them on a day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from centers.models import Center, ProfileRow, Section, StaffRow
from centers.selectors import chunks, register
from tests.conftest import AT
from tests.factories.centers import CenterFactory, PersonFactory, SectionFactory
from tests.factories.centers import SubmittedFilingFactory as SubmittedFiling

YEAR_END = date(2025, 12, 31)

pytestmark = pytest.mark.django_db


def card(center, on=YEAR_END, known_at=None):
    (found,) = register.cards([center], on, known_at)
    return found


@pytest.fixture
def accepted(alice):
    """Accept a section of the kind with these rows for a center."""

    def accept(center, kind, rows, at=AT):
        filing = SubmittedFiling(center=center, source="import")
        section = SectionFactory(filing=filing, kind=kind)
        model = register.ROW_MODELS[kind]
        for position, row in enumerate(rows, start=1):
            model.objects.create(section=section, position=position, **row)
        for status in ("submitted", "accepted"):
            Section.objects.filter(pk=section.pk).update(
                status=status, decided_by=alice, decided_at=at
            )
        return section

    return accept


def person(center):
    return PersonFactory(center=center)


def test_never_filed_is_unknown_and_filed_as_none_is_zero(center, accepted):
    before = card(center)
    assert before.sections == {}
    assert (before.staff_count, before.premises_count, before.funding_count) == (None, None, None)
    assert (before.exclusive_area_m2, before.data_version) == (None, None)
    for kind in ("staff", "premises", "funding"):
        accepted(center, kind, [])
    after = card(center)
    assert (after.staff_count, after.full_time_count) == (0, 0)
    assert (after.premises_count, after.exclusive_area_m2) == (0, Decimal("0.00"))
    assert after.funding_count == 0
    assert not after.sections["staff"].has_rows
    assert after.data_version == AT


def test_only_rows_in_force_on_the_day_count(center, accepted):
    accepted(
        center,
        "premises",
        [
            {"exclusive_area_m2": "18.00", "ends_on": date(2025, 6, 30)},
            {"exclusive_area_m2": "33.50", "starts_on": date(2025, 6, 30)},
            {"exclusive_area_m2": None},
        ],
    )
    assert card(center, date(2025, 6, 29)).exclusive_area_m2 == Decimal("18.00")
    on_both = card(center, date(2025, 6, 30))
    assert (on_both.premises_count, on_both.exclusive_area_m2) == (3, Decimal("51.50"))
    assert card(center).premises_count == 2


def test_an_area_nobody_stated_is_unknown(center, accepted):
    accepted(center, "premises", [{"address": "梧桐路1号"}])
    assert (card(center).premises_count, card(center).exclusive_area_m2) == (1, None)


def test_somebody_in_two_posts_counts_once(center, accepted):
    one, other = person(center), person(center)
    accepted(
        center,
        "staff",
        [
            {"person": one, "post": "director", "is_full_time": True},
            {"person": one, "post": "finance", "is_full_time": None},
            {"person": other, "post": "staff", "is_full_time": False},
        ],
    )
    assert (card(center).staff_count, card(center).full_time_count) == (2, 1)


@pytest.mark.parametrize("answers", [[None], [False, None]])
def test_full_time_is_unknown_while_one_person_is(center, accepted, answers):
    one, other = person(center), person(center)
    rows = [{"person": one, "post": "staff", "is_full_time": answer} for answer in answers]
    accepted(center, "staff", [*rows, {"person": other, "post": "staff", "is_full_time": True}])
    assert (card(center).staff_count, card(center).full_time_count) == (2, None)


def test_of_two_profiles_in_force_the_later_one_holds(center, accepted):
    accepted(
        center,
        "profile",
        [
            {"name": "后来的名称", "starts_on": date(2025, 1, 1)},
            {"name": "起初的名称"},
            {"name": "将来的名称", "starts_on": date(2026, 1, 1)},
        ],
    )
    assert card(center).profile["name"] == "后来的名称"
    assert card(center, date(2024, 12, 31)).profile["name"] == "起初的名称"


def test_what_was_accepted_later_was_not_known_before(center, accepted):
    accepted(center, "premises", [{"exclusive_area_m2": "20.00"}])
    later = AT + timedelta(days=1)
    accepted(center, "premises", [{"exclusive_area_m2": "40.00"}], at=later)
    assert card(center).exclusive_area_m2 == Decimal("40.00")
    assert card(center, known_at=AT).exclusive_area_m2 == Decimal("20.00")
    assert card(center, known_at=AT - timedelta(days=1)).premises_count is None


def test_many_centers_cost_as_many_queries_as_one(golden, django_assert_num_queries):
    centers = list(golden.values())
    for some in (centers[:1], centers):
        with django_assert_num_queries(5):
            register.cards(some, YEAR_END)


def test_cards_carry_no_person_and_no_telephone():
    closed = {"legal_representative_id", "phone", "note", "address"}
    known = {field.attname for field in ProfileRow._meta.concrete_fields}
    assert closed <= known
    assert not closed & set(register.PROFILE_COLUMNS)
    assert "person_id" in {field.attname for field in StaffRow._meta.concrete_fields}


def test_declared_gives_only_the_columns_asked_for(center, accepted):
    accepted(center, "premises", [{"address": "梧桐路1号", "ends_on": date(2025, 1, 1)}, {}])
    accepted(center, "functions", [{"fiscal_year": 2024, "function": "FN-11", "count": 3}])
    sections = register.accepted_last([center.pk])[center.pk]
    columns = {"premises": ("address", "right_kind"), "functions": ("function", "count")}
    assert register.declared(sections, columns, YEAR_END) == {
        "premises": [{"address": "", "right_kind": None}],
        "functions": [{"function": "FN-11", "count": 3}],
    }


def test_chunks_come_by_code_until_the_last_center(wutong):
    codes = [CenterFactory(division=wutong).code for _ in range(5)]
    mine = Center.objects.filter(code__in=codes)
    found = [[center.code for center in chunk] for chunk in chunks.by_code(mine, size=2)]
    assert found == [codes[:2], codes[2:4], codes[4:]]
    after = chunks.by_code(mine, size=2, after=codes[3])
    assert [[center.code for center in chunk] for chunk in after] == [codes[4:]]
