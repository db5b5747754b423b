"""What looks odd in a section: each check by an example, and none of them ever in the way."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from centers.models import FUNCTIONS, ROW_MODELS, Section, StatutoryRow
from centers.selectors import cautions
from centers.selectors.cautions import Said
from centers.selectors.cautions.statutory import listed

ON = date(2026, 3, 2)
LAST_YEAR, THIS_YEAR = date(2025, 6, 1), date(2026, 1, 1)
# A row of each kind in which nothing is odd.
SOUND = {
    "profile": {
        "name": "海棠区梧桐路街道社会组织服务中心",
        "uscc": "52310199MJF1000166",
        "registration_status": "registered",
        "registered_on": date(2016, 5, 20),
        "established_on": date(2016, 3, 1),
        "operating_model": "self_run",
        "legal_representative_id": 7,
    },
    "staff": {
        "person_id": 7,
        "post": "director",
        "employment_type": "labour_contract",
        "is_full_time": True,
        "is_council_appointed": True,
        "starts_on": LAST_YEAR,
    },
    "premises": {
        "address": "梧桐路18号",
        "exclusive_area_m2": Decimal(30),
        "has_signage": True,
        "has_equipment": False,
    },
    "accounts": {"holder": "海棠区梧桐路街道社会组织服务中心", "starts_on": LAST_YEAR},
    "funding": {
        "fiscal_year": 2026,
        "form": "grant",
        "purpose": "basic_operation",
        "amount_yuan": Decimal(480000),
        "received_yuan": Decimal(480000),
        "starts_on": THIS_YEAR,
        "ends_on": date(2026, 12, 31),
    },
    "governance": {
        "member_count": 5,
        "starts_on": date(2023, 6, 1),
        "ends_on": date(2027, 5, 31),
    },
}
# What is asked of every registered center, as it should be.
LAWFUL = [
    {"matter": "seal_filing", "is_so": True, "done_on": date(2016, 6, 20)},
    {"matter": "account_filing", "is_so": True, "done_on": date(2016, 6, 20)},
    {"matter": "branches", "is_so": False},
    {"matter": "profit_making", "is_so": False},
    {"matter": "capital", "non_state_share": Decimal(0)},
]


def found(kind, *rows, **around):
    """(position, field, code) of what looks odd."""
    return [(c.position, c.field, c.code) for c in cautions.of(Said(kind, rows, ON, **around))]


def changed(kind, **cells):
    """What looks odd in a sound row with other cells."""
    return [(field, code) for _n, field, code in found(kind, SOUND[kind] | cells)]


@pytest.mark.parametrize("kind", list(SOUND))
def test_sound_row_is_left_in_peace(kind):
    assert found(kind, SOUND[kind]) == []


UNREGISTERED = {"registration_status": "unregistered", "uscc": None, "registered_on": None}
ODD_ROWS = [
    ("profile", {"uscc": None}, "uscc", "registered_without_uscc"),
    ("profile", {"registered_on": None}, "registered_on", "registered_without_registered_on"),
    (
        "profile",
        {"legal_representative_id": None},
        "legal_representative",
        "registered_without_legal_representative",
    ),
    (
        "profile",
        {"registration_status": "preparing"},
        "registration_status",
        "code_without_registration",
    ),
    ("profile", {"registered_on": date(2026, 3, 3)}, "registered_on", "date_in_future"),
    (
        "profile",
        {"established_on": date(2016, 5, 21)},
        "established_on",
        "established_after_registered",
    ),
    ("profile", {"established_on": date(1996, 1, 1)}, "established_on", "established_long_before"),
    ("profile", {"operator_name": "某协会"}, "operator_name", "operator_without_entrustment"),
    ("profile", {"grade": "4A"}, "grade_until", "grade_without_end"),
    (
        "profile",
        {"grade": "4A", "grade_until": date(2025, 12, 31)},
        "grade_until",
        "grade_expired",
    ),
    ("profile", {"basic_cost_yuan": Decimal(42)}, "basic_cost_yuan", "cost_unusual"),
    ("profile", {"organization_count": 1001}, "organization_count", "organizations_many"),
    (
        "profile",
        UNREGISTERED | {"legal_representative_id": None, "is_legal_representative_chair": True},
        "legal_representative",
        "chair_without_name",
    ),
    ("profile", {"ends_on": date(2026, 3, 1)}, "", "no_profile_in_force"),
    (
        "staff",
        {"post": "staff", "employment_type": "volunteer"},
        "is_full_time",
        "full_time_contradicts_employment",
    ),
    ("staff", {"post": "staff", "is_full_time": None}, "is_full_time", "full_time_unknown"),
    ("staff", {"employment_type": None}, "employment_type", "employment_unknown"),
    ("staff", {"is_full_time": False}, "is_full_time", "director_not_full_time"),
    ("staff", {"is_council_appointed": None}, "is_council_appointed", "appointment_unknown"),
    ("staff", {"ends_on": date(2026, 3, 3)}, "ends_on", "ends_on_in_future"),
    ("staff", {"starts_on": date(2026, 3, 3)}, "starts_on", "starts_on_in_future"),
    ("staff", {"starts_on": None}, "starts_on", "start_unknown"),
    ("staff", {"ends_on": date(2026, 3, 1)}, "ends_on", "director_not_followed"),
    ("premises", {"exclusive_area_m2": Decimal("2000.01")}, "exclusive_area_m2", "area_large"),
    ("premises", {"exclusive_area_m2": Decimal("4.99")}, "exclusive_area_m2", "area_small"),
    ("premises", {"exclusive_area_m2": None}, "exclusive_area_m2", "area_unknown"),
    ("premises", {"shared_area_m2": Decimal(60)}, "share_ratio", "ratio_missing"),
    ("premises", {"share_ratio": Decimal("0.25")}, "share_ratio", "ratio_without_area"),
    ("premises", {"has_signage": None}, "has_signage", "has_signage_unknown"),
    ("premises", {"has_equipment": None}, "has_equipment", "has_equipment_unknown"),
    ("premises", {"address": ""}, "address", "address_missing"),
    ("premises", {"right_to_on": date(2026, 3, 1)}, "right_to_on", "right_expired"),
    ("premises", {"right_kind": "leased"}, "right_to_on", "lease_without_end"),
    ("premises", {"ends_on": date(2026, 3, 1)}, "", "no_premises_in_use"),
    ("accounts", {"starts_on": None}, "starts_on", "opening_unknown"),
    ("accounts", {"ends_on": date(2026, 3, 1)}, "", "no_open_account"),
    ("funding", {"purpose": None}, "purpose", "purpose_missing"),
    ("funding", {"ends_on": None}, "ends_on", "period_missing"),
    ("funding", {"amount_yuan": None}, "amount_yuan", "amount_missing"),
    (
        "funding",
        {"amount_yuan": Decimal(48), "received_yuan": None},
        "amount_yuan",
        "amount_small",
    ),
    ("funding", {"received_yuan": Decimal(480001)}, "received_yuan", "received_over_amount"),
    ("funding", {"purpose": "mixed"}, "basic_amount_yuan", "basic_part_missing"),
    ("funding", {"basic_amount_yuan": Decimal(1)}, "basic_amount_yuan", "basic_part_unasked"),
    (
        "funding",
        {"is_declared_annual": True, "ends_on": date(2026, 6, 30)},
        "is_declared_annual",
        "not_annual",
    ),
    ("funding", {"fiscal_year": 2024}, "fiscal_year", "year_outside_period"),
    ("governance", {"member_count": 2}, "member_count", "few_members"),
    ("governance", {"member_count": None}, "member_count", "members_unknown"),
    ("governance", {"ends_on": None}, "ends_on", "term_open"),
    ("governance", {"ends_on": date(2033, 5, 31)}, "ends_on", "term_long"),
    ("governance", {"ends_on": date(2026, 3, 1)}, "ends_on", "term_over"),
]


@pytest.mark.parametrize(
    ("kind", "cells", "field", "code"), ODD_ROWS, ids=[code for *_rest, code in ODD_ROWS]
)
def test_odd_cell_is_told_at_its_field_and_nothing_else_is(kind, cells, field, code):
    assert changed(kind, **cells) == [(field, code)]


EDGES = [
    ("premises", {"exclusive_area_m2": Decimal(2000)}),
    ("premises", {"exclusive_area_m2": Decimal(5)}),
    ("premises", {"exclusive_area_m2": Decimal(0)}),
    ("staff", {"ends_on": ON}),
    ("funding", {"amount_yuan": Decimal(1000), "received_yuan": None}),
    ("funding", {"amount_yuan": Decimal(0), "received_yuan": Decimal(0)}),
    ("funding", {"is_declared_annual": True}),
    ("funding", {"form": "earned_income", "purpose": None, "starts_on": None, "ends_on": None}),
    ("governance", {"member_count": 3}),
    ("accounts", {"ends_on": ON}),
    ("profile", UNREGISTERED),
    ("profile", UNREGISTERED | {"is_legal_representative_chair": True}),
    ("profile", {"basic_cost_yuan": Decimal(20_000), "organization_count": 1000}),
]


@pytest.mark.parametrize(("kind", "cells"), EDGES)
def test_what_is_just_usual_is_not_odd(kind, cells):
    assert changed(kind, **cells) == []


# --- the section as a whole


def test_two_directors_at_once():
    deputy = SOUND["staff"] | {"person_id": 8, "post": "acting_director"}
    assert found("staff", SOUND["staff"], deputy) == [(2, "post", "two_directors")]


def test_successor_is_no_second_director():
    left = SOUND["staff"] | {"ends_on": date(2025, 12, 31)}
    follows = SOUND["staff"] | {"person_id": 8, "starts_on": date(2026, 1, 1)}
    assert found("staff", left, follows) == []


def test_person_twice_in_one_post():
    member = SOUND["staff"] | {"post": "staff"}
    assert (3, "person", "same_person_twice") in found("staff", SOUND["staff"], member, member)


def test_new_person_of_another_name_is_somebody_else():
    rows = [SOUND["staff"] | {"post": "staff", "person_id": None, "person_name": n} for n in "甲乙"]
    assert found("staff", *rows) == []


def test_person_object_of_a_form_is_the_person_stored():
    stored = SOUND["staff"] | {"post": "staff"}
    typed = {**stored, "person_id": None, "person": SimpleNamespace(pk=7)}
    assert (2, "person", "same_person_twice") in found("staff", stored, typed)


@pytest.mark.parametrize("kind", ["staff", "premises", "accounts"])
def test_row_taken_out_instead_of_ended(kind):
    standing = SOUND[kind] | {"line": "a"}
    assert (None, "", "row_removed") in found(kind, SOUND[kind], before=[standing])
    assert (None, "", "row_removed") not in found(kind, standing, before=[standing])


def test_nothing_is_missing_while_a_row_cannot_be_read():
    standing = SOUND["accounts"] | {"line": "a"}
    assert found("accounts", before=[standing], is_partial=True) == []
    ended = SOUND["staff"] | {"ends_on": date(2026, 1, 1)}
    assert found("staff", ended, is_partial=True) == []


def test_area_changed_by_more_than_half():
    old = SOUND["premises"] | {"line": "a", "exclusive_area_m2": Decimal(60)}
    new = old | {"exclusive_area_m2": Decimal(29)}
    assert found("premises", new, before=[old]) == [(1, "exclusive_area_m2", "area_changed")]
    half = old | {"exclusive_area_m2": Decimal(30)}
    assert found("premises", half, before=[old]) == []


def test_account_in_another_name():
    others = {"profile": [SOUND["profile"]]}
    street = SOUND["accounts"] | {"holder": "梧桐路街道办事处"}
    assert found("accounts", street, others=others) == [(1, "holder", "holder_differs")]
    spaced = SOUND["accounts"] | {"holder": "海棠区 梧桐路街道社会组织服务中心"}
    assert found("accounts", spaced, others=others) == []
    assert found("accounts", street) == []


def test_declared_none_of_the_accounts_is_told():
    assert found("accounts") == [(None, "", "no_open_account")]


def test_gap_over_new_year():
    first = SOUND["funding"] | {
        "fiscal_year": 2025,
        "starts_on": date(2025, 1, 1),
        "ends_on": date(2025, 12, 31),
    }
    late = SOUND["funding"] | {"starts_on": date(2026, 2, 1)}
    assert found("funding", first, late) == [(2, "starts_on", "funding_gap")]
    assert found("funding", first, SOUND["funding"]) == []
    long = first | {"ends_on": date(2026, 6, 30)}
    assert found("funding", long, first, late) == []


def test_amount_more_than_ten_times_last_years():
    last = SOUND["funding"] | {"fiscal_year": 2025, "amount_yuan": Decimal(40000)}
    assert found("funding", SOUND["funding"], before=[last]) == [
        (1, "amount_yuan", "amount_jumped")
    ]
    tenth = last | {"amount_yuan": Decimal(48000)}
    assert found("funding", SOUND["funding"], before=[tenth]) == []


def figures(year, **counts):
    full = dict.fromkeys(FUNCTIONS, 1) | {code.replace("_", "-"): n for code, n in counts.items()}
    return [{"fiscal_year": year, "function": c, "count": n} for c, n in full.items()]


@pytest.mark.parametrize(
    ("last", "now", "code"),
    [
        (10, 10, "figure_unchanged"),
        (9, 9, None),
        (10, 51, "figure_jumped"),
        (10, 50, None),
        (51, 10, "figure_jumped"),
        (0, 12, "figure_jumped"),
        (None, 12, None),
    ],
)
def test_figure_beside_last_years(last, now, code):
    odd = found("functions", *figures(2025, FN_11=now), before=figures(2024, FN_11=last))
    assert odd == ([(None, "FN-11", code)] if code else [])


def test_blank_figures_are_counted_once():
    (caution,) = cautions.of(Said("functions", figures(2025, FN_11=None, FN_12=None), ON))
    with translation.override("en"):
        assert str(caution).startswith("2 figures of 2025 are blank, which means not filed: FN-11")
    assert (caution.code, caution.year) == ("figures_blank", 2025)


def test_kinds_of_support_are_not_occasions():
    assert found("functions", *figures(2025, FN_24=13)) == [(None, "FN-24", "kinds_are_occasions")]


def test_lawful_center_is_left_in_peace():
    change = {"matter": "registered_change", "occurred_on": date(2026, 2, 1)}
    in_time = change | {"occurred_on": date(2025, 1, 1), "done_on": date(2025, 1, 31)}
    donation = {"matter": "donation_use", "is_so": True}
    assert found("statutory", *LAWFUL, change, in_time, donation) == []


CONSENT = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"matter": "donation_use"}, "is_so", "is_so_unknown"),
        ({"matter": "seal_filing", "is_so": True}, "done_on", "filed_without_day"),
        (
            {"matter": "registered_change", "occurred_on": CONSENT},
            "done_on",
            "application_overdue",
        ),
        (
            {"matter": "articles_change", "occurred_on": CONSENT, "done_on": date(2026, 2, 1)},
            "done_on",
            "applied_late",
        ),
        ({"matter": "head_change_audit", "occurred_on": CONSENT}, "done_on", "audit_missing"),
        (
            {"matter": "donation_use", "is_so": True, "done_on": date(2026, 3, 3)},
            "done_on",
            "done_on_in_future",
        ),
    ],
)
def test_odd_statutory_row_is_told(row, field, code):
    assert found("statutory", *LAWFUL, row) == [(6, field, code)]


def test_answer_against_the_law_is_asked_again():
    rows = [row | {"is_so": True} if row["matter"] in ("branches",) else row for row in LAWFUL]
    assert found("statutory", *rows) == [(3, "is_so", "against_the_law")]


def test_capital_of_state_money_is_zero_and_not_blank():
    *others, _capital = LAWFUL
    told = found("statutory", *others, {"matter": "capital"})
    assert told == [(5, "non_state_share", "non_state_share_unknown")]


def test_statutory_answer_stands_once_at_a_time():
    until = {"matter": "branches", "is_so": True, "ends_on": date(2025, 12, 31)}
    assert (6, "matter", "same_matter_twice") in found("statutory", *LAWFUL, LAWFUL[2])
    since = LAWFUL[2] | {"starts_on": date(2026, 1, 1)}
    rows = [*LAWFUL[:2], since, *LAWFUL[3:], until]
    assert found("statutory", *rows) == [(6, "is_so", "against_the_law")]


def test_change_in_the_profile_is_a_statutory_matter():
    first = SOUND["profile"] | {"starts_on": date(2016, 5, 20)}
    renamed = first | {"starts_on": date(2025, 6, 1), "name": "海棠区梧桐社会组织服务中心"}
    headed = first | {"starts_on": date(2025, 6, 1), "legal_representative_id": 8}
    moved = first | {"starts_on": date(2025, 6, 1), "address": "梧桐路20号"}
    change = {
        "matter": "registered_change",
        "occurred_on": date(2025, 5, 10),
        "done_on": date(2025, 5, 20),
    }
    silent = [(None, "", "change_silent")]
    assert found("statutory", *LAWFUL, others={"profile": [renamed, first]}) == silent
    assert found("statutory", *LAWFUL, others={"profile": [first, headed]}) == silent
    assert found("statutory", *LAWFUL, others={"profile": [first, moved]}) == []
    assert found("statutory", *LAWFUL, change, others={"profile": [first, renamed]}) == []


def test_matters_of_which_nothing_is_said_are_named():
    (caution,) = cautions.of(Said("statutory", LAWFUL[1:], ON))
    with translation.override("en"):
        assert str(caution).startswith("Nothing is said of: filing of the seal. ")


# --- properties

DAYS = st.none() | st.dates(date.min, date.max) | st.dates(date(2025, 1, 1), date(2027, 1, 1))
AMOUNTS = st.none() | st.decimals(0, Decimal("9e13"), places=2, allow_nan=False)
TEXTS = st.none() | st.sampled_from(["", "甲", "（乙）"])


def cell(column):
    """What a form may clean a column to, and nothing less."""
    name, kind = column.name, column.get_internal_type()
    if column.choices:
        return st.none() | st.sampled_from([value for value, _label in column.choices])
    if name == "function":
        return st.sampled_from([*FUNCTIONS, "FN-99"])
    if name == "line":
        return st.none() | st.sampled_from("abc")
    return {
        "DateField": DAYS,
        "DecimalField": AMOUNTS,
        "BooleanField": st.none() | st.booleans(),
        "PositiveSmallIntegerField": st.none() | st.integers(0, 9999),
        "PositiveIntegerField": st.none() | st.integers(0, 2**31 - 1),
        "ForeignKey": st.none() | st.integers(1, 3),
    }.get(kind, TEXTS)


def rows_of(kind):
    """Lists of cleaned rows, any cell unknown or not there at all."""
    columns = {f.attname: cell(f) for f in ROW_MODELS[kind]._meta.concrete_fields}
    for gone in ("id", "section_id", "position"):
        del columns[gone]
    return st.lists(st.fixed_dictionaries({}, optional=columns), max_size=5)


SECTIONS = st.sampled_from(list(Section.Kind.values)).flatmap(
    lambda kind: st.builds(
        Said,
        kind=st.just(kind),
        rows=rows_of(kind),
        on=st.dates(date(2015, 1, 1), date(2100, 1, 1)),
        before=st.none() | rows_of(kind),
        others=st.fixed_dictionaries({"profile": rows_of("profile")}),
        is_partial=st.booleans(),
    )
)


@given(SECTIONS)
def test_no_row_is_too_odd_to_be_told_in_both_languages(said):
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for caution in cautions.of(said):
                assert str(caution)
                assert str(caution.label) or not caution.field
                assert caution.position is None or 1 <= caution.position <= len(said.rows)


@given(SECTIONS)
def test_a_row_is_judged_alike_whoever_stands_beside_it(said):
    """Taking rows out takes no caution of a single row away and adds none."""
    checks = cautions.ROW_CHECKS[said.kind]
    own = [
        {c.code for check in checks for c in check(row, said.on)} for row in said.rows
    ]
    for number, row in enumerate(said.rows):
        alone = cautions.of(Said(said.kind, [row], said.on))
        assert own[number] <= {caution.code for caution in alone}


@given(SECTIONS)
def test_what_cannot_be_read_never_adds_a_caution(said):
    whole = cautions.of(Said(said.kind, said.rows, said.on, said.before, said.others))
    partial = cautions.of(
        Said(said.kind, said.rows, said.on, said.before, said.others, is_partial=True)
    )
    assert {c.code for c in partial} <= {c.code for c in whole}


@pytest.mark.parametrize(("language", "comma"), [("en", ", "), ("zh-hans", "、")])
def test_matters_are_enumerated_as_the_language_does(language, comma):
    with translation.override(language):
        first, second = StatutoryRow.Matter.BRANCHES, StatutoryRow.Matter.CAPITAL
        assert str(listed(first, second)) == f"{first.label}{comma}{second.label}"
