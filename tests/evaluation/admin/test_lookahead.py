"""The page of what will break by itself."""

import io
from datetime import date

import pytest
from django.db import connection, transaction
from openpyxl import load_workbook

from evaluation.admin import lookahead
from evaluation.selectors import findings
from tests.evaluation.selectors.test_simulations import rows
from tests.factories.centers import CenterFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db

PAGE = "/admin/compliance/lookahead/"
NEW_YEAR = date(2026, 1, 1)


def ids(line):
    return [rule.id for rule, _title in line["rules"]]


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """1 December 2025, at the door alone: nothing behind it reads a clock."""
    monkeypatch.setattr(lookahead.timezone, "localdate", lambda *_args: date(2025, 12, 1))


def test_breaks_by_day_with_the_row_they_come_from(desk, golden):
    page = desk.get(f"{PAGE}?days=60")
    _title, _number, _centers, lines = page.context["parts"][0]
    assert "What will break" in words(page)
    council = next(
        line for line in lines if (ids(line), line["place"].code) == (["ST-15"], "C02")
    )
    assert council["on"] == NEW_YEAR
    assert "ended on 2025-12-31" in council["causes"][0]
    assert ">met<" in council["before"]
    assert ">not met<" in council["after"]
    assert "Elect a council" in council["remedy"]
    assert [line["on"] for line in lines] == sorted(line["on"] for line in lines)


def test_what_gets_better_stands_apart(desk, golden):
    page = desk.get(f"{PAGE}?days=60")
    better = page.context["parts"][1]
    assert "What will get better" in words(page)
    assert ("ST-04", "C02") in {
        (rule, line["place"].code) for line in better[3] for rule in ids(line)
    }


def test_tabs_count_and_say_which_is_shown(desk, golden):
    page = desk.get(f"{PAGE}?days=60")
    tabs = page.context["tabs"]
    assert [(days, is_shown) for days, *_counts, is_shown in tabs] == [
        (30, False),
        (60, True),
        (90, False),
    ]
    assert tabs[1][1:3] == page.context["parts"][0][1:3]
    assert "breaks · 8 centers" in words(page)


def test_thirty_days_are_shown_where_none_are_asked_for(desk, golden):
    assert desk.get(PAGE).context["days"] == 30


def test_rules_that_turn_alike_are_told_once(desk, golden):
    page = desk.get(f"{PAGE}?days=60")
    _title, number, _centers, lines = page.context["parts"][0]
    assert number == sum(len(line["rules"]) for line in lines)
    assert len({(line["place"].code, line["on"], *ids(line)) for line in lines}) == len(lines)


@pytest.fixture
def year_end(monkeypatch):
    """A month before a year of which nothing is filed yet."""
    monkeypatch.setattr(lookahead.timezone, "localdate", lambda *_args: date(2026, 12, 1))


def test_figures_of_a_new_year_are_told_apart_and_counted(desk, golden, year_end):
    page = desk.get(f"{PAGE}?days=60")
    anew = page.context["anew"]
    assert (anew["on"], anew["rule_count"]) == (date(2027, 1, 1), len(anew["rules"]))
    rules = {rule.id for part in page.context["parts"] for each in part[3] for rule in ids(each)}
    assert rules.isdisjoint({each["anew"].rule.id for each in anew["rules"]})
    text = words(page)
    assert "The turn of the year on 2027-01-01 leaves these rules without figures:" in text
    assert "Nothing is broken by it" in text


def test_workbook_keeps_every_figure_that_begins_anew(desk, golden, year_end):
    page = desk.get(f"{PAGE}?days=60&export=xlsx")
    book = load_workbook(io.BytesIO(b"".join(page.streaming_content)))
    shown = desk.get(f"{PAGE}?days=60").context["anew"]["rules"]
    lines = list(book["Begins anew with the year"].iter_rows(min_row=2, values_only=True))
    assert len(lines) == sum(each["anew"].center_count for each in shown)


def test_rollup_is_told_at_the_rule_that_moves_it(desk, golden):
    page = desk.get(f"{PAGE}?days=60")
    on_the_day = [
        each
        for part in page.context["parts"]
        for each in part[3]
        if (each["place"].code, each["on"]) == ("C02", NEW_YEAR)
    ]
    assert [ids(each) for each in on_the_day if each["is_moved"]] == [["ST-15"]]
    assert "the roll-up moves because of another rule" in words(page)


def test_list_is_cut_into_pages_and_counts_stay_whole(desk, golden, monkeypatch):
    whole = desk.get(f"{PAGE}?days=60").context
    lines = [each["on"] for part in whole["parts"] for each in part[3]]
    monkeypatch.setattr(lookahead, "LINES_PER_PAGE", 2)
    first = desk.get(f"{PAGE}?days=60")
    assert first.context["parts"][0][1:3] == whole["parts"][0][1:3]
    pages = range(1, first.context["lines"].paginator.num_pages + 1)
    read = [desk.get(f"{PAGE}?days=60&page={number}").context["parts"] for number in pages]
    assert [each["on"] for parts in read for part in parts for each in part[3]] == lines
    assert f"2 / {len(lines)}" in words(first)


def test_what_is_wrong_is_said(desk, golden):
    page = desk.get(f"{PAGE}?days=45")
    assert "Choose 30, 60 or 90 days." in words(page)
    page = desk.get(f"{PAGE}?division=310101")
    assert "You cannot simulate there." in words(page)


def test_export_has_the_days_as_days(desk, golden):
    page = desk.get(f"{PAGE}?days=60&export=xlsx")
    book = load_workbook(io.BytesIO(b"".join(page.streaming_content)))
    assert book.sheetnames == [
        "About",
        "What will break",
        "What will get better",
        "What else will change",
        "Begins anew with the year",
    ]
    lines = list(book["What will break"].iter_rows(min_row=2, values_only=True))
    council = next(line for line in lines if (line[4], line[1]) == ("ST-15", "C02"))
    assert council[0].date() == NEW_YEAR
    assert (council[7], council[8]) == ("met", "not met")


def test_nothing_is_written_by_the_page_or_the_workbook(desk, golden):
    desk.get(PAGE)
    before = rows()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        for query in ("days=90", "days=90&export=xlsx"):
            assert desk.get(f"{PAGE}?{query}").status_code == 200
    assert rows() == before


def test_municipal_viewer_sees_districts_and_no_center(client_as, golden, shanghai):
    client = client_as("municipal_viewer", shanghai)
    for query in ("days=60", "days=60&export=xlsx"):
        page = client.get(f"{PAGE}?{query}")
        assert [name for name, *_rest in page.context["districts"]] == ["海棠区"]
        assert "/admin/centers/" not in page.content.decode()
        assert golden["C02"].name not in page.content.decode()


def test_too_many_centers_are_refused(desk, golden, monkeypatch):
    monkeypatch.setattr(findings, "LIVE_LIMIT", 3)
    assert "More than 3 centers" in words(desk.get(PAGE))


def test_a_district_where_nothing_breaks_says_so(desk, pack, wutong):
    assert "There is no center here yet" in words(desk.get(PAGE))
    CenterFactory(division=wutong)
    assert "Nothing breaks by a date that is known today." in words(desk.get(PAGE))
