"""Why a rule says what it says."""

from datetime import date

import pytest

from evaluation.services import waivers
from organizations.services import work_records
from tests.factories.organizations import AT, WorkRecordFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
DAY = "2025-12-31"


def url(rule, code="C05"):
    return f"/desk/centers/{code}/findings/{rule}/"


def text(client, rule, code="C05", as_of=DAY):
    return words(in_english(client).get(url(rule, code), {"as_of": as_of}))


def test_page_gives_clause_quote_class_reason_and_figures(diane_client, c05):
    page = text(diane_client, "ST-08")
    assert "场所面积不宜少于 30 平方米 Clause 三(二)-4 · ST-08 · general rule" in page
    assert "33.00 m² counted, at least 30.00 m² asked." in page
    assert "Measured 33.00 m² Required at least 30.00 m²" in page


def test_page_gives_the_smallest_change(diane_client, c05):
    page = text(diane_client, "ST-09")
    assert "There is no signage." in page
    assert "The smallest change that would meet it Put up signage and file it." in page


def test_page_lists_rows_that_count_and_rows_that_do_not_with_the_reason(client_for, golden, alice):
    page = text(client_for(alice), "ST-04", "C03")
    counted, uncounted = page.split("Rows that count")[1].split("Rows that do not count")
    assert "1 full-time staff counted, 2 required." in page
    assert counted.count("Staff") == 1
    assert "Why it does not count" in uncounted
    assert "director" in uncounted


def test_page_names_the_people_of_the_rows(diane_client, c05):
    director = c05.persons.get(code="P0501")
    assert director.name in text(diane_client, "ST-02")


def test_page_shows_a_waiver(client_for, golden, alice, leader, at):
    waiver = waivers.request(
        basis="理事会决议",
        center=golden["C04"],
        rule="ST-03",
        reason="理事长担任法定代表人",
        ends_on=at.date().replace(year=2030),
        by=alice,
        at=at,
    )
    waivers.approve(waiver=waiver, by=leader, at=at)
    page = text(client_for(alice), "ST-03", "C04")
    assert "The bureau approved an exception until 2030-03-02." in page
    assert "理事长担任法定代表人" in page


def test_page_answers_for_the_date_asked(client_for, golden, alice):
    client = client_for(alice)
    assert "vacant since 2025-10-16" in text(client, "ST-02", "C08")
    assert "A full-time director is in post." in text(client, "ST-02", "C08", "2025-10-15")


def test_unreadable_date_is_said(diane_client, c05):
    assert "“2025-13-01” cannot be shown" in text(diane_client, "ST-08", as_of="2025-13-01")


@pytest.mark.parametrize("day", ["1999-12-31", "2999-01-01"])
def test_a_day_nothing_is_judged_as_of_is_said(diane_client, c05, day):
    page = text(diane_client, "ST-08", as_of=day)
    assert f"“{day}” cannot be shown: This is not a day. Choose one from 2000-01-01 to" in page
    assert "Today is shown instead." in page


def test_rule_that_does_not_exist_is_not_found(diane_client, c05):
    assert diane_client.get(url("ST-99")).status_code == 404


def test_page_asks_for_a_login(client, db):
    assert client.get(url("ST-08")).url == f"/accounts/login/?next={url('ST-08')}"


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("diane", 200), ("bob", 404), ("charlie", 404)]
)
def test_page_is_open_to_whom_sees_the_compliance(request, c05, who, status):
    assert request.getfixturevalue(f"{who}_client").get(url("ST-08")).status_code == status


def test_page_lists_the_work_records_that_count_and_those_that_do_not(diane_client, diane, c05):
    counted, wrong = (
        WorkRecordFactory(
            center=c05, function="FN-13", happened_on=date(2025, 3, day), title=f"能力培训第{day}期"
        )
        for day in (1, 2)
    )
    work_records.void(record=wrong, reason="与第1期重复", by=diane, at=AT)
    page = text(diane_client, "FN-13")
    above, below = page.split("Rows that count")[1].split("Rows that do not count")
    assert f"Work records No. {counted.pk} 2025-03-01 · 能力培训第1期" in above
    assert f"Work records No. {wrong.pk} 2025-03-02 · 能力培训第2期 voided on 2026-03-01" in below
    assert "与第1期重复" in below
