"""The adviser's page: asks, answers with sources, saves nothing."""

import re
from decimal import Decimal
from html import unescape

import pytest

from organizations.models import Case, ConsultationDetail
from organizations.rules import adviser, registration
from organizations.selectors import advice, advice_words
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
INSTITUTION = {
    "wish": "social_service_institution",
    "name": "海棠区银龄互助服务中心",
    "reach": "municipal",
    "capital_yuan": "50000",
    "non_state_share": "66.66",
}


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


def test_first_it_asks_only_what_it_is(desk):
    page = desk.get("/desk/adviser/")
    assert "First say what it is at heart" not in words(page)
    assert 'name="essence"' in page.content.decode()
    assert 'name="capital_yuan"' not in page.content.decode()


def test_once_the_form_is_said_its_own_questions_follow(desk):
    page = desk.get("/desk/adviser/", {"essence": "hobby_or_mutual_help"}).content.decode()
    assert 'name="has_leader"' in page
    assert 'name="capital_yuan"' not in page


def test_it_says_what_is_missing_with_its_source(desk, haitang):
    page = words(desk.get("/desk/adviser/", INSTITUTION))
    assert "Fits: social-service institution" in page
    assert "At least 100,000 yuan are needed; now 50,000 yuan." in page
    assert "《上海市社会服务机构登记有关事项的通知（沪民规〔2025〕11号）》" in page
    assert "two thirds of the assets are not the state's; now a share of 0.67" in page


def test_a_foundation_is_referred_to_the_municipality(desk):
    page = words(desk.get("/desk/adviser/", {"essence": "donated_property"}))
    assert "Refer to the municipality: it registers this, a district does not" in page


def test_too_few_members_begin_as_a_team(desk):
    page = words(
        desk.get(
            "/desk/adviser/", {"wish": "association", "individual_count": "49", "unit_count": "0"}
        )
    )
    assert "Fits: activity team" in page
    assert "Wanted: association" in page


def test_what_was_typed_stays_when_it_cannot_be_read(desk):
    page = desk.get("/desk/adviser/", {**INSTITUTION, "capital_yuan": "五万"})
    assert "Enter a number." in words(page)
    assert "海棠区银龄互助服务中心" in page.content.decode()
    assert "Fits:" not in words(page)


def test_the_whole_table_is_shown(desk):
    page = words(desk.get("/desk/adviser/"))
    for text in ("50 individuals, or 30 units", "council of 5 to 25", "none by region"):
        assert text in page


def test_no_screen_says_that_the_center_approves(desk):
    page = desk.get("/desk/adviser/", INSTITUTION).content.decode()
    assert "审批" not in page
    assert "批准" not in page


def test_every_code_of_the_rules_has_words():
    codes = {flag.code for flags in adviser.FLAGS.values() for flag in flags}
    assert codes <= set(advice_words.NOTES)
    assert set(advice_words.OUTCOMES) == set(adviser.OUTCOMES)
    assert set(advice_words.FORMS) == set(registration.FORMS)
    assert set(advice_words.ESSENCES) == set(registration.ESSENCES)
    assert tuple(advice_words.TABLE) == tuple(advice_words.TOPICS) == registration.TOPICS
    assert all(len(cells) == len(registration.FORMS) for cells in advice_words.TABLE.values())
    papers = {code for codes in registration.MATERIALS.values() for code in codes}
    assert papers == set(advice_words.MATERIALS)
    questions = {
        *adviser.Answers.__dataclass_fields__,
    } - {"places"}
    assert questions == set(advice_words.QUESTIONS)


def test_a_consultation_begins_with_the_answers():
    answers = adviser.Answers(
        wish="association", individual_count=30, unit_count=2, name="海棠区棋协", category="trade"
    )
    known = advice.consultation(answers, adviser.advise(answers))
    assert known == {
        "title": "海棠区棋协",
        "intended_type": "association",
        "proposed_name": "海棠区棋协",
        "is_direct_registration": "True",
        "founder_count": "32",
        "outcome": "file_team",
    }
    assert set(adviser.OUTCOMES) <= set(ConsultationDetail.Outcome.values)
    assert set(registration.FORMS) == set(ConsultationDetail.Intended.values)


def test_a_consultation_opened_from_the_advice_keeps_answers_and_sources(
    desk, center, haitang, pack
):
    answers = {**INSTITUTION, "founder_count": "", "premises_months": "24"}
    page = desk.get("/desk/adviser/", answers).content.decode()
    (link,) = re.findall(r'href="(/desk/centers/[^"]+consultation/[^"]*)"', page)
    asked = desk.get(unescape(link))
    typed = {
        field.html_name: field.value()
        for form in (asked.context["form"], asked.context["more"])
        for field in form
        if field.value() not in (None, "", False, [])
    }
    opened = desk.post(link.partition("?")[0], typed)
    case = Case.objects.get()
    assert opened.url == f"/desk/cases/{case.pk}/"
    detail = ConsultationDetail.objects.get(case=case)
    assert (case.title, detail.proposed_name) == (INSTITUTION["name"],) * 2
    told = (detail.intended_type, detail.outcome)
    assert told == ("social_service_institution", "to_municipality")
    assert (detail.capital_yuan, detail.premises_months) == (50000, 24)
    assert detail.non_state_share == Decimal("0.6666")
    source = "《上海市社会服务机构登记有关事项的通知（沪民规〔2025〕11号）》"
    assert "At least 100,000 yuan are needed; now 50,000 yuan. " + source in detail.advice
    shown = words(desk.get(opened.url))
    assert source in shown
    assert "0.6666" in shown
    (record,) = case.records.valid()
    assert (record.function, record.center) == ("FN-11", center)
    assert case.materials.filter(state="missing").exists()


def test_names_may_begin_with_district_or_city(haitang):
    places = advice.places()
    assert {"海棠区", "上海", "上海市", "上海海棠区", "上海市海棠区"} <= set(places)
