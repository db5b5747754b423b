"""Reporting rounds on the bureau's desk: opened, watched, extended, cancelled, exported."""

import io
from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now
from openpyxl import load_workbook

from centers.models import Extension, Obligation, Round
from centers.selectors import periods
from centers.services import filings
from portal.audit.models import AuditEvent
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    ObligationFactory,
    RoundFactory,
    hand_in,
)
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/centers/round/"
ADD = f"{LIST}add/"


def around(**changes):
    """Dates of a round that is open today."""
    today = localdate()
    return {
        "opens_on": today - timedelta(5),
        "due_on": today + timedelta(5),
        "locks_on": today + timedelta(15),
        **changes,
    }


@pytest.fixture
def asked(haitang):
    return RoundFactory(division=haitang, title="2025年度报告", **around())


@pytest.fixture
def owe(wutong):
    """(round) → one more center's obligation."""

    def make(asked, **of_center):
        center = CenterFactory(division=wutong, **of_center)
        return ObligationFactory(round=asked, center=center)

    return make


@pytest.fixture
def filed(asked, center, diane, pack):
    """The center of 梧桐路街道 filed its premises as none."""
    owed = ObligationFactory(round=asked, center=center)
    filing = filings.open_for(obligation=owed, by=diane, at=now())
    section = filing.sections.get()
    filings.save_section(section=section, version=1, rows=[], by=diane, at=now())
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=now())
    return owed


def typed(center=None, **changes):
    """What the form sends."""
    today = localdate()
    return {
        "kind": "quarterly",
        "title": "第一季度报告",
        "period_from_on": "2026-01-01",
        "period_to_on": "2026-03-31",
        "opens_on": today,
        "due_on": today + timedelta(20),
        "locks_on": today + timedelta(30),
        "section_kinds": ["premises"],
        "who": "some" if center else "all",
        "centers": [center.pk] if center else [],
        "reminder_days": "-5, 0；5",
        **changes,
    }


# --- the list


def test_list_counts_what_came_in_and_names_its_denominator(desk, filed, asked, owe):
    owe(asked)
    page = words(desk.get(LIST))
    assert "received ÷ expected" in page.lower()
    assert "2025年度报告" in page
    assert "50.0%" in page
    (shown,) = desk.get(LIST).context["cl"].result_list
    assert (shown.tally.expected, shown.tally.received, shown.tally.on_time) == (2, 1, 1)


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, haitang, owe, django_assert_num_queries):
    for _ in range(item_count):
        owe(RoundFactory(division=haitang))
    with django_assert_num_queries(7):
        desk.get(LIST)


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        ("running", {}),
        ("upcoming", {"opens_on": localdate() + timedelta(1)}),
        ("due", {"due_on": localdate() - timedelta(1)}),
    ],
)
def test_list_is_filtered_by_where_a_round_stands(desk, haitang, state, changes):
    RoundFactory(division=haitang, title="甲", **around(**changes))
    for asked_for in ("running", "upcoming", "due", "cancelled"):
        shown = desk.get(f"{LIST}?state={asked_for}").context["cl"].result_list
        assert bool(shown) == (asked_for == state)


def test_another_district_sees_nothing(bob_client, asked):
    assert "2025年度报告" not in words(bob_client.get(LIST))
    assert bob_client.get(f"{LIST}{asked.pk}/change/").status_code == 404


# --- opening


def test_form_suggests_the_period_that_ended_and_the_usual_sections(desk, haitang):
    form = desk.get(f"{ADD}?kind=quarterly").context["form"]
    dates = periods.suggested("quarterly", localdate())
    assert form["period_to_on"].value() == dates.period_to_on
    assert form["section_kinds"].value() == ["funding", "functions"]
    assert form["title"].value() == f"Quarterly report {dates.period_from_on.year} Q" + str(
        (dates.period_from_on.month + 2) // 3
    )


def test_a_round_is_opened_for_the_whole_district(desk, center, alice):
    response = desk.post(ADD, typed(), follow=True)
    opened = Round.objects.get()
    assert f"{LIST}{opened.pk}/change/" in response.redirect_chain[0][0]
    assert [owed.center for owed in opened.obligations.all()] == [center]
    assert (opened.opened_by, opened.reminder_days) == (alice, [-5, 0, 5])
    assert opened.section_kinds == ["premises"]
    assert not opened.needs_opinion


def test_a_round_due_in_a_year_without_working_days_says_so(desk, center):
    warning = "are not entered yet"
    known = {"due_on": date(2026, 12, 1), "locks_on": date(2026, 12, 31), "opens_on": "2026-06-01"}
    assert warning not in words(desk.post(ADD, typed(**known), follow=True))
    far = {"title": "远期", "due_on": date(2090, 3, 1), "locks_on": date(2090, 4, 1)}
    page = words(desk.post(ADD, typed(**far), follow=True))
    assert f"The working days of 2090 {warning}" in page


def test_a_round_is_opened_for_some_centers(desk, center, wutong):
    CenterFactory(division=wutong)
    desk.post(ADD, typed(center))
    assert Obligation.objects.get().center == center


@pytest.mark.parametrize(
    ("field", "changes", "told"),
    [
        ("period_to_on", {"period_to_on": "2025-12-31"}, "before the date above it"),
        ("due_on", {"due_on": "2020-01-01"}, "every center would be late"),
        ("locks_on", {"locks_on": "2020-01-01"}, "before the date above it"),
        ("section_kinds", {"section_kinds": []}, "This field is required."),
        ("title", {"title": " "}, "This field is required."),
        ("reminder_days", {"reminder_days": "-5, soon"}, "“soon”"),
        ("reminder_days", {"reminder_days": "61"}, "“61”"),
        ("centers", {"who": "some"}, "at least one center"),
        ("centers", {"who": "some", "centers": [0]}, "Select a valid choice"),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_typed_is_lost(
    desk, center, field, changes, told
):
    response = desk.post(ADD, typed(instructions="请核对", **changes))
    form = response.context["form"]
    assert form.errors[field]
    assert told in words(response)
    assert "请核对</textarea>" in response.content.decode()
    assert not Round.objects.exists()


def test_all_and_some_ticked_is_asked_again(desk, center, wutong):
    CenterFactory(division=wutong)
    response = desk.post(ADD, typed(center, who="all"))
    assert "You ticked some centers" in words(response)
    assert "checked" in response.content.decode().split(f'value="{center.pk}"')[1][:120]


def test_a_title_that_is_taken_is_told_beside_it(desk, center, haitang):
    RoundFactory(division=haitang, title="第一季度报告")
    response = desk.post(ADD, typed())
    assert "already has a round called" in " ".join(response.context["form"].errors["title"])


def test_centers_of_another_district_cannot_be_asked(desk, center, huangpu):
    stranger = CenterFactory(division=huangpu)
    response = desk.post(ADD, typed(stranger))
    assert response.context["form"].errors["centers"]
    assert not Round.objects.exists()


def test_the_next_period_is_filled_in_after_a_round(desk, haitang, center, wutong):
    CenterFactory(division=wutong)
    first = RoundFactory(
        division=haitang,
        kind="quarterly",
        period_from_on=date(2026, 4, 1),
        period_to_on=date(2026, 6, 30),
        opens_on=date(2026, 7, 1),
        due_on=date(2026, 7, 20),
        locks_on=date(2026, 7, 31),
        section_kinds=["funding"],
        reminder_days=[-3, 1],
        needs_opinion=True,
    )
    ObligationFactory(round=first, center=center)
    form = desk.get(f"{ADD}?like={first.pk}").context["form"]
    assert {name: form[name].value() for name in vars(periods.following(first))} == {
        "period_from_on": date(2026, 7, 1),
        "period_to_on": date(2026, 9, 30),
        "opens_on": date(2026, 10, 1),
        "due_on": date(2026, 10, 20),
        "locks_on": date(2026, 10, 31),
    }
    assert form["title"].value() == "Quarterly report 2026 Q3"
    assert (form["who"].value(), form["centers"].value()) == ("some", [center.pk])
    assert (form["reminder_days"].value(), form["section_kinds"].value()) == (
        "-3, 1",
        ["funding"],
    )


def test_only_who_manages_rounds_opens_one(reader_client, bob_client, asked):
    assert reader_client.get(ADD).status_code == 403
    assert reader_client.post(ADD, typed()).status_code == 403
    assert bob_client.get(f"{ADD}?like={asked.pk}").status_code == 404


# --- the round


def test_page_shows_each_center_its_state_and_whose_turn_it_is(desk, filed, asked, owe):
    late = owe(asked)
    page = words(desk.get(f"{LIST}{asked.pk}/change/"))
    assert "1 of 2 received" in page
    assert "with the bureau" in page
    assert "the bureau, by its decision" in page
    assert f"{late.center.code}" in page
    assert "the center's staff" in page
    assert "zero report" in page
    assert "not reported" in page


def test_page_is_filtered_by_state(desk, filed, asked, owe):
    other = owe(asked)
    page = words(desk.get(f"{LIST}{asked.pk}/change/?state=open"))
    assert other.center.name in page
    assert filed.center.name not in page
    assert filed.center.name in words(desk.get(f"{LIST}{asked.pk}/change/?state=nonsense"))


@pytest.mark.parametrize("item_count", [1, 3])
def test_page_query_count(item_count, desk, filed, asked, owe, django_assert_num_queries):
    for _ in range(item_count):
        ExtensionFactory(obligation=owe(asked))
    with django_assert_num_queries(11):
        desk.get(f"{LIST}{asked.pk}/change/")


def test_a_township_sees_its_own_centers_only(reader_client, golden, haitang, wutong, owe):
    asked = RoundFactory(division=haitang, **around())
    ObligationFactory(round=asked, center=golden["C05"])
    other = owe(asked)
    page = words(reader_client.get(f"{LIST}{asked.pk}/change/"))
    assert golden["C05"].name in page
    assert other.center.name not in page
    assert "0 of 1 received" in page
    assert "Cancel the round" not in page
    assert "extend" not in page


# --- more time


def extend(client, owed, **changes):
    due_on = localdate() + timedelta(10)
    data = {"due_on": due_on, "locks_on": due_on + timedelta(10), "reason": "主任换届", **changes}
    url = f"{LIST}{owed.round_id}/centers/{owed.pk}/extend/"
    return client.post(url, data, follow=True)


def test_a_center_gets_more_time_and_the_history_is_shown(desk, asked, owe):
    owed = owe(asked)
    page = words(extend(desk, owed))
    assert "The center has more time." in page
    assert "extended, was" in page
    form = words(desk.get(f"{LIST}{asked.pk}/centers/{owed.pk}/extend/"))
    assert "主任换届" in form
    assert "林经办" in form


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("due_on", {"due_on": "2020-01-01"}),
        ("due_on", {"locks_on": "2020-01-01"}),
        ("reason", {"reason": " "}),
    ],
)
def test_a_refused_extension_keeps_what_was_typed(desk, asked, owe, field, changes):
    response = extend(desk, owe(asked), **changes)
    assert response.context["form"].errors[field]
    assert not Extension.objects.exists()
    if field != "reason":
        assert "主任换届</textarea>" in response.content.decode()


def test_more_time_is_the_bureaus_to_give(reader_client, bob_client, golden, asked, wutong):
    owed = ObligationFactory(round=asked, center=golden["C05"])
    assert extend(reader_client, owed).status_code == 403
    assert extend(bob_client, owed).status_code == 404
    assert not Extension.objects.exists()


def test_an_obligation_of_another_round_is_not_there(desk, asked, haitang, owe):
    other = owe(RoundFactory(division=haitang))
    url = f"{LIST}{asked.pk}/centers/{other.pk}/extend/"
    assert desk.get(url).status_code == 404


# --- cancelling


def test_a_round_is_cancelled_with_a_reason(desk, asked, owe):
    owe(asked)
    url = f"{LIST}{asked.pk}/cancel/"
    assert desk.post(url, {"reason": " "}).context["form"].errors["reason"]
    page = words(desk.post(url, {"reason": "发错了"}, follow=True))
    assert "Cancelled: 发错了" in page
    assert "Cancel the round" not in page


def test_a_round_that_was_answered_is_not_cancelled(desk, filed, asked):
    assert "Cancel the round" not in words(desk.get(f"{LIST}{asked.pk}/change/"))
    response = desk.post(f"{LIST}{asked.pk}/cancel/", {"reason": "发错了"})
    assert "it can no longer be cancelled" in words(response)
    assert "发错了</textarea>" in response.content.decode()


# --- the workbook


def test_the_table_is_exported_and_formulas_stay_text(desk, filed, asked, owe, alice):
    owe(asked, name="=1+1", code="T999")
    response = desk.get(f"{LIST}{asked.pk}/export/")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert "next step by" in header
    assert rows[0][:2] == (filed.center.code, filed.center.name)
    assert "zero report" in rows[0]
    assert rows[1][:2] == ("T999", "=1+1")
    assert book.worksheets[0].cell(3, 2).data_type == "s"
    event = AuditEvent.objects.get(action="centers.round.export")
    assert (event.actor_id, event.changes["centers"]) == (alice.pk, [None, 2])
