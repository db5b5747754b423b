"""The filing pages: what they show to whom, and what may be done on them."""

import pytest

from centers.models import Filing, Section
from centers.services import filings
from tests.factories.centers import CenterFactory, FilingFactory, SectionFactory, hand_in
from tests.factories.portal import UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/desk/filings/"


def url(filing, step=""):
    return f"/desk/filings/{filing.pk}/{step}"


# --- the list -------------------------------------------------------------------------------------


def test_list_shows_a_filing_with_its_state_and_sections(diane_client, filing):
    page = words(in_english(diane_client).get(LIST))
    assert f"No. {filing.pk} Report of a change 海棠区桂花镇社会组织服务中心 draft premises" in page


def test_list_says_what_happens_next_when_empty(diane_client):
    page = words(in_english(diane_client).get(LIST))
    assert "No filings yet What happens next: on the center's page, open a change filing" in page


@pytest.mark.parametrize("who", ["bob_client", "charlie_client"])
def test_list_is_empty_for_strangers(request, filing, who):
    client = in_english(request.getfixturevalue(who))
    assert "No filings yet" in words(client.get(LIST))


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, alice_client, wutong, django_assert_num_queries):
    for _ in range(item_count):
        drafted = FilingFactory(center=CenterFactory(division=wutong))
        SectionFactory(filing=drafted, kind="staff")
        SectionFactory(filing=drafted, kind="premises")
    with django_assert_num_queries(7):
        alice_client.get(LIST)


# --- opening --------------------------------------------------------------------------------------


def test_open_opens_one_draft_and_shows_it(diane_client, diane, center):
    response = diane_client.post(f"/desk/centers/{center.code}/filings/open/")
    opened = Filing.objects.get(center=center)
    assert (opened.status, opened.opened_by) == ("draft", diane)
    assert response.url == url(opened)


def test_open_says_that_one_is_open_already(diane_client, filing, c05):
    response = in_english(diane_client).post("/desk/centers/C05/filings/open/", follow=True)
    assert "This center already has an open change filing." in words(response)
    assert Filing.objects.filter(center=c05, source="desk").count() == 1


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404), ("charlie", 404)])
def test_open_is_for_people_of_the_center(request, center, who, status):
    client = request.getfixturevalue(f"{who}_client")
    assert client.post(f"/desk/centers/{center.code}/filings/open/").status_code == status
    assert not Filing.objects.exists()


def test_open_refuses_get(diane_client, center):
    assert diane_client.get(f"/desk/centers/{center.code}/filings/open/").status_code == 405


# --- one filing -----------------------------------------------------------------------------------


def test_filing_shows_its_sections_and_what_can_be_added(diane_client, filing):
    page = words(in_english(diane_client).get(url(filing)))
    assert "Premises reported 1 row unchanged draft Open for the staff and the director" in page
    assert "Profile accepted last on 2026-03-02" in page
    assert "Hand over for certification" in page


def test_filing_shows_the_bureaus_comment_and_who_decided(diane_client, filing, section, alice, at):
    hand_in(filing, by=filing.opened_by, at=at)
    section.refresh_from_db()
    filings.return_section(
        section=section, version=section.version, comment="请附标识照片", by=alice, at=at
    )
    page = words(in_english(diane_client).get(url(filing)))
    assert "2026-03-02 09:00 林经办 请附标识照片" in page
    assert "Sent back by the district bureau." in page
    assert "Hand over for certification" in page


def test_submitted_filing_names_who_can_unlock_it(diane_client, filing, at):
    hand_in(filing, by=filing.opened_by, at=at)
    page = words(in_english(diane_client).get(url(filing)))
    assert "Locked: it is with the district bureau" in page
    assert "Locked: only the district bureau can accept it or send it back." in page
    assert "Certify and submit" not in page
    assert "Take out" not in page


def test_a_section_never_filled_in_is_not_offered_for_submission(diane_client, diane, center, at):
    blank = filings.open_change(center=center, by=diane, at=at)
    filings.add_section(filing=blank, kind="staff", by=diane, at=at)
    page = words(in_english(diane_client).get(url(blank)))
    assert "Staff not reported filed for the first time draft" in page
    assert "Hand over for certification" not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("diane", 200), ("emil", 200), ("bob", 404), ("charlie", 404)],
)
def test_filing_is_open_to_whom_sees_the_center(request, filing, who, status):
    client = request.getfixturevalue(f"{who}_client")
    assert client.get(url(filing)).status_code == status


def test_filing_asks_for_a_login(client, filing):
    assert client.get(url(filing)).url == f"/accounts/login/?next={url(filing)}"


def test_bureau_reads_a_filing_without_buttons(alice_client, filing):
    page = words(in_english(alice_client).get(url(filing)))
    assert "Only the staff and the director of the center hand it over." in page
    assert "Take out" not in page
    assert "Add a section to change" not in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_filing_query_count(item_count, diane_client, c05, diane, at, django_assert_num_queries):
    drafted = filings.open_change(center=c05, by=diane, at=at)
    for kind in ("premises", "accounts", "governance")[:item_count]:
        filings.add_section(filing=drafted, kind=kind, by=diane, at=at)
    # Rows are read by one query per kind, and once more of all kinds for what looks odd in them.
    with django_assert_num_queries(20 + item_count):
        diane_client.get(url(drafted))


# --- submitting and withdrawing -------------------------------------------------------------------


def prepared(filing, at, by=None):
    by = by or UserFactory()
    return filings.prepare(filing=filing, version=filing.version, by=by, at=at)


def test_director_submits_what_the_staff_prepared(diane_client, diane, filing, at):
    prepared(filing, at)
    response = in_english(diane_client).post(
        url(filing, "submit/"), {"version": filing.version}, follow=True
    )
    filing.refresh_from_db()
    assert (filing.status, filing.submitted_by) == ("submitted", diane)
    assert "Submitted. The bureau has been given the filing." in words(response)


def test_staff_hand_over_and_wait_for_the_director(emil_client, filing):
    page = in_english(emil_client).post(
        url(filing, "prepare/"), {"version": filing.version}, follow=True
    )
    assert "Handed over. The director has been asked to certify." in words(page)
    assert "It waits for the director of the center." in words(page)
    filing.refresh_from_db()
    assert filing.status == "prepared"


def test_who_prepared_is_told_that_somebody_else_certifies(diane_client, diane, filing, at):
    prepared(filing, at, by=diane)
    page = words(in_english(diane_client).get(url(filing)))
    assert "You handed it over yourself, so somebody else has to certify it." in page
    response = diane_client.post(
        url(filing, "submit/"), {"version": filing.version}, follow=True
    )
    assert "You prepared this filing yourself" in words(response)
    filing.refresh_from_db()
    assert filing.status == "prepared"


def test_director_declines_and_the_staff_see_why(diane_client, emil_client, filing, at):
    prepared(filing, at)
    refused = in_english(diane_client).post(
        url(filing, "decline/"), {"version": filing.version, "reason": " "}, follow=True
    )
    assert "Say what has to be changed" in words(refused)
    diane_client.post(
        url(filing, "decline/"), {"version": filing.version, "reason": "人员未更新"}
    )
    page = words(in_english(emil_client).get(url(filing)))
    assert "The director did not certify 人员未更新" in page
    assert "Hand over for certification" in page


@pytest.mark.parametrize("reason", ["长" * 501, "人员\0未更新"])
def test_decline_with_a_reason_that_cannot_be_kept_is_refused(
    diane_client, filing, at, reason
):
    prepared(filing, at)
    data = {"version": filing.version, "reason": reason}
    response = diane_client.post(url(filing, "decline/"), data, follow=True)
    assert "error" in [message.level_tag for message in response.context["messages"]]
    assert Filing.objects.get(pk=filing.pk).status == "prepared"


def test_a_line_break_in_the_reason_is_one_character(diane_client, filing, at):
    prepared(filing, at)
    reason = "长" * 498 + "\r\n" + "长"
    diane_client.post(url(filing, "decline/"), {"version": filing.version, "reason": reason})
    assert Filing.objects.get(pk=filing.pk).decline_reason == reason.replace("\r\n", "\n")


def test_staff_take_back_what_they_handed_over(emil_client, filing, at):
    prepared(filing, at)
    emil_client.post(url(filing, "take-back/"), {"version": filing.version})
    filing.refresh_from_db()
    assert filing.status == "draft"


@pytest.mark.parametrize(
    ("who", "status"), [("emil", 403), ("alice", 403), ("bob", 404), ("charlie", 404)]
)
def test_only_the_director_submits(request, filing, who, status):
    client = request.getfixturevalue(f"{who}_client")
    response = client.post(url(filing, "submit/"), {"version": filing.version})
    filing.refresh_from_db()
    assert (response.status_code, filing.status) == (status, "draft")


def test_submitting_what_became_something_else_says_so(diane_client, filing, at):
    filings.withdraw(filing=filing, version=filing.version, by=filing.opened_by, at=at)
    response = in_english(diane_client).post(url(filing, "submit/"), {"version": 1}, follow=True)
    assert "Nothing was changed: meanwhile this became “withdrawn”." in words(response)


@pytest.mark.parametrize("data", [{}, {"version": "x"}, {"version": "-1"}])
def test_submitting_without_the_pages_version_is_refused(diane_client, filing, data):
    assert diane_client.post(url(filing, "submit/"), data).status_code == 400
    filing.refresh_from_db()
    assert filing.status == "draft"


def test_staff_withdraw_a_draft(emil_client, filing):
    emil_client.post(url(filing, "withdraw/"), {"version": filing.version})
    filing.refresh_from_db()
    assert filing.status == "withdrawn"


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404)])
def test_strangers_do_not_withdraw(request, filing, who, status):
    client = request.getfixturevalue(f"{who}_client")
    assert client.post(url(filing, "withdraw/"), {"version": 1}).status_code == status
    assert Filing.objects.get(pk=filing.pk).status == "draft"


# --- sections come and go -------------------------------------------------------------------------


def test_add_prefills_the_section_and_opens_it(diane_client, filing):
    response = diane_client.post(url(filing, "staff/add/"))
    added = Section.objects.get(filing=filing, kind="staff")
    assert added.based_on.status == "accepted"
    assert response.url == url(filing, "staff/")


def test_add_of_an_unknown_kind_is_not_found(diane_client, filing):
    assert diane_client.post(url(filing, "budget/add/")).status_code == 404


def test_add_to_a_submitted_filing_says_why_not(diane_client, filing, at):
    hand_in(filing, by=filing.opened_by, at=at)
    response = in_english(diane_client).post(url(filing, "staff/add/"), follow=True)
    assert "only a returned or draft filing takes more sections" in words(response)
    assert filing.sections.count() == 1


def test_drop_takes_a_draft_section_out(diane_client, filing):
    diane_client.post(url(filing, "premises/drop/"))
    assert not filing.sections.exists()


def test_drop_leaves_what_the_bureau_sent_back(diane_client, filing, section, alice, at):
    hand_in(filing, by=filing.opened_by, at=at)
    section.refresh_from_db()
    filings.return_section(section=section, version=section.version, comment="补", by=alice, at=at)
    assert diane_client.post(url(filing, "premises/drop/")).status_code == 403
    assert filing.sections.exists()


@pytest.mark.parametrize("step", ["staff/add/", "premises/drop/"])
@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("bob", 404), ("charlie", 404)])
def test_sections_come_and_go_by_people_of_the_center(request, filing, step, who, status):
    client = request.getfixturevalue(f"{who}_client")
    assert client.post(url(filing, step)).status_code == status
    assert [s.kind for s in filing.sections.all()] == ["premises"]
