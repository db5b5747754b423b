"""What looks odd is told while one types, on the filing's page, and to the bureau."""

import pytest

from centers import selectors
from centers.models import Filing, PremisesRow
from centers.services import filings
from tests.factories.centers import hand_in
from tests.flows.pages import in_english, typed, words

pytestmark = pytest.mark.django_db
ODD = {"rows-0-exclusive_area_m2": "2500"}
AREA = "2500.00 m² is more than centers have. Is it the whole building?"


def url(section):
    return f"/desk/filings/{section.filing_id}/{section.kind}/"


def told(client, section, *cautioned, **cells):
    data = typed(section, **cells) | {"cautioned": list(cautioned)}
    return in_english(client).post(f"{url(section)}warnings/", data)


def test_odd_cell_is_listed_and_told_at_its_field(diane_client, section):
    page = told(diane_client, section, **ODD)
    assert f"Row 1 · Exclusive area (m²): {AREA}" in words(page)
    mark = '<div class="caution-place" id="id_rows-0-exclusive_area_m2_caution" hx-swap-oob="true">'
    assert mark in page.content.decode()
    assert f"warning {AREA}" in words(page)
    assert "Say why in the row's note." in words(page)


def test_field_has_the_place_where_the_fragment_tells(diane_client, section):
    page = diane_client.get(url(section)).content.decode()
    assert '<div class="caution-place" id="id_rows-0-exclusive_area_m2_caution"></div>' in page
    assert 'aria-describedby="id_rows-0-exclusive_area_m2_helptext' in page
    assert "id_rows-0-exclusive_area_m2_caution" in page.split("aria-describedby=")[2]
    assert f'hx-post="{url(section)}warnings/"' in page


def test_mark_goes_when_its_cause_does(diane_client, section):
    page = told(diane_client, section, "id_rows-0-exclusive_area_m2_caution").content.decode()
    gone = 'id="id_rows-0-exclusive_area_m2_caution" hx-swap-oob="true"></div>'
    assert gone in page


def test_place_that_is_posted_back_is_no_markup(diane_client, section):
    page = told(diane_client, section, '"><script>').content.decode()
    assert "<script>" not in page


def test_change_against_what_was_accepted_is_told(diane_client, section):
    page = words(told(diane_client, section, **{"rows-0-exclusive_area_m2": "5"}))
    assert "It was 18.00 m² when it was accepted last." in page


def test_wrong_cell_is_an_error_and_no_warning(diane_client, section):
    page = words(told(diane_client, section, **{"rows-0-exclusive_area_m2": "三十"}))
    assert "Exclusive area (m²)" not in page


def test_nothing_is_told_while_nothing_is_said(diane_client, filing, diane, at):
    empty = {"version": 1, "rows-TOTAL_FORMS": 0, "rows-INITIAL_FORMS": 0}
    accounts = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    page = in_english(diane_client).post(f"{url(accounts)}warnings/", empty)
    assert words(page) == ""
    page = in_english(diane_client).post(f"{url(accounts)}warnings/", {**empty, "is_none": "on"})
    assert "The whole section: No account is open today." in words(page)


def test_account_is_compared_with_the_name_typed_in_the_same_filing(
    diane_client, filing, diane, at
):
    profile = filings.add_section(filing=filing, kind="profile", by=diane, at=at)
    diane_client.post(url(profile), typed(profile, **{"rows-0-name": "新名称服务中心"}))
    accounts = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    assert "Differs from the registered name “新名称服务中心”." in words(
        told(diane_client, accounts)
    )


def test_figures_are_compared_with_last_years(diane_client, filing, diane, at):
    functions = filings.add_section(filing=filing, kind="functions", by=diane, at=at)
    data = {"version": 1, "fiscal_year": "2026", "FN-11": "999"}
    page = in_english(diane_client).post(f"{url(functions)}warnings/", data)
    assert "Registration consultations (2026): Last year it was 11." in words(page)
    assert 'id="id_FN-11_caution" hx-swap-oob="true"' in page.content.decode()
    assert "21 figures of 2026 are blank" in words(page)


def test_wrong_figure_leaves_the_others_compared(diane_client, filing, diane, at):
    functions = filings.add_section(filing=filing, kind="functions", by=diane, at=at)
    data = {"version": 1, "fiscal_year": "2026", "FN-11": "999", "FN-12": "几个"}
    page = words(in_english(diane_client).post(f"{url(functions)}warnings/", data))
    assert "Last year it was 11." in page
    assert "blank" not in page
    assert "Say why in the row's note." not in page


def test_new_row_of_an_unknown_person_is_read(diane_client, filing, diane, at):
    staff = filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    count = len(selectors.rows_of(staff))
    new = {
        f"rows-{count}-person_name": "赵小雨",
        f"rows-{count}-post": "staff",
        f"rows-{count}-employment_type": "volunteer",
        f"rows-{count}-is_full_time": "true",
    }
    page = words(told(diane_client, staff, **new))
    assert f"Row {count + 1} · Full-time: Full-time contradicts the form of employment." in page


def test_warning_stops_no_saving_and_no_handing_over(diane_client, section, diane, at):
    diane_client.post(url(section), typed(section, **ODD))
    assert PremisesRow.objects.get(section=section).exclusive_area_m2 == 2500
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)


def test_fragment_stores_nothing(diane_client, section):
    told(diane_client, section, **ODD)
    section.refresh_from_db()
    assert section.version == 1
    assert PremisesRow.objects.get(section=section).exclusive_area_m2 != 2500


def test_fragment_in_chinese(diane_client, section):
    page = diane_client.post(f"{url(section)}warnings/", typed(section, **ODD))
    assert "第 1 行 · 自用面积（平方米）" in words(page)
    assert "明显偏大，是否填了整幢楼的面积？" in words(page)


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404), ("charlie", 404)])
def test_fragment_is_for_people_of_the_center(request, section, who, status):
    client = request.getfixturevalue(f"{who}_client")
    assert client.post(f"{url(section)}warnings/", typed(section)).status_code == status


@pytest.mark.parametrize("item_count", [1, 3])
def test_fragment_query_count(item_count, diane_client, section, django_assert_num_queries):
    data = typed(section, **{"rows-TOTAL_FORMS": 4})
    data |= {f"rows-{n}-address": f"路{n}号" for n in range(1, item_count)}
    with django_assert_num_queries(18):
        diane_client.post(f"{url(section)}warnings/", data)


# --- the filing's page and the bureau's


def test_filing_page_counts_and_lists_before_handing_over(diane_client, section):
    diane_client.post(url(section), typed(section, **ODD))
    page = words(in_english(diane_client).get(f"/desk/filings/{section.filing_id}/"))
    assert f"Row 1 · Exclusive area (m²): {AREA}" in page
    assert "2 warnings" in page
    assert page.index("2 warnings") < page.index(AREA) < page.index("Hand over to the director")


def test_bureau_reads_no_warning_of_a_draft_on_the_desk(diane_client, alice_client, section):
    diane_client.post(url(section), typed(section, **ODD))
    page = words(in_english(alice_client).get(f"/desk/filings/{section.filing_id}/"))
    assert AREA not in page


def test_review_page_shows_them_until_the_section_is_accepted(
    diane_client, alice_client, section, diane, alice, at
):
    diane_client.post(url(section), typed(section, **ODD))
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)
    review = f"/admin/centers/filing/{section.filing_id}/change/"
    assert f"Exclusive area (m²): {AREA}" in words(in_english(alice_client).get(review))
    section.refresh_from_db()
    filings.accept_section(section=section, version=section.version, by=alice, at=at)
    assert AREA not in words(alice_client.get(review))
