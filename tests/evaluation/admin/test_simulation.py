"""The page of what would change, and the dry run of a pack."""

import io
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode
from openpyxl import load_workbook

from centers.models import Center
from evaluation.models import Pack, ParameterOverride
from evaluation.selectors import findings
from evaluation.selectors import parameters as selectors
from tests.evaluation.selectors.test_simulations import rows
from tests.evaluation.test_golden import ROLLUPS, VARIANTS, YEAR_END
from tests.factories.centers import CenterFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db

PAGE = "/admin/compliance/simulation/"
YEARS_END = {"as_of": "2025-12-31", "base_as_of": "2025-12-31", "division": "310199"}


def ask(client, **query):
    return client.get(f"{PAGE}?{urlencode(YEARS_END | query, doseq=True)}")


def typed(values):
    """Values of a variant as the form sends them."""
    return {f"set.{name}": str(value).lower() for name, value in values.items()}


def lines(page):
    """(rule, center) → word of what it becomes."""
    return {
        (line["rule"].id, center["place"].code): line["after"]
        for center in page.context["changed"]
        for line in center["lines"]
        if line["rule"].id.startswith(("ST-", "FN-"))
    }


WORDS = {"met": "met", "not_met": "not met", "no_data": "no data"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_is_shown_to_the_letter(desk, golden, variant):
    as_of, values, outcomes, rollups = VARIANTS[variant]
    page = ask(desk, as_of=as_of.isoformat(), **typed(values))
    shown = lines(page)
    assert set(shown) == set(outcomes)
    assert all(f">{WORDS[outcomes[key]]}<" in mark for key, mark in shown.items())
    moved = {each["place"].code for each in page.context["changed"] if each["is_moved"]}
    assert moved == {code for code in rollups if rollups[code] != ROLLUPS[code]}


def test_nothing_asked_shows_the_form_and_what_it_is_for(desk, golden):
    page = desk.get(PAGE)
    assert "asked" not in page.context
    assert "Nothing is stored and nobody is told" in words(page)
    assert "as is: 30.00" in words(page)


def test_a_single_value_in_the_address_is_enough(desk, golden):
    page = desk.get(f"{PAGE}?set.min_area=50")
    assert page.context["asked"].division.code == "310199"
    assert page.context["asked"].after.values == {"min_area": "50"}
    assert 'value="50"' in page.content.decode()


def test_sums_are_shown_with_units(desk, golden):
    page = ask(desk, **{"set.min_area": "35.00"})
    (area,) = [each for each in page.context["shortfalls"] if each["rule"].id == "ST-08"]
    assert (area["before"], area["after"], area["difference"]) == ("0.00", "7.00", "+7.00")
    assert (area["center_count"], area["unknown_count"]) == (2, 0)
    assert " m² 0.00 7.00 +7.00 2 0" in words(page)


def test_several_values_at_once(desk, golden):
    page = ask(desk, **{"set.min_area": "35", "set.annual_min_days": "180"})
    assert lines(page).keys() == {("ST-08", "C02"), ("ST-08", "C05"), ("ST-13", "C07")}


def test_a_list_and_nothing_at_all(desk, golden):
    page = ask(desk, **{"set.counted_types": ["labour_contract", "part_time"]})
    assert page.context["asked"].after.values == {
        "counted_types": ["labour_contract", "part_time"]
    }
    page = ask(desk, **{"empty.counted_types": "on", "empty.funding_new_year_grace_until": "on"})
    assert page.context["asked"].after.values == {
        "counted_types": [],
        "funding_new_year_grace_until": None,
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"set.min_area": "fünfzig"}, "it cannot be read"),
        ({"set.min_area": "-1"}, "it is below 0"),
        ({"set.min_fulltime_staff": "2.5"}, "“2.5” was given: it cannot be read"),
        ({"set.funding_new_year_grace_until": "02-30"}, "“02-30” was given"),
        ({"set.shared_area_policy": "<b>"}, "Choose one of the values offered."),
        ({"set.counted_types": "emperor"}, "emperor"),
        ({"set.no_such": "1"}, "No rule of this pack judges centers by a parameter “no_such”."),
        ({"set.funding_floor": "1", "empty.funding_floor": "on"}, "not both"),
        ({"as_of": "31/12"}, "This is not a day."),
        ({"as_of": "9999-12-31"}, "Choose a day from 2000-01-01"),
        ({"base_as_of": "1999-12-31"}, "Choose a day from 2000-01-01"),
        ({"known_at": "2999-01-01T00:00"}, "This time has not come yet"),
        ({"known_at": "gestern"}, "This is not a time."),
        ({"pack": "999999"}, "This pack is not loaded."),
        ({"division": "310101"}, "You cannot simulate there."),
        ({"division": "310000"}, "You cannot simulate there."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk, golden, query, said):
    page = ask(desk, **({"set.annual_max_days": "400"} | query))
    assert page.status_code == 200
    assert "asked" not in page.context
    assert said in words(page)
    assert 'value="400"' in page.content.decode()


def test_export_holds_everything_with_numbers_as_numbers(desk, golden):
    Center.objects.filter(code="C02").update(name="=1+1")
    page = ask(desk, export="xlsx", **{"set.min_area": "35.00"})
    assert page["Content-Disposition"].startswith("attachment")
    book = load_workbook(io.BytesIO(b"".join(page.streaming_content)))
    assert book.sheetnames == [
        *("About", "Roll-ups", "Rules", "Shortfalls", "Districts", "Changed centers"),
        "Shortfall unknown",
    ]
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about["after: Minimum floor area (m²)"] == "35.00"
    assert about["after: rule pack"].startswith("shanghai-2024-1 v")
    assert about["asked by"] == "林经办"
    assert about["after: as of"].date() == YEAR_END
    heads = [cell.value for cell in book["Changed centers"][1]]
    changed = [
        dict(zip(heads, row, strict=True))
        for row in book["Changed centers"].iter_rows(min_row=2, values_only=True)
    ]
    assert [(row["center code"], row["center"]) for row in changed] == [
        ("C02", "=1+1"),
        ("C05", golden["C05"].name),
    ]
    assert [row["short by"] for row in changed] == [5, 2]
    assert {cell.data_type for cell in book["Changed centers"]["B"]} == {"s"}
    (area,) = [r for r in book["Shortfalls"].iter_rows(values_only=True) if r[0] == "ST-08"]
    assert area[3:6] == (0, 7, 7)


@pytest.mark.parametrize("address", ["", "&export=xlsx"])
def test_nothing_is_written_by_the_page_or_the_workbook(desk, golden, address):
    desk.get(PAGE)
    before = rows()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        page = desk.get(f"{PAGE}?{urlencode(YEARS_END)}&set.min_area=50{address}")
        assert page.status_code == 200
    assert rows() == before


def test_municipal_viewer_sees_sums_and_no_center(client_as, golden, shanghai):
    client = client_as("municipal_viewer", shanghai)
    page = ask(client, division="310000", **{"set.min_area": "35.00"})
    text = page.content.decode()
    assert page.context["sums"].changed_count == 2
    assert [name for name, *_rest in page.context["districts"]] == ["海棠区"]
    assert golden["C02"].name not in text
    assert "C02" not in text
    assert "/admin/centers/" not in text
    workbook = ask(client, division="310000", export="xlsx", **{"set.min_area": "35.00"})
    book = load_workbook(io.BytesIO(b"".join(workbook.streaming_content)))
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "C02" not in cells
    assert golden["C02"].name not in cells
    (area,) = [r for r in book["Shortfalls"].iter_rows(values_only=True) if r[0] == "ST-08"]
    assert area[4] == 7


def test_an_officer_sees_only_the_own_district(desk, golden, huangpu):
    CenterFactory(code="H01", division=huangpu)
    page = ask(desk, **{"set.min_area": "35.00"})
    assert page.context["sums"].center_count == 8
    form = page.context["form"]
    assert [division.code for division in form.fields["division"].queryset] == ["310199"]


def test_a_district_override_is_what_the_value_is_held_against(desk, golden, haitang, alice, at):
    ParameterOverride.objects.create(
        division=haitang,
        key="min_area",
        value="40.00",
        effective_from=date(2025, 1, 1),
        reason="试行",
        doc_no="海民〔2025〕1号",
        set_by=alice,
        set_at=at,
    )
    page = ask(desk, **{"set.min_area": "30.00"})
    assert "as is: 40.00" in words(page)
    assert lines(page).keys() == {("ST-08", "C02"), ("ST-08", "C05")}


def test_too_many_centers_are_refused_with_what_to_do(desk, golden, monkeypatch):
    monkeypatch.setattr(findings, "LIVE_LIMIT", 3)
    page = ask(desk, **{"set.min_area": "50"})
    assert "More than 3 centers" in words(page)
    assert "asked" not in page.context


def test_a_district_without_centers_says_so(bob_client, pack):
    page = bob_client.get(f"{PAGE}?set.min_area=50", headers={"accept-language": "en"})
    assert page.context["sums"].center_count == 0
    assert page.status_code == 200


def test_one_and_three_centers_cost_the_same(desk, wutong, pack):
    counts = []
    CenterFactory(division=wutong)
    ask(desk, **{"set.min_area": "50"})
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            ask(desk, **{"set.min_area": "50"})
        counts.append(len(captured))
        CenterFactory(division=wutong), CenterFactory(division=wutong)
    assert counts[0] == counts[1]


# --- dry run


@pytest.fixture
def draft(pack, at):
    """A version to come: 50 m² asked, no signage, and a rule of its own."""
    content = dict(pack.content)
    dropped = "ST-09"
    content["version"] = pack.version + 1
    content["effective_from"] = "2026-07-01"
    content["rules"] = [dict(rule) for rule in content["rules"] if rule["id"] != dropped]
    signage = next(rule for rule in pack.content["rules"] if rule["id"] == dropped)
    content["rules"].append(signage | {"id": "ST-99", "kind": "equipment", "class": "M"})
    content["parameters"] = dict(content["parameters"])
    content["parameters"]["min_area"] = content["parameters"]["min_area"] | {"default": "50.00"}
    return Pack.objects.create(
        code=pack.code,
        version=content["version"],
        division_code=pack.division_code,
        effective_from=date(2026, 7, 1),
        sha256="0" * 64,
        content=content,
        loaded_at=at,
    )


def dry(client, pack, **query):
    return client.get(reverse("compliance:dry-run", args=[pack.pk]) + f"?{urlencode(query)}")


def test_dry_run_says_rules_added_and_removed_and_who_changes(desk, golden, draft):
    page = dry(desk, draft, active_from="2025-12-31")
    assert [rule.id for rule, _title in page.context["added"]] == ["ST-99"]
    assert [rule.id for rule, _title in page.context["removed"]] == ["ST-09"]
    shown = lines(page)
    assert ("ST-08", "C02") in shown
    assert ("ST-09", "C05") in shown
    assert all(rule in ("ST-08", "ST-09") for rule, _code in shown)
    # C05 failed by its signage alone among the required ones.
    moved = {each["place"].code: each["after"] for each in page.context["changed"]}
    assert "basically compliant" in moved["C05"]


def test_dry_run_of_the_pack_in_force_changes_nothing_and_says_so(desk, golden, pack):
    page = dry(desk, pack)
    assert page.context["sums"].changed_count == 0
    assert "compared with itself" in words(page)


def test_dry_run_refuses_a_day_it_cannot_read(desk, golden, draft):
    page = dry(desk, draft, active_from="bald")
    assert "This is not a day." in words(page)
    assert 'value="bald"' in page.content.decode()


def test_dry_run_of_the_city_by_the_municipality(client_as, golden, draft, shanghai, huangpu):
    CenterFactory(code="H01", division=huangpu)
    page = dry(client_as("municipal_officer", shanghai), draft, active_from="2025-12-31")
    assert page.context["asked"].division.code == "310000"
    assert page.context["sums"].center_count == 9
    assert "C02" not in page.content.decode()


def test_dry_run_writes_nothing(desk, golden, draft):
    before = rows()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        for query in ({}, {"export": "xlsx"}):
            assert dry(desk, draft, active_from="2025-12-31", **query).status_code == 200
    assert rows() == before


def test_dry_run_of_no_pack_is_not_found(desk, pack):
    assert desk.get(reverse("compliance:dry-run", args=[999_999])).status_code == 404


@pytest.mark.parametrize("export", [{}, {"export": "xlsx"}])
def test_what_was_set_and_does_not_fit_the_pack_tried_is_said(
    desk, golden, version, haitang, alice, at, export
):
    ParameterOverride.objects.create(
        division=haitang,
        key="min_area",
        value="20",
        effective_from=date(2025, 1, 1),
        reason="试行",
        doc_no="海民〔2025〕1号",
        set_by=alice,
        set_at=at,
    )

    def stricter(content):
        content["parameters"]["min_area"]["minimum"] = 25

    tried = version(change=stricter)
    for page in (
        dry(desk, tried, active_from="2025-12-31", **export),
        ask(desk, pack=tried.pk, **export),
    ):
        assert page.status_code == 200
        assert "“20” was given: it is below 25" in words(page)
        assert "asked" not in page.context


def test_only_parameters_that_a_rule_of_centers_reads_are_offered(desk, golden, pack):
    offered = {parameter.name for parameter, *_ in desk.get(PAGE).context["parameter_rows"]}
    center_rules = {rule.id for rule in selectors.parsed(pack).center_rules}
    declared = selectors.parsed(pack).parameters
    assert offered == {name for name, each in declared.items() if center_rules & set(each.rules)}
    assert not offered & {"password_min_length", "dd_exchange_min_count", "default_as_of"}
    assert {"min_area", "include_statutory_checks"} <= offered


def test_blanks_leave_the_address(desk, golden):
    blank = {"known_at": "", "pack": " ", "set.min_fulltime_staff": "", "set.min_area": "35.00"}
    answer = ask(desk, **blank)
    assert answer.status_code == 302
    address = answer["Location"]
    assert address == f"{PAGE}?{urlencode(YEARS_END | {'set.min_area': '35.00'})}"
    page = desk.get(address)
    assert page.status_code == 200
    assert page.context["asked"].after.values == {"min_area": "35.00"}


def test_what_was_typed_wrong_stays_in_the_address(desk, golden):
    page = ask(desk, **{"set.min_area": "thirty"})
    assert page.status_code == 200
    assert 'value="thirty"' in page.content.decode()
