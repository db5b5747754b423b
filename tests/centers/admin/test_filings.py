"""Reviewing filings in the bureau's admin."""

import pytest

from centers import selectors
from centers.models import PremisesRow, Section
from centers.services import filings
from portal.audit.models import AuditEvent
from tests.factories.centers import CenterFactory, SubmittedFilingFactory, hand_in
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/centers/filing/"
LIST_QUERIES, PAGE_QUERIES = 7, 26


def page_of(filing):
    return f"{LIST}{filing.pk}/change/"


def decide(client, section, verb, **data):
    url = f"{LIST}{section.filing_id}/sections/{section.pk}/{verb}/"
    return client.post(url, {"version": section.version, **data}, follow=True)


# --- the list ------------------------------------------------------------------------------------


def test_list_shows_what_waits_unless_asked_otherwise(desk, filing):
    assert f"#{filing.pk}" in words(desk.get(LIST))
    assert f"#{filing.pk}" not in words(desk.get(f"{LIST}?status=accepted"))
    assert f"#{filing.pk}" in words(desk.get(f"{LIST}?status=all"))


def test_list_is_empty_for_another_district(bob_client, filing):
    assert f"#{filing.pk}" not in words(bob_client.get(f"{LIST}?status=all"))


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, wutong, django_assert_num_queries):
    for _ in range(item_count):
        SubmittedFilingFactory(center=CenterFactory(division=wutong))
    with django_assert_num_queries(LIST_QUERIES):
        desk.get(LIST)


# --- the page ------------------------------------------------------------------------------------


def test_page_shows_what_changed_against_the_section_accepted_before(desk, filing):
    page = words(desk.get(page_of(filing)))
    assert "1 changed" in page
    assert "18 → 25" in page
    assert "0 added, 3 removed, 0 changed" in page


def test_page_is_not_there_for_another_district(bob_client, filing):
    assert bob_client.get(page_of(filing)).status_code == 404


def test_page_offers_no_decision_to_a_reader(reader_client, filing):
    response = reader_client.get(page_of(filing))
    assert response.status_code == 200
    assert "Return for correction" not in words(response)


def test_page_hides_what_the_center_is_still_working_on(desk, premises, alice, at):
    version = premises.version
    filings.return_section(section=premises, version=version, comment="面积不符", by=alice, at=at)
    page = words(desk.get(page_of(premises.filing)))
    assert "The center is still working on this section." in page
    assert "面积不符" in page
    assert "18 → 25" not in page


def test_warnings_tell_nothing_of_what_the_center_is_still_working_on(
    desk, golden, diane, alice, at
):
    """What looks odd in the accounts is judged beside the profile, and that is a draft again."""
    filing = filings.open_change(center=golden["C05"], by=diane, at=at)
    for kind in ("profile", "accounts"):
        filings.add_section(filing=filing, kind=kind, by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    profile = filing.sections.get(kind="profile")
    filings.return_section(
        section=profile, version=profile.version, comment="补", by=alice, at=at
    )
    rows = selectors.with_lines(selectors.rows_of(profile), "profile")
    filings.save_section(
        section=profile,
        version=profile.version,
        rows=[row | {"name": "还没有上报的新名称"} for row in rows],
        by=diane,
        at=at,
    )
    page = words(desk.get(page_of(filing)))
    assert "Bank accounts" in page
    assert "还没有上报的新名称" not in page


def test_page_leads_to_the_next_waiting_filing(desk, filing, wutong):
    other = SubmittedFilingFactory(center=CenterFactory(division=wutong))
    assert page_of(other) in desk.get(page_of(filing)).content.decode()


def test_page_does_not_lead_into_another_district(desk, filing, huangpu):
    SubmittedFilingFactory(center=CenterFactory(division=huangpu))
    assert "No other filing waits." in words(desk.get(page_of(filing)))


def test_page_query_count(desk, filing, django_assert_num_queries):
    with django_assert_num_queries(PAGE_QUERIES):
        desk.get(page_of(filing))


# --- decisions -----------------------------------------------------------------------------------


def test_accept_writes_the_judgment_and_the_officer(desk, premises, alice):
    page = decide(desk, premises, "accept", **{"adequacy-1": "basically"})
    premises.refresh_from_db()
    assert (premises.status, premises.decided_by) == ("accepted", alice)
    assert PremisesRow.objects.get(section=premises).adequacy == "basically"
    assert "“premises” was accepted." in words(page)


def test_judgment_is_offered_as_it_was_given_before(desk, filing):
    page = desk.get(page_of(filing)).content.decode()
    assert '<option value="satisfies" selected>' in page


def test_return_tells_the_center_why(desk, premises):
    decide(desk, premises, "return", comment="请核对面积")
    premises.refresh_from_db()
    assert (premises.status, premises.comment) == ("returned", "请核对面积")


def test_return_without_a_comment_is_refused(desk, premises):
    page = decide(desk, premises, "return", comment="  ")
    premises.refresh_from_db()
    assert premises.status == "submitted"
    assert "Say what has to be corrected" in words(page)


@pytest.mark.parametrize("verb", ["accept", "return"])
def test_decision_on_a_stale_page_is_refused(desk, premises, verb):
    Section.objects.filter(pk=premises.pk).update(version=premises.version + 1)
    said = {"return": {"comment": "x"}}.get(verb, {})
    page = decide(desk, premises, verb, **said)
    premises.refresh_from_db()
    assert premises.status == "submitted"
    assert "Load the page again" in words(page)


@pytest.mark.parametrize("data", [{"version": "x"}, {"adequacy-1": "splendid"}])
def test_decision_that_is_not_one_of_the_pages_is_refused(desk, premises, data):
    page = decide(desk, premises, "accept", **data)
    premises.refresh_from_db()
    assert premises.status == "submitted"
    assert "The page was not complete" in words(page)


@pytest.mark.parametrize(("who", "status"), [("reader_client", 403), ("bob_client", 404)])
def test_decision_is_the_districts_own(request, premises, who, status):
    response = decide(request.getfixturevalue(who), premises, "accept")
    premises.refresh_from_db()
    assert (response.status_code, premises.status) == (status, "submitted")


def test_decision_on_a_section_of_another_filing_is_not_there(desk, premises, wutong):
    other = SubmittedFilingFactory(center=CenterFactory(division=wutong))
    url = f"{LIST}{other.pk}/sections/{premises.pk}/accept/"
    assert desk.post(url, {"version": premises.version}).status_code == 404


def test_decision_is_not_taken_by_a_link(desk, premises):
    url = f"{LIST}{premises.filing_id}/sections/{premises.pk}/accept/"
    assert desk.get(url).status_code == 405


def test_decision_stands_in_the_audit_trail(desk, premises, alice):
    decide(desk, premises, "accept")
    event = AuditEvent.objects.filter(action="centers.filing.accept_section").get()
    assert (event.actor_id, event.changes) == (alice.pk, {"section": ["premises", "accepted"]})


def test_director_has_no_way_in(diane_client, filing):
    assert "login" in in_english(diane_client).get(page_of(filing)).url


# --- on paper ------------------------------------------------------------------------------------


def test_an_accepted_filing_is_printed_from_its_page(desk, golden):
    filing = golden["C05"].filings.get()
    page = desk.get(page_of(filing)).content.decode()
    for suffix in ("pdf", "docx"):
        address = f"{LIST}{filing.pk}/print.{suffix}"
        assert f'href="{address}?with=changes"' in page
        assert desk.get(address).status_code == 200
    assert AuditEvent.objects.filter(action="centers.filing.print").count() == 2
    assert desk.get(f"{LIST}{filing.pk}/print.odt").status_code == 404


def test_a_filing_that_waits_is_not_printed(desk, filing):
    assert "print." not in desk.get(page_of(filing)).content.decode()
    refused = desk.get(f"{LIST}{filing.pk}/print.pdf", follow=True)
    assert "It can be printed as soon as" in words(refused)
    assert not AuditEvent.objects.filter(action="centers.filing.print").exists()
