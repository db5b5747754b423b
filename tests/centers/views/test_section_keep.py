"""What is typed is kept while it is typed, comes back as it was, and is never overwritten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from centers import selectors
from centers.models import Section, SectionDraft
from centers.services import drafts, filings
from tests.factories.centers import hand_in
from tests.flows.pages import in_english, typed, words

pytestmark = pytest.mark.django_db


def url(section, step=""):
    return f"/desk/filings/{section.filing_id}/{section.kind}/{step}"


def keep(client, section, user, **cells):
    data = typed(section, **cells) | {"typed_by": user.pk}
    return client.post(url(section, "keep/"), data)


def note(section):
    return selectors.rows_of(section)[0].note


@pytest.fixture
def emil(emil_client):
    """The staff member whose client ``emil_client`` is."""
    return SectionDraft._meta.get_field("user").related_model.objects.get(username="emil")


# --- keeping --------------------------------------------------------------------------------------


def test_keep_answers_when_and_stores_nothing_in_the_section(diane_client, diane, section):
    answer = keep(diane_client, section, diane, **{"rows-0-note": "打到一半"})
    assert answer.json() == {"kept": f"{timezone.localtime():%H:%M}", "news": ""}
    assert note(section) == ""
    draft = SectionDraft.objects.get(section=section, user=diane)
    assert draft.data["rows-0-note"] == ["打到一半"]
    assert not {"csrfmiddlewaretoken", "version", "typed_by"} & set(draft.data)


def test_keep_takes_what_no_save_would_take(diane_client, diane, section):
    cells = {"rows-0-exclusive_area_m2": "三十\0", "rows-0-starts_on": "明天", "is_none": "on"}
    assert keep(diane_client, section, diane, **cells).status_code == 200
    page = diane_client.get(url(section)).content.decode()
    assert 'name="rows-0-exclusive_area_m2" value="三十"' in page
    assert 'value="明天"' in page
    assert "has-error" not in page


def test_keep_tells_who_saved_meanwhile_and_keeps(
    diane_client, diane, emil_client, section
):
    mine = typed(section, **{"rows-0-note": "我的改动"}) | {"typed_by": diane.pk}
    emil_client.post(url(section), typed(section, **{"rows-0-note": "同事的改动"}))
    answer = in_english(diane_client).post(url(section, "keep/"), mine).json()
    assert answer["news"].startswith("李员工 saved this section at ")
    assert SectionDraft.objects.get(user=diane).data["rows-0-note"] == ["我的改动"]


def test_keep_tells_that_the_section_was_locked_and_keeps(
    diane_client, diane, filing, section, at
):
    mine = typed(section, **{"rows-0-note": "太晚"}) | {"typed_by": diane.pk}
    hand_in(filing, by=diane, at=at)
    answer = in_english(diane_client).post(url(section, "keep/"), mine).json()
    assert answer["news"] == (
        "The section was locked meanwhile. Your entries are kept, but not filed."
    )
    page = in_english(diane_client).get(url(section))
    assert "was not saved before the section was locked" in words(page)
    assert 'value="太晚"' in page.content.decode()


def test_keep_of_somebody_else_in_the_same_browser_is_not_theirs(diane_client, section, emil):
    assert keep(diane_client, section, emil).status_code == 401
    assert not SectionDraft.objects.exists()


def test_keep_without_the_pages_version_is_no_page_of_ours(diane_client, diane, section):
    assert diane_client.post(url(section, "keep/"), {"typed_by": diane.pk}).status_code == 400


def test_keep_of_a_section_taken_out_says_so(diane, section):
    gone = Section.objects.get(pk=section.pk)
    section.delete()
    with pytest.raises(drafts.Conflict):
        drafts.keep(section=gone, version=1, data={}, by=diane, at=timezone.now())


def test_typed_back_to_what_is_stored_leaves_nothing_to_keep(diane_client, diane, section):
    keep(diane_client, section, diane, **{"rows-0-note": "改"})
    keep(diane_client, section, diane, as_stored="1")
    assert not SectionDraft.objects.exists()


@pytest.mark.parametrize("item_count", [1, 3])
def test_keep_query_count(item_count, diane_client, diane, section, django_assert_num_queries):
    rows = {f"rows-{n}-address": f"路{n}号" for n in range(item_count)}
    keep(diane_client, section, diane, **rows)
    data = typed(section, **rows) | {"typed_by": diane.pk}
    with django_assert_num_queries(14):
        diane_client.post(url(section, "keep/"), data)


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404), ("charlie", 404)])
@pytest.mark.parametrize("step", ["keep/", "discard/"])
def test_only_people_of_the_center_keep_and_discard(request, section, who, status, step):
    client = request.getfixturevalue(f"{who}_client")
    assert client.post(url(section, step), typed(section)).status_code == status


# --- coming back ----------------------------------------------------------------------------------


def test_page_comes_back_as_it_was_typed(diane_client, diane, section):
    cells = {"rows-0-note": "打到一半", "rows-1-address": "新场所", "rows-TOTAL_FORMS": "2"}
    keep(diane_client, section, diane, **cells)
    page = in_english(diane_client).get(url(section))
    assert "Restored: what you typed by" in words(page)
    assert 'value="打到一半"' in page.content.decode()
    assert 'name="rows-1-address" value="新场所"' in page.content.decode()
    assert f'name="version" value="{section.version}"' in page.content.decode()


def test_what_one_types_is_not_on_the_others_page(diane_client, diane, emil_client, section):
    keep(diane_client, section, diane, **{"rows-0-note": "私下"})
    page = in_english(emil_client).get(url(section))
    assert "私下" not in page.content.decode()
    assert "王主任 is filling in this section too" in words(page)


def test_saving_what_came_back_leaves_nothing_unsaved(diane_client, diane, section):
    keep(diane_client, section, diane, **{"rows-0-note": "改"})
    diane_client.post(url(section), typed(section, **{"rows-0-note": "改"}))
    assert note(section) == "改"
    assert not SectionDraft.objects.exists()


def test_what_came_back_to_a_section_saved_by_another_is_beside_what_is_stored(
    diane_client, diane, emil_client, section
):
    keep(diane_client, section, diane, **{"rows-0-note": "我的改动"})
    emil_client.post(url(section), typed(section, **{"rows-0-note": "同事的改动"}))
    page = in_english(diane_client).get(url(section))
    assert "Not saved 李员工 saved this section at" in words(page)
    before, form = page.content.decode().split('id="section-form"')
    assert 'value="同事的改动"' in before
    assert 'value="我的改动"' in form
    version = Section.objects.get(pk=section.pk).version
    diane_client.post(url(section), typed(section, version=version, **{"rows-0-note": "我的改动"}))
    assert note(section) == "我的改动"


def test_a_refused_save_comes_back_after_the_tab_is_closed(diane_client, emil_client, section):
    mine = typed(section, **{"rows-0-note": "我的改动"})
    emil_client.post(url(section), typed(section, **{"rows-0-note": "同事的改动"}))
    refused = in_english(diane_client).post(url(section), mine)
    assert "Saved last by 李员工" in words(refused)
    assert 'value="我的改动"' in diane_client.get(url(section)).content.decode()


def test_a_wrong_save_comes_back_after_the_tab_is_closed(diane_client, section):
    diane_client.post(url(section), typed(section, **{"rows-0-exclusive_area_m2": "三十"}))
    assert 'value="三十"' in diane_client.get(url(section)).content.decode()


def test_figures_of_another_year_wait_until_those_typed_are_saved(diane_client, diane, filing, at):
    functions = filings.add_section(filing=filing, kind="functions", by=diane, at=at)
    keep(diane_client, functions, diane, fiscal_year="2025", **{"FN-11": "12"})
    page = diane_client.get(url(functions), {"year": "2024"}).content.decode()
    assert 'name="FN-11" value="12"' in page
    assert 'id="year"' not in page


# --- discarding -----------------------------------------------------------------------------------


def discarded(client, draft, **data):
    seen = {"draft": draft.pk, "seen": draft.saved_at.isoformat()}
    return client.post(url(draft.section, "discard/"), seen | data, follow=True)


def test_one_discards_ones_own_and_goes_on(diane_client, diane, section):
    keep(diane_client, section, diane, **{"rows-0-note": "改"})
    page = discarded(in_english(diane_client), SectionDraft.objects.get(), back="section")
    assert "Discarded. What was saved before still stands." in words(page)
    assert page.redirect_chain[-1][0] == url(section)
    assert 'value="改"' not in page.content.decode()


def test_a_colleagues_entries_are_discarded_as_they_were_seen(
    diane_client, diane, emil_client, emil, section
):
    keep(emil_client, section, emil, **{"rows-0-note": "改"})
    seen = SectionDraft.objects.get()
    SectionDraft.objects.update(saved_at=seen.saved_at + timedelta(seconds=1))
    page = discarded(in_english(diane_client), seen)
    assert "李员工 has typed more meanwhile. Nothing was discarded" in words(page)
    discarded(diane_client, SectionDraft.objects.get())
    assert not SectionDraft.objects.exists()


@pytest.mark.parametrize("draft", ["", "x", "999999", "9" * 40])
def test_discarding_what_is_not_there_is_not_found(diane_client, section, draft):
    assert diane_client.post(url(section, "discard/"), {"draft": draft}).status_code == 404


def test_a_section_with_a_colleagues_entries_is_not_taken_out(
    diane_client, emil_client, emil, section
):
    keep(emil_client, section, emil, **{"rows-0-note": "改"})
    page = in_english(diane_client).post(url(section, "drop/"), follow=True)
    assert "李员工 typed into “premises” and did not save it." in words(page)
    assert Section.objects.filter(pk=section.pk).exists()
