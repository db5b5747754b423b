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
    _title, _note, _number, lines = page.context["parts"][0]
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
    assert [(days, is_shown) for days, _count, is_shown in tabs] == [
        (30, False),
        (60, True),
        (90, False),
    ]
    assert tabs[1][1] == page.context["parts"][0][2]


def test_thirty_days_are_shown_where_none_are_asked_for(desk, golden):
    assert desk.get(PAGE).context["days"] == 30


def test_rules_that_turn_alike_are_told_once(desk, golden):
    """The turn of the year leaves no function of the new year filed."""
    page = desk.get(f"{PAGE}?days=60")
    _title, _note, number, lines = page.context["parts"][0]
    assert number == sum(len(line["rules"]) for line in lines)
    assert len({(line["place"].code, line["on"], *ids(line)) for line in lines}) == len(lines)


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
