"""A filing for a round on the bureau's desk: opinion, comments at rows, what was corrected."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from centers.models import Filing, Opinion, RowComment, Section
from centers.selectors import rows_of
from centers.services import filings, opinions
from tests.centers.admin.conftest import FIGURES
from tests.factories.centers import ObligationFactory, RoundFactory, SubmittedFilingFactory, hand_in
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/centers/filing/"


@pytest.fixture
def asked(golden, haitang):
    """Due 2026-03-31, with the township's opinion."""
    return RoundFactory(division=haitang, title="2025年度报告", needs_opinion=True)


@pytest.fixture
def filing(asked, golden, diane, at):
    """C05's answer, handed in."""
    owed = ObligationFactory(round=asked, center=golden["C05"])
    filing = filings.open_for(obligation=owed, by=diane, at=at)
    section = filing.sections.get()
    filings.save_section(
        section=section, version=section.version, rows=[FIGURES], by=diane, at=at
    )
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    return Filing.objects.get(pk=filing.pk)


@pytest.fixture
def corrected(filing, premises, alice, diane, at):
    """Sent back with a comment at the row, corrected and handed in again."""
    (row,) = rows_of(premises)
    filings.return_section(
        section=premises,
        version=premises.version,
        comment="",
        row_comments={row.line: "面积与合同不符"},
        by=alice,
        at=at,
    )
    premises.refresh_from_db()
    rows = [{**FIGURES, "exclusive_area_m2": Decimal("31.00"), "line": row.line}]
    filings.save_section(section=premises, version=premises.version, rows=rows, by=diane, at=at)
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    return Filing.objects.get(pk=filing.pk)


def page_of(filing):
    return f"{LIST}{filing.pk}/change/"


def post(client, filing, verb, **data):
    data = {"number": filing.submission_count, **data}
    return client.post(f"{LIST}{filing.pk}/{verb}/", data, follow=True)


def decide(client, section, verb, **data):
    url = f"{LIST}{section.filing_id}/sections/{section.pk}/{verb}/"
    return client.post(url, {"version": section.version, **data}, follow=True)


# --- what the page says


def test_page_says_who_prepared_who_certified_and_when_it_was_due(desk, filing):
    page = words(desk.get(page_of(filing)))
    assert "2025年度报告" in page
    assert f"prepared by {filing.prepared_by}" in page
    assert "certified by 王主任" in page
    assert "2026-03-31 · ✓ in time" in page


def test_in_time_is_said(desk, filing):
    assert f"#{filing.pk}" not in words(desk.get(f"{LIST}?late=yes&status=all"))
    assert f"#{filing.pk} " in words(desk.get(f"{LIST}?late=no&status=all"))
    assert "✓ in time" in words(desk.get(f"{LIST}?status=all"))


def test_what_came_after_the_due_date_is_late(desk, golden, haitang):
    past = RoundFactory(division=haitang, due_on=date(2026, 2, 28))
    owed = ObligationFactory(round=past, center=golden["C05"])
    late = SubmittedFilingFactory(
        center=owed.center,
        obligation=owed,
        first_submitted_at=datetime(2026, 2, 28, 16, tzinfo=UTC),
    )
    assert f"#{late.pk} " in words(desk.get(f"{LIST}?late=yes&status=all"))
    assert "2026-02-28 · △ late" in words(desk.get(page_of(late)))


def test_list_finds_filings_of_a_round(desk, filing, asked):
    other = RoundFactory(division=asked.division)
    assert f"#{filing.pk}" in words(desk.get(f"{LIST}?round={asked.pk}"))
    assert f"#{filing.pk}" not in words(desk.get(f"{LIST}?round={other.pk}"))
    assert f"#{filing.pk}" not in words(desk.get(f"{LIST}?round=none"))
    assert desk.get(f"{LIST}?round=x").status_code == 200


def test_an_accepted_filing_shows_its_hash_and_who_can_change_it(desk, filing, premises, alice):
    opinions.give(filing=filing, verdict="agree", text="", by=alice, at=datetime.now(UTC))
    decide(desk, premises, "accept")
    filing.refresh_from_db()
    page = words(desk.get(page_of(filing)))
    assert len(filing.content_hash) == 64
    assert filing.content_hash in page
    assert "Locked for good" in page


# --- the opinion


def test_the_township_objects_and_the_bureau_reads_it(reader_client, desk, filing):
    assert "Give the opinion" in words(reader_client.get(page_of(filing)))
    post(reader_client, filing, "opinion", verdict="object", text="场所已搬迁")
    page = words(desk.get(page_of(filing)))
    assert "has objections 场所已搬迁" in page
    assert "Give the opinion" not in words(reader_client.get(page_of(filing)))


def test_an_objection_without_a_word_is_refused_and_stays_chosen(reader_client, filing):
    response = post(reader_client, filing, "opinion", verdict="object", text="")
    assert response.status_code == 409
    assert "Explain it in a sentence" in words(response)
    assert 'value="object"' in response.content.decode().split("checked")[0].rsplit("<input", 1)[1]
    assert not Opinion.objects.exists()


def test_an_opinion_that_was_not_chosen_is_told_beside_the_field(reader_client, filing):
    response = post(reader_client, filing, "opinion", text="场所已搬迁")
    assert response.status_code == 409
    assert "场所已搬迁</textarea>" in response.content.decode()
    assert "This field is required." in words(response)


def test_an_opinion_on_a_submission_nobody_read_is_refused(reader_client, corrected):
    response = post(reader_client, corrected, "opinion", number=1, verdict="agree")
    assert "Read it once more" in words(response)
    assert not Opinion.objects.exists()


def test_the_bureau_waits_for_the_opinion_or_does_without_it(desk, filing, premises):
    response = decide(desk, premises, "accept")
    assert (response.status_code, Section.objects.get(pk=premises.pk).status) == (409, "submitted")
    assert "The township has not given its opinion yet" in words(response)
    assert "This field is required." in words(post(desk, filing, "dispense", reason=" "))
    post(desk, filing, "dispense", reason="街道逾期未复")
    assert Opinion.objects.get().verdict == "waived"
    assert decide(desk, premises, "accept").status_code == 200
    assert Section.objects.get(pk=premises.pk).status == "accepted"


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        ("desk", "opinion", 403),
        ("reader_client", "dispense", 403),
        ("bob_client", "opinion", 404),
        ("bob_client", "dispense", 404),
    ],
)
def test_each_gives_only_what_is_theirs(request, filing, who, verb, status):
    client = request.getfixturevalue(who)
    response = post(client, filing, verb, verdict="agree", reason="x")
    assert (response.status_code, Opinion.objects.count()) == (status, 0)


# --- comments at rows


def test_a_comment_at_a_row_goes_back_with_the_section(desk, premises, alice):
    (row,) = rows_of(premises)
    decide(desk, premises, "return", **{f"comment-{row.line}": "面积与合同不符"})
    said = RowComment.objects.get()
    assert (said.line, said.text, said.number, said.made_by) == (
        row.line,
        "面积与合同不符",
        1,
        alice,
    )
    page = words(desk.get(page_of(premises.filing)))
    assert "As it was submitted and sent back" in page
    assert "面积与合同不符" in page


def test_comments_are_not_lost_by_accepting(desk, premises):
    (row,) = rows_of(premises)
    typed = {f"comment-{row.line}": "面积与合同不符", "adequacy-1": "fails", "comment": "请核"}
    response = decide(desk, premises, "accept", **typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "comments reach the center only when the section is sent back" in words(response)
    assert "面积与合同不符</textarea>" in page
    assert "请核</textarea>" in page
    assert '<option value="fails" selected>' in page


def test_what_was_typed_is_shown_when_somebody_else_decided_first(desk, premises, alice, at):
    seen = premises.version
    filings.return_section(section=premises, version=seen, comment="缺证", by=alice, at=at)
    premises.version = seen
    response = decide(desk, premises, "return", comment="请补充合同")
    assert response.status_code == 409
    assert "What you typed was not sent: 请补充合同" in words(response)


def test_what_was_corrected_stands_beside_what_was_asked(desk, corrected):
    page = words(desk.get(page_of(corrected)))
    assert "Since the submission before: 0 added, 0 removed, 1 changed" in page
    assert "25 → 31" in page
    assert "18 → 31" in page
    assert page.count("面积与合同不符") == 2
    assert "first on 2026-03-02" in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_page_query_count(item_count, desk, corrected, wutong, django_assert_num_queries):
    section = Section.objects.get(filing=corrected)
    for _ in range(item_count):
        said = {"line": uuid4(), "text": "缺证", "made_by": corrected.opened_by}
        RowComment.objects.create(section=section, number=1, made_at=datetime.now(UTC), **said)
    with django_assert_num_queries(25):
        desk.get(page_of(corrected))


def test_accepting_waits_for_the_townships_opinion(alice_client, filing, alice, at):
    told = "街镇出具意见或免于出具（见上方）后方可通过。"
    page = alice_client.get(page_of(filing)).content.decode()
    assert told in page
    assert 'disabled aria-describedby="lacks-opinion-premises"' in page
    opinions.dispense(
        filing=filing, number=filing.submission_count, reason="街镇来函", by=alice, at=at
    )
    page = alice_client.get(page_of(filing)).content.decode()
    assert told not in page
    assert "lacks-opinion-premises" not in page
