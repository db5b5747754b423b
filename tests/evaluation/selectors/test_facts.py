"""Facts as rules see them: what was filed, as far as it was known. Null, none and 0 differ."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from centers.services import filings
from evaluation.rules import facts as f
from evaluation.selectors import facts, judgments
from tests.factories.centers import hand_in

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 12, 31)
DAY = timedelta(days=1)


@pytest.fixture
def file_section(center, diane, alice, pack, at):
    """(kind, rows, at) → accepted through a filing of the center."""

    def accept(kind, rows, at=at):
        filing = filings.open_change(center=center, by=diane, at=at)
        section = filings.add_section(filing=filing, kind=kind, by=diane, at=at)
        filings.save_section(section=section, version=1, rows=rows, by=diane, at=at)
        hand_in(filing, by=diane, at=at)
        section.refresh_from_db()
        return filings.accept_section(section=section, version=section.version, by=alice, at=at)

    return accept


def facts_of(center, known_at=None):
    return facts.facts_for([center.pk], AS_OF, known_at)[center.pk]


def test_never_filed_is_none_in_every_section(center, pack):
    assert facts_of(center) == f.CenterFacts(as_of=AS_OF)


@pytest.mark.parametrize("kind", list(facts.SHAPES))
def test_filed_as_none_is_an_empty_tuple(center, file_section, kind):
    file_section(kind, [])
    found = facts_of(center)
    assert getattr(found, kind) == ()
    assert {getattr(found, other) for other in facts.SHAPES if other != kind} == {None}


def test_unknown_cell_is_none_and_zero_is_zero(center, file_section):
    file_section(
        "premises",
        [
            {"exclusive_area_m2": None, "has_signage": None},
            {"exclusive_area_m2": Decimal(0), "has_signage": False},
        ],
    )
    unknown, zero = facts_of(center).premises
    assert (unknown.exclusive_area_m2, unknown.has_signage) == (None, None)
    assert (zero.exclusive_area_m2, zero.has_signage) == (Decimal(0), False)


def test_unknown_amount_is_none_and_zero_is_zero(center, file_section):
    file_section("funding", [{"form": "grant"}, {"form": "grant", "amount_yuan": Decimal(0)}])
    unknown, zero = facts_of(center).funding
    assert (unknown.amount_yuan, zero.amount_yuan) == (None, Decimal(0))


def test_the_three_lead_to_three_outcomes(center, file_section, at):
    """Never filed, filed as none, filed with an unknown cell, filed as zero."""

    def judged():
        return judgments.judge([center.pk], AS_OF)[center.pk].outcomes["ST-08"]

    found = [judged()]
    contents = ([], [{"exclusive_area_m2": None}], [{"exclusive_area_m2": Decimal(0)}])
    for day, rows in enumerate(contents):
        file_section("premises", rows, at + day * DAY)
        found.append(judged())
    assert [(outcome.outcome, outcome.reason_code) for outcome in found] == [
        ("no_data", "premises_not_filed"),
        ("not_met", "no_premises_in_force"),
        ("no_data", "exclusive_area_unknown"),
        ("not_met", "area_0.00_of_30.00"),
    ]


def test_known_at_gives_the_section_accepted_by_then(center, file_section, at):
    file_section("accounts", [{"holder": "甲"}], at)
    file_section("accounts", [{"holder": "乙"}, {"holder": "丙"}], at + DAY)

    def holders(known_at):
        accounts = facts_of(center, known_at).accounts
        return accounts and [account.holder for account in accounts]

    assert holders(at - DAY) is None
    assert holders(at) == ["甲"]
    assert holders(at + DAY / 2) == ["甲"]
    assert holders(at + DAY) == holders(None) == ["乙", "丙"]


def test_what_is_only_submitted_is_no_fact(center, diane, pack, at):
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    assert facts_of(center).staff is None


def test_rows_ended_and_to_come_are_left_to_the_rules(center, file_section):
    ended = {"holder": "甲", "ends_on": AS_OF - DAY}
    to_come = {"holder": "乙", "starts_on": AS_OF + DAY}
    file_section("accounts", [ended, to_come])
    assert facts_of(center).accounts == (
        f.Account(1, "甲", None, AS_OF - DAY),
        f.Account(2, "乙", AS_OF + DAY, None),
    )


@pytest.mark.parametrize(
    ("ends_on", "outcome"), [(AS_OF, "met"), (AS_OF - DAY, "not_met")], ids=["that day", "before"]
)
def test_a_place_counts_through_its_last_day(center, file_section, ends_on, outcome):
    file_section("premises", [{"exclusive_area_m2": Decimal("30.00"), "ends_on": ends_on}])
    found = judgments.judge([center.pk], AS_OF)[center.pk]
    assert found.outcomes["ST-08"].outcome == outcome


@pytest.mark.parametrize(("area", "outcome"), [("30.00", "met"), ("29.99", "not_met")])
def test_thirty_square_metres_are_enough_and_a_hundredth_less_is_not(
    center, file_section, area, outcome
):
    file_section("premises", [{"exclusive_area_m2": Decimal(area)}])
    found = judgments.judge([center.pk], AS_OF)[center.pk]
    assert found.outcomes["ST-08"].outcome == outcome


def test_facts_of_several_centers_do_not_mix(golden):
    together = facts.facts_for([center.pk for center in golden.values()], AS_OF)
    alone = {
        center.pk: facts.facts_for([center.pk], AS_OF)[center.pk] for center in golden.values()
    }
    assert together == alone


def test_data_versions_name_the_newest_acceptance(golden, center, file_section, at):
    file_section("staff", [], at + DAY)
    file_section("accounts", [], at + 2 * DAY)
    ids = [center.pk, golden["C01"].pk]
    assert facts.data_versions(ids) == {center.pk: at + 2 * DAY, golden["C01"].pk: at}


# --- drafts


def test_with_draft_replaces_one_section_only(center, file_section):
    file_section("accounts", [{"holder": "甲"}])
    before = facts_of(center)
    after = facts.with_draft(before, "premises", [{"exclusive_area_m2": Decimal("31.00")}])
    assert after.accounts == before.accounts
    assert after.premises == (f.Premises(1, Decimal("31.00")),)
    assert before.premises is None


def test_with_draft_gives_what_acceptance_would_give(center, file_section):
    rows = [
        {"fiscal_year": 2025, "form": "purchase", "purpose": "mixed", "amount_yuan": Decimal(5)},
        {"form": "donation", "starts_on": AS_OF},
    ]
    drafted = facts.with_draft(facts_of(center), "funding", rows)
    file_section("funding", rows)
    assert facts_of(center) == drafted


def test_with_draft_of_nothing_is_filed_as_none(center, pack):
    assert facts.with_draft(facts_of(center), "staff", []).staff == ()


def test_with_draft_takes_figures_of_functions(center, pack):
    rows = [{"fiscal_year": 2025, "function": "FN-11", "count": 0}]
    drafted = facts.with_draft(facts_of(center), "functions", rows)
    assert drafted.functions == (f.FunctionFigure(1, 2025, "FN-11", 0),)
    assert drafted.reported.fiscal_year == 2025


def test_with_draft_takes_new_people_for_nobody_known(center, diane, pack):
    rows = [
        {"person": None, "person_name": "王芳", "post": "director"},
        {"person": None, "person_name": "王芳", "post": "staff"},
    ]
    director, other = facts.with_draft(facts_of(center), "staff", rows).staff
    assert director.person != other.person
