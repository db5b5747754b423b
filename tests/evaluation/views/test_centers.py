"""The center's desk: how it stands and what to do now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from centers.services import filings
from evaluation.services import waivers
from tests.factories.centers import CenterFactory, MembershipFactory, PersonFactory, hand_in
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words
from tests.standard import RULES

pytestmark = pytest.mark.django_db
URL = "/desk/centers/C05/"
GOLDEN_DAY = {"as_of": "2025-12-31"}


def test_page_shows_rollup_and_dimensions_in_words(diane_client, evaluated):
    page = words(in_english(diane_client).get(URL, GOLDEN_DAY))
    assert "How the center stands on 2025-12-31 not compliant" in page
    assert (
        "Staffing compliant Premises not compliant Funding compliant Governance compliant" in page
    )


def test_page_says_what_to_do_first(diane_client, evaluated):
    page = words(in_english(diane_client).get(URL, GOLDEN_DAY))
    now = page.split("What to do now")[1]
    assert "Signage not met There is no signage. Put up signage and file it. Why" in now


def test_page_groups_findings_with_clause_quote_and_figures(diane_client, evaluated):
    page = words(in_english(diane_client).get(URL, GOLDEN_DAY))
    assert (
        "Floor area ST-08 三(二)-4 场所面积不宜少于 30 平方米 general rule met"
        " 33.00 m² at least 30.00 m²" in page
    )


def test_what_is_only_encouraged_is_not_adopted_and_nothing_to_do(diane_client, evaluated):
    response = in_english(diane_client).get(URL, GOLDEN_DAY)
    now, rest = words(response).split("What to do now")[1].split("Rule Class Outcome", 1)
    assert "Community worker" not in now
    assert "encouraged not adopted" in rest
    assert 'class="status not_adopted"' in response.content.decode()


def test_policy_quotes_are_marked_as_chinese(diane_client, evaluated):
    page = in_english(diane_client).get(URL, GOLDEN_DAY).content.decode()
    assert '<html lang="en">' in page
    assert '<q lang="zh-Hans">并有标识指引</q>' in page


def test_verdicts_have_a_shape_beside_the_word(diane_client, evaluated):
    page = diane_client.get(URL, GOLDEN_DAY).content.decode()
    parts = page.split('<span class="status ')[1:]
    assert len(parts) == 4 + 4 + RULES + 1
    assert all(part.split(">", 1)[1].startswith('<svg class="mark"') for part in parts)


def test_page_answers_for_the_date_asked(diane_client, evaluated):
    before = words(in_english(diane_client).get(URL, {"as_of": "2010-01-01"}))
    assert "How the center stands on 2010-01-01 not included" in before
    assert "Computed from what is known today. It decides nothing." in before


@pytest.mark.parametrize("typed", ["2025-02-30", "昨天"])
def test_unreadable_date_is_said_and_today_is_shown(diane_client, evaluated, typed):
    page = words(in_english(diane_client).get(URL, {"as_of": typed}))
    assert f"“{typed}” cannot be shown:" in page
    assert "Today is shown instead." in page
    assert "How the center stands today" in page


def test_page_without_any_evaluation_says_what_happens_next(diane_client, center):
    page = words(in_english(diane_client).get(f"/desk/centers/{center.code}/"))
    assert "Nothing has been evaluated yet" in page
    assert "opens a filing and fills in its sections." in page
    assert "Open a change filing" in page


def test_page_while_the_first_evaluation_waits_says_so(diane_client, c05):
    page = words(in_english(diane_client).get(URL))
    assert "the accepted facts are being evaluated in the background" in page


def test_facts_accepted_a_moment_ago_show_before_the_official_result(
    diane_client, diane, evaluated, alice
):
    at = timezone.now()
    filing = filings.open_change(center=evaluated, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    section = filings.save_section(
        section=section, version=section.version, rows=[], by=diane, at=at
    )
    hand_in(filing, by=diane, at=at)
    section.refresh_from_db()
    filings.accept_section(section=section, version=section.version, by=alice, at=at)
    page = words(in_english(diane_client).get(URL))
    assert "Independent bank account not met No bank account is open." in page


def test_returned_section_comes_first_with_the_comment(
    diane_client, diane, evaluated, alice, section, at
):
    hand_in(section.filing, by=diane, at=at)
    section.refresh_from_db()
    filings.return_section(
        section=section, version=section.version, comment="请附标识照片", by=alice, at=at
    )
    page = words(in_english(diane_client).get(URL))
    now = page.split("What to do now")[1]
    assert now.strip().startswith("Correct “premises”, which the bureau sent back 请附标识照片")
    assert "林经办 Correct it" in now


def test_open_draft_is_continued_instead_of_opening_another(diane_client, evaluated, section):
    page = words(in_english(diane_client).get(URL))
    assert "Report of a change draft Being prepared by the center." in page
    assert f"Continue · Filing No. {section.filing_id}" in page
    assert "Open a change filing" not in page


def test_waived_rule_is_not_among_what_to_do(client_for, golden, alice, leader, at):
    waiver = waivers.request(
        basis="理事会决议",
        center=golden["C04"],
        rule="ST-03",
        reason="理事长担任法定代表人",
        ends_on=(at + timedelta(days=3650)).date(),
        by=alice,
        at=at,
    )
    waivers.approve(waiver=waiver, by=leader, at=at)
    response = in_english(client_for(alice)).get("/desk/centers/C04/", GOLDEN_DAY)
    now, rest = words(response).split("What to do now")[1].split("Rule Class Outcome", 1)
    assert "Director is the legal representative" not in now
    assert "waived until" in rest


# --- who ------------------------------------------------------------------------------------------


def test_page_asks_for_a_login(client, db):
    assert client.get(URL).url == f"/accounts/login/?next={URL}"


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("diane", 200), ("bob", 404), ("charlie", 404)]
)
def test_page_is_open_to_whom_sees_the_compliance(request, evaluated, who, status):
    assert request.getfixturevalue(f"{who}_client").get(URL).status_code == status


def test_township_reviewer_sees_only_the_own_township(client_for, golden, wutong):
    reviewer = UserFactory(username="frank", is_staff=True)
    RoleAssignmentFactory(user=reviewer, role="township_reviewer", division=wutong)
    client = client_for(reviewer)
    assert client.get("/desk/centers/C01/", GOLDEN_DAY).status_code == 200
    assert client.get("/desk/centers/C05/", GOLDEN_DAY).status_code == 404


def test_bureau_looks_without_the_filing_button(alice_client, evaluated):
    page = words(in_english(alice_client).get(URL))
    assert "How the center stands today" in page
    assert "Open a change filing" not in page


def test_somebody_of_several_centers_gets_a_switch(diane_client, evaluated, center):
    page = diane_client.get(URL).content.decode()
    assert f'<a href="/desk/centers/{center.code}/">' in page
    assert '<a href="/desk/centers/C05/" aria-current="page">' in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_page_query_count(item_count, diane_client, diane, evaluated, django_assert_num_queries):
    for center in CenterFactory.create_batch(item_count, division=evaluated.division):
        MembershipFactory(user=diane, center=center)
    PersonFactory.create_batch(item_count, center=evaluated)
    with django_assert_num_queries(27):
        diane_client.get(URL)


def test_page_answers_by_what_was_known_then(diane_client, evaluated):
    asked = {"as_of": "2025-12-31", "known_at": "2025-12-31T09:00"}
    page = in_english(diane_client).get(URL, asked)
    shown = words(page)
    assert "As of 2025-12-31, by what was known at 2025-12-31 09:00. It decides nothing." in shown
    link = "/desk/centers/C05/findings/ST-09/?as_of=2025-12-31&amp;known_at=2025-12-31T09%3A00"
    assert link in page.content.decode()
    finding = words(in_english(diane_client).get(f"{URL}findings/ST-09/", asked))
    assert "The premises were never filed." in finding


@pytest.mark.parametrize("typed", ["soon", "2999-01-01T00:00"])
def test_moment_that_cannot_be_known_is_said(diane_client, evaluated, typed):
    page = words(in_english(diane_client).get(URL, {"known_at": typed}))
    assert f"“{typed}” cannot be shown:" in page
    assert "How the center stands today" in page


def test_time_line_shows_the_center_to_its_director_and_to_no_stranger(
    diane_client, charlie_client, bob_client, evaluated
):
    page = words(in_english(diane_client).get(f"{URL}timeline/"))
    assert "What held from" in page
    assert "Recorded changes" in page
    assert charlie_client.get(f"{URL}timeline/").status_code == 404
    assert bob_client.get(f"{URL}timeline/").status_code == 404
    refused = words(in_english(diane_client).get(f"{URL}timeline/", {"as_of": "2999-01-01"}))
    assert "2999-01-01" in refused
    assert "What held from" not in refused


def test_page_shows_functions_with_their_source_and_how_many_apply(diane_client, evaluated):
    page = words(in_english(diane_client).get(URL, GOLDEN_DAY))
    functions = page.split("Functions", 1)[1].split("Statutory duties")[0]
    assert "21 of 22 that apply are carried out" in page
    assert "Registration consultations FN-11 二(一)-1a" in functions
    assert "carried out 11 in 2025 (as filed) at least 1 in the year" in functions
    assert "not adopted 0 in 2025 (as filed)" in functions


def test_page_shows_statute_apart_and_says_that_it_does_not_weigh(diane_client, evaluated):
    page = words(in_english(diane_client).get(URL, GOLDEN_DAY))
    statute = page.split("Statutory duties", 1)[1].split("Recorded, not judged")[0]
    assert "They are law, not the guidance, and do not enter the roll-up." in statute
    assert "LX-01 三-0 《民法典》第九十三条" in statute
    assert "Supervisory organ" not in page.split("How the center stands")[0]


def test_page_shows_what_is_recorded_and_never_judged(diane_client, evaluated):
    page = words(in_english(diane_client).get(URL, GOLDEN_DAY))
    recorded = page.split("Recorded, not judged", 1)[1]
    assert "Co-location 三(二)-1 Co-located with: " in recorded
    assert "Operation and professional staff 三(四)-2 Operating model: self-run." in recorded
