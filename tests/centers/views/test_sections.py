"""Filling in a section: saved as typed, refused with what was typed, never overwritten silently."""

import re
from decimal import Decimal

import pytest

from centers import selectors
from centers.models import Person, PremisesRow, Section
from centers.services import filings
from tests.factories.centers import hand_in
from tests.flows.pages import in_english, typed, words

pytestmark = pytest.mark.django_db


def url(section):
    return f"/desk/filings/{section.filing_id}/{section.kind}/"


def added(filing, kind, by, at):
    return filings.add_section(filing=filing, kind=kind, by=by, at=at)


def rows(section):
    return selectors.content(selectors.rows_of(section), section.kind)


# --- the page -------------------------------------------------------------------------------------


def test_page_is_filled_with_what_was_accepted_last(diane_client, section):
    page = in_english(diane_client).get(url(section))
    assert 'name="rows-0-shared_area_m2" value="60.00"' in page.content.decode()
    assert "Exclusive area (m²) 三(二)-4" in words(page)
    assert "Used by the center alone, in m²." in words(page)


def test_page_shows_the_bureaus_column_as_text(diane_client, section):
    page = in_english(diane_client).get(url(section))
    judged = "Meets the needs of the work Clause 三(二)-2 (opens in a new tab) satisfies"
    assert judged in words(page)
    assert 'name="rows-0-adequacy"' not in page.content.decode()


def test_page_asks_yes_no_and_unknown(diane_client, section):
    page = in_english(diane_client).get(url(section)).content.decode()
    select = page.split('name="rows-0-has_signage"')[1].split("</select>")[0]
    assert [part.split('"')[0] for part in select.split('value="')[1:]] == [
        "unknown",
        "true",
        "false",
    ]
    assert 'value="false" selected' in select


def test_page_leaves_a_place_for_the_self_check(diane_client, section):
    page = diane_client.get(url(section)).content.decode()
    assert f'hx-post="{url(section)}self-check/"' in page
    assert "htmx-2.min.js" in page


def test_page_has_no_inline_script_or_style(diane_client, section):
    response = diane_client.get(url(section))
    page = response.content.decode()
    assert "<script>" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert "script-src 'self';" in response["Content-Security-Policy"] + ";"


def test_page_shows_the_comment_of_the_return_on_top(
    diane_client, filing, section, diane, alice, at
):
    hand_in(filing, by=diane, at=at)
    section.refresh_from_db()
    filings.return_section(
        section=section, version=section.version, comment="标识照片不清晰", by=alice, at=at
    )
    page = words(in_english(diane_client).get(url(section)))
    assert "What the district bureau asks to correct 标识照片不清晰" in page
    assert page.index("标识照片不清晰") < page.index("Row 1")


def test_submitted_section_is_read_only_and_says_who_unlocks_it(
    diane_client, filing, section, diane, at
):
    hand_in(filing, by=diane, at=at)
    page = in_english(diane_client).get(url(section))
    assert "Locked: only the district bureau can accept it or send it back." in words(page)
    assert '<fieldset class="bare" disabled>' in page.content.decode()
    assert "hx-post" not in page.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 404), ("diane", 200), ("emil", 200), ("bob", 404), ("charlie", 404)],
)
def test_page_is_open_to_whom_sees_the_center(request, section, who, status):
    assert request.getfixturevalue(f"{who}_client").get(url(section)).status_code == status


def test_page_asks_for_a_login(client, section):
    assert client.get(url(section)).url == f"/accounts/login/?next={url(section)}"


def test_bureau_does_not_read_a_draft(alice_client, section):
    assert alice_client.get(url(section)).status_code == 404


def test_kind_not_in_the_filing_is_not_found(diane_client, filing):
    assert diane_client.get(f"/desk/filings/{filing.pk}/staff/").status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_page_query_count(item_count, diane_client, section, django_assert_num_queries):
    for position in range(2, item_count + 1):
        PremisesRow.objects.create(section=section, position=position, address=f"路{position}号")
    with django_assert_num_queries(15):
        diane_client.get(url(section))


@pytest.mark.parametrize("item_count", [1, 3])
def test_staff_page_query_count(
    item_count, diane_client, filing, diane, at, django_assert_num_queries
):
    staff = added(filing, "staff", diane, at)
    people = list(Person.objects.filter(center=filing.center)[:item_count])
    filings.save_section(
        section=staff,
        version=staff.version,
        rows=[{"person": person, "post": "staff"} for person in people],
        by=diane,
        at=at,
    )
    with django_assert_num_queries(15):
        diane_client.get(url(staff))


# --- saving ---------------------------------------------------------------------------------------


def test_save_stores_the_rows_and_returns_to_the_filing(diane_client, section):
    before = rows(section)[0]
    data = typed(section, **{"rows-0-has_signage": "true", "rows-0-exclusive_area_m2": "18.5"})
    response = in_english(diane_client).post(url(section), data, follow=True)
    assert "Saved. Nothing is submitted yet." in words(response)
    after = rows(section)[0]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"has_signage", "exclusive_area_m2", "adequacy"}
    assert (after["has_signage"], after["exclusive_area_m2"]) == (True, Decimal("18.50"))


def test_save_keeps_the_bureaus_judgment_of_an_unchanged_place(diane_client, section):
    diane_client.post(url(section), typed(section, **{"rows-0-has_signage": "true"}))
    assert rows(section)[0]["adequacy"] == "satisfies"


def test_save_adds_a_person_typed_by_name(diane_client, filing, diane, at):
    staff = added(filing, "staff", diane, at)
    count = len(rows(staff))
    new = {
        f"rows-{count}-person_name": "赵小雨",
        f"rows-{count}-post": "staff",
        f"rows-{count}-is_full_time": "true",
    }
    diane_client.post(url(staff), typed(staff, **new))
    added_row = selectors.rows_of(staff)[count]
    assert (added_row.person.name, added_row.is_full_time) == ("赵小雨", True)
    assert added_row.person.center_id == staff.center_id


def test_save_of_none_needs_the_explicit_word(diane_client, filing, diane, at):
    accounts = added(filing, "accounts", diane, at)
    gone = typed(accounts, **{"rows-0-DELETE": "on"})
    refused = in_english(diane_client).post(url(accounts), gone)
    assert "Nothing is filled in. Fill in a row, or tick here if there is none." in words(refused)
    assert len(rows(accounts)) == 1
    diane_client.post(url(accounts), {**gone, "is_none": "on"})
    assert rows(accounts) == []


def test_wrong_cell_is_marked_and_nothing_is_stored(diane_client, section):
    before = rows(section)
    data = typed(section, **{"rows-0-exclusive_area_m2": "三十", "rows-0-note": "改"})
    page = in_english(diane_client).post(url(section), data)
    assert "“三十” cannot be read: This is not an area" in words(page)
    assert 'value="三十"' in page.content.decode()
    assert 'value="改"' in page.content.decode()
    assert rows(section) == before


def test_conflict_keeps_what_was_typed_and_shows_what_is_stored(diane_client, emil_client, section):
    mine = typed(section, **{"rows-0-note": "我的改动"})
    emil_client.post(url(section), typed(section, **{"rows-0-note": "同事的改动"}))
    page = in_english(diane_client).post(url(section), mine)
    text = page.content.decode()
    assert "Nothing was saved: somebody else changed this meanwhile." in words(page)
    assert 'value="我的改动"' in text
    assert 'value="同事的改动"' in text.split('id="section-form"')[0]
    assert rows(section)[0]["note"] == "同事的改动"


def test_saving_again_after_a_conflict_replaces_what_is_stored(diane_client, emil_client, section):
    mine = typed(section, **{"rows-0-note": "我的改动"})
    emil_client.post(url(section), typed(section, **{"rows-0-note": "同事的改动"}))
    page = diane_client.post(url(section), mine).content.decode()
    version = Section.objects.get(pk=section.pk).version
    assert f'<input type="hidden" name="version" value="{version}">' in page
    diane_client.post(url(section), {**mine, "version": version})
    assert rows(section)[0]["note"] == "我的改动"


def test_a_wrong_cell_does_not_lift_the_guard_against_overwriting(
    diane_client, emil_client, section
):
    wrong = typed(section, **{"rows-0-exclusive_area_m2": "三十"})
    emil_client.post(url(section), typed(section, **{"rows-0-note": "同事的改动"}))
    page = diane_client.post(url(section), wrong).content.decode()
    assert f'<input type="hidden" name="version" value="{wrong["version"]}">' in page


def test_saving_a_section_submitted_meanwhile_keeps_what_was_typed(
    diane_client, filing, section, diane, at
):
    mine = typed(section, **{"rows-0-note": "我的改动"})
    hand_in(filing, by=diane, at=at)
    page = in_english(diane_client).post(url(section), mine)
    assert "This section is “submitted” and cannot be edited." in words(page)
    assert 'value="我的改动"' in page.content.decode()


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404), ("charlie", 404)])
def test_only_people_of_the_center_save(request, section, who, status):
    client = request.getfixturevalue(f"{who}_client")
    data = typed(section, **{"rows-0-note": "他人"})
    assert client.post(url(section), data).status_code == status
    assert rows(section)[0]["note"] == ""


# --- functions ------------------------------------------------------------------------------------


def test_functions_page_shows_the_chosen_year(diane_client, filing, diane, at):
    functions = added(filing, "functions", diane, at)
    page = in_english(diane_client).get(url(functions), {"year": "2025"}).content.decode()
    assert 'name="FN-11" value="11"' in page
    other = in_english(diane_client).get(url(functions), {"year": "2024"}).content.decode()
    assert 'name="FN-11" value=' not in other


def test_functions_are_saved_by_year(diane_client, filing, diane, at):
    functions = added(filing, "functions", diane, at)
    diane_client.post(url(functions), {"version": 1, "fiscal_year": "2026", "FN-33": "0"})
    stored = {(row["fiscal_year"], row["function"]): row["count"] for row in rows(functions)}
    assert stored[2026, "FN-33"] == 0
    assert (2026, "FN-34") not in stored
    assert stored[2025, "FN-11"] == 11


@pytest.mark.parametrize(("row_count", "open_count"), [(1, 2), (2, 3), (5, 1)])
def test_few_rows_stand_open_and_of_many_each_is_a_line(
    row_count, open_count, diane_client, diane, filing, at
):
    """The row that stands ready for a new one is always open."""
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    rows = [{"holder": f"户名{n}", "bank": "农业银行"} for n in range(row_count)]
    filings.save_section(section=section, version=section.version, rows=rows, by=diane, at=at)
    page = diane_client.get(f"/desk/filings/{filing.pk}/accounts/").content.decode()
    shown = page.partition("<template")[0]
    assert shown.count('<details class="row card"') == row_count + 1
    assert len(re.findall(r'<details class="row card"[^>]* open', shown)) == open_count
    assert '<span class="row-said">户名0 · 农业银行</span>' in shown


def test_what_a_field_means_stands_once_however_many_rows(diane_client, diane, filing, at):
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    rows = [{"holder": f"户名{n}"} for n in range(3)]
    filings.save_section(section=section, version=section.version, rows=rows, by=diane, at=at)
    page = diane_client.get(f"/desk/filings/{filing.pk}/accounts/").content.decode()
    assert page.count('id="about-holder"') == 1
    assert page.count('popovertarget="about-holder" aria-label') >= 4
