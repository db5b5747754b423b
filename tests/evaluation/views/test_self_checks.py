"""The self-check: what the unsaved form would change, and that it stores nothing."""

import pytest
from django.apps import apps

from centers.services import filings
from tests.flows.pages import in_english, typed, words

pytestmark = pytest.mark.django_db
YES = {"rows-0-has_signage": "true"}


def url(section):
    return f"/desk/filings/{section.filing_id}/{section.kind}/self-check/"


def everything():
    """Model → number of rows."""
    models = [m for m in apps.get_models() if m._meta.managed and not m._meta.proxy]
    return {
        m._meta.label: m._default_manager.count() for m in models if m._meta.label != "sessions"
    }


def check(client, section, **cells):
    return words(in_english(client).post(url(section), typed(section, **cells)))


def test_unchanged_form_changes_nothing(diane_client, section):
    page = check(diane_client, section)
    assert "Overall result unchanged: not compliant" in page
    assert "Signage not met There is no signage. Put up signage and file it." in page
    assert "would change" not in page


def test_changed_cell_says_which_rule_it_would_change(diane_client, section):
    page = check(diane_client, section, **YES)
    assert "Signage met would change from “not met” to “met” There is signage." in page
    assert "Facilities and equipment met The premises are equipped." in page
    assert "Full-time director" not in page


def test_rollup_is_shown_before_and_after(diane_client, diane, center, pack, at):
    filing = filings.open_change(center=center, by=diane, at=at)
    first = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    page = check(diane_client, first, is_none="on")
    assert "Overall result: data incomplete → would become not compliant" in page
    assert "Floor area not met would change from “no data” to “not met”" in page


def test_unknown_cell_becomes_no_data_not_a_failure(diane_client, section):
    page = check(diane_client, section, **{"rows-0-has_signage": "unknown"})
    assert "Signage no data would change from “not met” to “no data”" in page


def test_cell_that_cannot_be_read_is_unknown_and_the_rest_is_judged(diane_client, section):
    page = check(diane_client, section, **{**YES, "rows-0-exclusive_area_m2": "三十"})
    assert "Judged without what cannot be read yet: Row 1 · Exclusive area (m²): “三十”" in page
    assert "Signage met would change from “not met” to “met”" in page
    assert "Floor area no data would change from “met” to “no data”" in page


def test_row_whose_dates_cannot_be_read_is_left_out_as_a_whole(diane_client, section):
    page = check(diane_client, section, **{**YES, "rows-0-ends_on": "2026.13.1"})
    assert "Row 1 (whole row) · To: “2026.13.1” cannot be read" in page
    assert "Nothing is filled in and nothing is ticked" in page
    assert "Overall result unchanged: not compliant" in page


def test_row_just_begun_does_not_hide_the_others(diane_client, section, diane, at):
    staff = filings.add_section(filing=section.filing, kind="staff", by=diane, at=at)
    count = staff.based_on.center.persons.count()
    page = check(diane_client, staff, **{f"rows-{count}-person_name": "赵小雨"})
    assert f"Row {count + 1} (whole row) · Post: This field is required." in page
    assert "Full-time director met" in page


def test_figure_and_requirement_are_shown_with_the_clause(diane_client, section):
    page = check(diane_client, section)
    assert "Measured: 33.00 m² · Required: at least 30.00 m² 三(二)-4" in page
    assert "Put up signage and file it. Required: in place 三(二)-5" in page


def test_other_sections_of_the_filing_count_as_saved(diane_client, section, diane, at):
    mended = typed(section, **YES)
    diane_client.post(f"/desk/filings/{section.filing_id}/premises/", mended)
    accounts = filings.add_section(filing=section.filing, kind="accounts", by=diane, at=at)
    filings.add_section(filing=section.filing, kind="functions", by=diane, at=at)
    page = check(diane_client, accounts)
    assert "Counted as if accepted too, as saved last: premises, functions Overall result" in page
    assert "Signage met would change from “not met” to “met”" in page


def test_section_nobody_filled_in_counts_for_nothing(diane_client, diane, center, pack, at):
    filing = filings.open_change(center=center, by=diane, at=at)
    premises = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    page = check(diane_client, premises, is_none="on")
    assert "Counted as if accepted" not in page
    assert "Independent bank account" not in page


def test_new_person_counts_as_somebody(diane_client, section, diane, at):
    staff = filings.add_section(filing=section.filing, kind="staff", by=diane, at=at)
    count = staff.based_on.center.persons.count()
    new = {
        f"rows-{count}-person_name": "赵小雨",
        f"rows-{count}-post": "staff",
        f"rows-{count}-employment_type": "seconded_community_worker",
        f"rows-{count}-is_full_time": "true",
    }
    page = check(diane_client, staff, **new)
    assert "Community worker assigned adopted would change from “not adopted”" in page


def test_functions_touch_the_rules_of_the_functions(diane_client, section, diane, at):
    functions = filings.add_section(filing=section.filing, kind="functions", by=diane, at=at)
    page = check(diane_client, functions)
    assert "Registration consultations" in page
    assert "Floor area" not in page


def test_self_check_stores_nothing(diane_client, section):
    before = everything()
    check(diane_client, section, **YES)
    assert everything() == before
    section.refresh_from_db()
    assert section.version == 1


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404), ("charlie", 404)])
def test_self_check_is_for_people_of_the_center(request, section, who, status):
    client = request.getfixturevalue(f"{who}_client")
    assert client.post(url(section), typed(section)).status_code == status


def test_self_check_refuses_get(diane_client, section):
    assert diane_client.get(url(section)).status_code == 405


@pytest.mark.parametrize("item_count", [1, 3])
def test_self_check_query_count(item_count, diane_client, section, django_assert_num_queries):
    data = typed(section, **{"rows-TOTAL_FORMS": 4})
    data |= {f"rows-{n}-address": f"路{n}号" for n in range(1, item_count)}
    with django_assert_num_queries(29):
        diane_client.post(url(section), data)
