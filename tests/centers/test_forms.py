"""What people type becomes rows; an empty cell, a zero and “there is none” stay apart."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from centers import forms
from centers.forms.rows import ROW_FORMS
from centers.models import FUNCTIONS, ROW_MODELS, CouncilRow, PremisesRow, Section, StatutoryRow
from centers.selectors import statutory
from centers.services import filings
from portal.jurisdictions.models import Division
from tests.factories.centers import (
    CenterFactory,
    FilingFactory,
    PersonFactory,
    SectionFactory,
)
from tests.flows.pages import typed

pytestmark = pytest.mark.django_db
YEAR = 2025


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def section_of(center):
    """A draft section of a kind."""
    filing = FilingFactory(center=center)
    return lambda kind: SectionFactory(filing=filing, kind=kind)


@pytest.fixture
def clean(section_of):
    """The cleaned form of a kind's section, from cells of its first row."""

    def clean(kind, rows=1, is_none="", **cells):
        data = {
            "version": 1,
            "is_none": is_none,
            "rows-TOTAL_FORMS": rows,
            "rows-INITIAL_FORMS": 0,
            **{name if "-" in name else f"rows-0-{name}": value for name, value in cells.items()},
        }
        return forms.SectionForm(section_of(kind), data, year=YEAR)

    return clean


def errors_of(form):
    """Field → messages of the first row."""
    assert not form.is_valid()
    return {name: list(errors) for name, errors in form.lines.forms[0].errors.items()}


@pytest.mark.parametrize("kind", list(ROW_FORMS))
def test_row_form_asks_every_declared_column_except_the_bureaus(kind):
    asked = set(ROW_FORMS[kind].base_fields) - {"person_name"}
    columns = {f.name for f in ROW_MODELS[kind]._meta.concrete_fields}
    assert columns - asked == {"id", "section", "position"} | (
        {"adequacy"} if kind == "premises" else set()
    )


def test_every_kind_of_section_has_a_form():
    assert {*ROW_FORMS, "functions"} == set(Section.Kind.values)


def test_empty_cells_are_unknown_and_zero_and_no_are_facts(clean):
    form = clean("premises", address="社区路5号", exclusive_area_m2="0", has_signage="false")
    assert form.is_valid()
    (row,) = form.rows
    assert row["exclusive_area_m2"] == Decimal("0")
    assert row["has_signage"] is False
    assert (row["shared_area_m2"], row["has_equipment"], row["area_basis"]) == (None, None, None)


def test_figures_are_read_the_way_workbooks_are(clean):
    form = clean(
        "funding",
        form="purchase",
        fiscal_year="2025年",
        amount_yuan="48万",
        basic_amount_yuan="120,000",
        starts_on="2025.1.1",
    )
    assert form.is_valid()
    (row,) = form.rows
    assert row["amount_yuan"] == Decimal("480000.00")
    assert row["basic_amount_yuan"] == Decimal("120000.00")
    assert (row["fiscal_year"], row["starts_on"]) == (2025, date(2025, 1, 1))


def test_share_ratio_reads_a_percentage(clean):
    form = clean("premises", share_ratio="25%")
    assert form.is_valid()
    assert form.rows[0]["share_ratio"] == Decimal("0.25")


@pytest.mark.parametrize(
    ("kind", "cells", "field", "message"),
    [
        (
            "premises",
            {"exclusive_area_m2": "三十"},
            "exclusive_area_m2",
            "“三十” cannot be read: This is not an area; type square metres, such as 30.5.",
        ),
        (
            "premises",
            {"exclusive_area_m2": "约30"},
            "exclusive_area_m2",
            "“约30” cannot be read: type the exact figure, without further words.",
        ),
        (
            "premises",
            {"starts_on": "2025-05-01", "ends_on": "2025-04-30"},
            "ends_on",
            "2025-04-30 is before 2025-05-01. Correct one of the two dates.",
        ),
        (
            "funding",
            {"form": "grant", "amount_yuan": "100", "basic_amount_yuan": "101"},
            "basic_amount_yuan",
            "101.00 yuan is more than the whole amount of 100.00 yuan.",
        ),
        (
            "profile",
            {"name": "海棠区某街道社会组织服务中心", "operating_model": "entrusted"},
            "operator_name",
            "Name the operator of the entrusted center.",
        ),
        (
            "staff",
            {"post": "staff"},
            "person",
            "Choose a person, or type the name of a new one.",
        ),
        (
            "statutory",
            {"matter": "registered_change"},
            "occurred_on",
            "Fill in the day of the consent, or the day the head changed.",
        ),
        (
            "statutory",
            {"matter": "articles_change", "occurred_on": "2025-03-20", "done_on": "2025-03-01"},
            "done_on",
            "2025-03-01 is before 2025-03-20. Correct one of the two dates.",
        ),
        (
            "statutory",
            {"matter": "branches", "is_so": "false", "done_on": "2025-03-01"},
            "done_on",
            "This matter has no day. Clear the cell.",
        ),
        (
            "statutory",
            {"matter": "head_change_audit", "occurred_on": "2025-03-01", "is_so": "true"},
            "is_so",
            "Of this matter days are asked, and not yes or no. Clear the cell.",
        ),
        (
            "statutory",
            {"matter": "profit_making", "is_so": "false", "non_state_share": "70%"},
            "non_state_share",
            "The share belongs to the start-up funds alone. Clear the cell.",
        ),
        (
            "statutory",
            {"matter": "seal_filing", "is_so": "false", "done_on": "2025-03-01"},
            "done_on",
            "The answer is no, and still there is a day. Correct one of the two.",
        ),
    ],
)
def test_refusal_names_the_value_and_what_to_do(clean, kind, cells, field, message):
    assert errors_of(clean(kind, **cells))[field] == [message]


def test_statutory_row_is_told_in_a_line(section_of):
    section = section_of("statutory")
    StatutoryRow.objects.create(section=section, position=1, matter="branches", is_so=False)
    stored = forms.SectionForm(section, year=YEAR).lines.forms[0]
    assert stored.summary == "branches · no"
    sent = forms.SectionForm(section, typed(section), year=YEAR).lines.forms[0]
    assert sent.summary == stored.summary


def test_accounts_may_be_audited_before_the_head_leaves(clean):
    days = {"occurred_on": "2025-03-20", "done_on": "2025-03-01"}
    form = clean("statutory", matter="head_change_audit", **days)
    assert form.is_valid()


def test_whatever_a_statutory_form_takes_the_database_takes():
    """The page and the tables refuse the same."""
    days = [None, date(2025, 3, 1), date(2025, 3, 20)]
    answers, shares = (None, True, False), (None, Decimal("0.7"))
    cells = itertools.product(StatutoryRow.Matter.values, days, days, answers, shares)
    names = ("matter", "occurred_on", "done_on", "is_so", "non_state_share")
    for values in cells:
        row = dict(zip(names, values, strict=True))
        try:
            StatutoryRow(position=1, **row).validate_constraints(exclude={"section"})
            is_possible = True
        except ValidationError:
            is_possible = False
        assert is_possible == (not list(statutory.contradictions(row))), row


def test_credit_code_with_a_wrong_check_character_is_refused_with_the_code(clean):
    form = clean("profile", name="海棠区某街道社会组织服务中心", uscc="52310199MJF1000167")
    (message,) = errors_of(form)["uscc"]
    assert message.startswith("“52310199MJF1000167” cannot be read: The check character")


@pytest.mark.parametrize("count", ["1000", "99999"])
def test_a_council_larger_than_the_column_is_refused(clean, count):
    assert list(errors_of(clean("governance", member_count=count))) == ["member_count"]


def test_new_person_is_a_name_and_a_known_one_a_person(clean, center):
    known = PersonFactory(center=center, name="王芳")
    form = clean("staff", person=str(known.pk), post="director", is_full_time="true")
    assert form.is_valid()
    assert (form.rows[0]["person"], form.rows[0]["person_name"]) == (known, "")


def test_person_of_another_center_cannot_be_chosen(clean, wutong):
    stranger = PersonFactory(center=CenterFactory(division=wutong))
    assert "person" in errors_of(clean("staff", person=str(stranger.pk), post="director"))


def test_typed_name_of_a_known_person_is_refused(clean, center):
    PersonFactory(center=center, name="王芳")
    errors = errors_of(clean("staff", person_name="王芳", post="director"))
    assert errors["person_name"][0].startswith("“王芳” is in the list already")


def test_chosen_and_typed_person_in_one_row_are_refused(clean, center):
    known = PersonFactory(center=center, name="王芳")
    form = clean("staff", person=str(known.pk), person_name="李敏", post="director")
    assert list(errors_of(form)) == ["person_name"]


def test_empty_and_removed_rows_are_not_declared(clean):
    cells = {
        "rows-0-holder": "甲中心",
        "rows-1-holder": "乙中心",
        "rows-1-DELETE": "on",
        "rows-3-holder": "丙中心",
    }
    form = clean("accounts", rows=5, **cells)
    assert form.is_valid()
    assert [row["holder"] for row in form.rows] == ["甲中心", "丙中心"]


def test_no_row_without_the_explicit_word_is_refused(clean):
    form = clean("accounts")
    assert not form.is_valid()
    assert form.head.errors["is_none"] == [
        "Nothing is filled in. Fill in a row, or tick here if there is none."
    ]


def test_no_row_with_the_explicit_word_is_filed_as_none(clean):
    form = clean("accounts", is_none="on")
    assert form.is_valid()
    assert form.rows == []


def test_the_word_none_beside_a_filled_row_is_refused(clean):
    form = clean("accounts", is_none="on", holder="甲中心")
    assert not form.is_valid()
    assert form.head.errors["is_none"] == ["1 row is filled in. Remove it, or clear this tick."]


def test_too_many_rows_are_refused(clean):
    cells = {f"rows-{n}-holder": f"中心{n}" for n in range(201)}
    assert not clean("accounts", rows=201, **cells).is_valid()


@pytest.mark.parametrize(
    ("cells", "adequacy"),
    [
        ({}, "satisfies"),
        ({"rows-0-has_signage": "true"}, "satisfies"),
        ({"rows-0-exclusive_area_m2": "19"}, None),
        ({"rows-0-address": "社区路6号"}, None),
    ],
)
def test_the_bureaus_judgment_stays_with_an_unchanged_place(golden, diane, at, cells, adequacy):
    section = _drafted_premises(golden["C05"], diane, at)
    form = forms.SectionForm(section, typed(section, **cells), year=YEAR)
    assert form.is_valid()
    assert form.rows[0]["adequacy"] == adequacy


def test_the_bureaus_judgment_cannot_be_typed(clean):
    form = clean("premises", address="社区路5号", adequacy="satisfies")
    assert form.is_valid()
    assert form.rows[0]["adequacy"] is None


def _drafted_premises(center, by, at):
    filing = filings.open_change(center=center, by=by, at=at)
    return filings.add_section(filing=filing, kind="premises", by=by, at=at)


def test_functions_keep_other_years_and_tell_blank_from_zero(section_of):
    section = section_of("functions")
    model = ROW_MODELS["functions"]
    for position, (year, code, count) in enumerate(
        [(2024, "FN-11", 7), (2025, "FN-11", 5), (2025, "FN-12", 9)], start=1
    ):
        model.objects.create(
            section=section, position=position, fiscal_year=year, function=code, count=count
        )
    data = {"version": 1, "fiscal_year": "2025", "FN-11": "", "FN-12": "9", "FN-13": "0"}
    form = forms.SectionForm(section, data, year=2025)
    assert form.is_valid()
    assert [(r["fiscal_year"], r["function"], r["count"]) for r in form.rows] == [
        (2024, "FN-11", 7),
        (2025, "FN-12", 9),
        (2025, "FN-13", 0),
    ]


def test_functions_are_the_twenty_two_of_the_document():
    assert len(FUNCTIONS) == 22
    assert next(iter(FUNCTIONS)) == "FN-11"
    assert list(FUNCTIONS)[-1] == "FN-45"


@pytest.mark.parametrize(
    ("data", "year"),
    [({"year": "2024"}, 2024), ({"fiscal_year": "2023"}, 2023), ({"year": "x"}, 2026), ({}, 2026)],
)
def test_chosen_year_falls_back_to_this_year(data, year):
    assert forms.chosen_year(data, date(2026, 5, 1)) == year


class TestStoredRows(TestCase):
    """A page saved as it was loaded declares what was stored."""

    @given(
        members=st.none() | st.integers(0, 999),
        supervisor=st.none() | st.booleans(),
        area=st.none() | st.decimals(0, 99999, places=2),
        dates=st.none() | st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    )
    def test_round_trip_loses_nothing(self, members, supervisor, area, dates):
        filing = FilingFactory(center=CenterFactory(division=_division()))
        council = {"member_count": members, "has_supervisor": supervisor, "starts_on": dates}
        room = {"exclusive_area_m2": area, "has_signage": supervisor, "address": "路1号"}
        for kind, model, row in (
            ("governance", CouncilRow, council | {"note": "届"}),
            ("premises", PremisesRow, room),
        ):
            section = SectionFactory(filing=filing, kind=kind)
            model.objects.create(section=section, position=1, **row)
            form = forms.SectionForm(section, typed(section), year=YEAR)
            assert form.is_valid(), form.lines.errors
            assert form.rows[0].items() >= row.items()


def _division():
    return Division.objects.get(code="310101")
