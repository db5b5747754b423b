"""A section beside what was accepted and what was sent back, the bureau's words at its rows."""

from uuid import uuid4

import pytest

from centers import selectors
from centers.services import filings
from tests.factories.centers import hand_in
from tests.flows.pages import in_english, typed, words

pytestmark = pytest.mark.django_db


def url(section):
    return f"/desk/filings/{section.filing_id}/{section.kind}/"


@pytest.fixture
def send_back(filing, section, diane, alice, at):
    """A function that hands the filing in and sends its section back with comments at rows."""

    def send_back(row_comments):
        hand_in(filing, by=diane, at=at)
        section.refresh_from_db()
        filings.return_section(
            section=section,
            version=section.version,
            comment="",
            by=alice,
            at=at,
            row_comments=row_comments,
        )
        return section

    return send_back


def test_unchanged_section_says_so(diane_client, section):
    page = words(in_english(diane_client).get(url(section)))
    assert "Compared with what was accepted last unchanged What is stored says the same." in page
    assert "reported" in page


def test_a_changed_cell_stands_beside_what_was_accepted(diane_client, section):
    diane_client.post(url(section), typed(section, **{"rows-0-shared_area_m2": "75"}))
    page = words(in_english(diane_client).get(url(section)))
    assert "Compared with what was accepted last 1 changed" in page
    assert "before: 60 now: 75" in page


def test_added_and_removed_rows_are_told_apart(diane_client, filing, diane, at):
    accounts = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    filings.save_section(
        section=accounts,
        version=accounts.version,
        rows=[{"holder": "新户"}],
        by=diane,
        at=at,
    )
    page = words(in_english(diane_client).get(url(accounts)))
    assert "1 added, 1 removed" in page
    assert "added 1 — 新户 removed 1 2019-07-01" in page


def test_a_section_never_accepted_is_all_new(diane_client, diane, center, at):
    first = filings.open_change(center=center, by=diane, at=at)
    staff = filings.add_section(filing=first, kind="staff", by=diane, at=at)
    page = words(in_english(diane_client).get(url(staff)))
    assert "Compared with what was accepted last filed for the first time" in page
    assert "draft not reported" in page


def test_none_is_confirmed_by_a_sentence_and_counts_as_reported(diane_client, filing, diane, at):
    accounts = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    page = words(in_english(diane_client).get(url(accounts)))
    assert (
        "By this tick it is stated that 海棠区桂花镇社会组织服务中心 has nothing to report under"
        " “bank accounts”. It is filed as none and counts as reported." in page
    )
    diane_client.post(url(accounts), typed(accounts, is_none="on", **{"rows-0-DELETE": "on"}))
    assert "zero report" in words(diane_client.get(url(accounts)))


def test_comment_stands_at_its_row(diane_client, section, send_back):
    line = selectors.rows_of(section)[0].line
    send_back({line: "标识照片不清晰"})
    page = words(in_english(diane_client).get(url(section)))
    row = page.split("Row 1")[2]
    assert row.strip().startswith("The bureau asks here: 标识照片不清晰 林经办 2026-03-02")
    assert "Compared with what was sent back unchanged" in page


def test_comment_of_a_row_that_is_gone_stands_on_top(diane_client, diane, section, send_back, at):
    line = selectors.rows_of(section)[0].line
    send_back({line: "标识照片不清晰"})
    filings.save_section(
        section=section,
        version=section.version,
        rows=[{"address": "另一处", "line": uuid4()}],
        by=diane,
        at=at,
    )
    page = words(in_english(diane_client).get(url(section)))
    assert "Row 1 of what was submitted, since removed: 标识照片不清晰" in page
    assert page.index("标识照片不清晰") < page.index("Remove this row")


def test_correction_is_compared_with_what_was_sent_back(diane_client, section, send_back):
    line = selectors.rows_of(section)[0].line
    send_back({line: "面积"})
    diane_client.post(url(section), typed(section, **{"rows-0-shared_area_m2": "61"}))
    page = words(in_english(diane_client).get(url(section)))
    assert "Compared with what was sent back 1 changed" in page


def test_comment_at_a_figure_of_the_functions(diane_client, filing, diane, alice, at):
    functions = filings.add_section(filing=filing, kind="functions", by=diane, at=at)
    row = next(r for r in selectors.rows_of(functions) if r.function == "FN-11")
    hand_in(filing, by=diane, at=at)
    functions.refresh_from_db()
    filings.return_section(
        section=functions,
        version=functions.version,
        comment="",
        by=alice,
        at=at,
        row_comments={row.line: "与台账不符"},
    )
    page = in_english(diane_client).get(url(functions), {"year": row.fiscal_year})
    assert "The bureau asks here: 与台账不符" in words(page)
