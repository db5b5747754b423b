"""The decision table of the registration rules, cell by cell."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.rules import adviser, registration
from organizations.rules.adviser import Answers, advise

PLACES = ("海棠区", "上海海棠区")
SOUND = {
    "reach": "district",
    "capital_yuan": Decimal(10_000_000),
    "has_premises": True,
    "owns_premises": True,
    "has_staff": True,
    "has_supervisor": True,
    "legal_rep_role": "council_chair",
    "heads_association": False,
    "heads_other": False,
    "is_official": False,
    "category": "community",
    "is_against_law": False,
    "has_similar": False,
    "head_lacks_rights": False,
    "head_lacks_capacity": False,
    "places": PLACES,
}
ASSOCIATION = Answers(
    **SOUND, wish="association", individual_count=50, unit_count=0, name="海棠区太极拳协会"
)
INSTITUTION = Answers(
    **SOUND,
    wish="social_service_institution",
    non_state_share=Decimal("0.6667"),
    name="海棠区银龄互助服务中心",
)
FOUNDATION = Answers(
    **SOUND,
    wish="foundation",
    fund_kind="non_public",
    council_count=5,
    name="海棠区梧桐公益基金会",
)
TEAM = Answers(
    wish="team",
    has_leader=True,
    has_premises=True,
    is_commercial_or_religious=False,
    is_against_law=False,
)
SOUND_ANSWERS = {
    "association": ASSOCIATION,
    "social_service_institution": INSTITUTION,
    "foundation": FOUNDATION,
    "team": TEAM,
}


def noted(answers, kind):
    return [note.code for note in getattr(advise(answers), kind)]


def note(answers, code):
    advice = advise(answers)
    everything = (*advice.barriers, *advice.missing, *advice.warnings)
    return next(each for each in everything if each.code == code)


# --- which form


@pytest.mark.parametrize(("essence", "form"), registration.ESSENCES.items())
def test_essence_leads_to_its_form(essence, form):
    assert advise(Answers(essence=essence)).form == form


def test_without_wish_and_essence_nothing_is_advised_but_the_question():
    advice = advise(Answers())
    assert (advice.form, advice.outcome, advice.open) == (None, None, ("essence",))


def test_a_wish_against_the_essence_is_told_and_stands():
    answers = replace(ASSOCIATION, essence="hobby_or_mutual_help")
    assert advise(answers).form == "association"
    assert note(answers, "essence_differs").figures == {"form": "team"}


@pytest.mark.parametrize(
    ("form", "outcome"),
    [
        ("association", "register"),
        ("social_service_institution", "register"),
        ("foundation", "to_municipality"),
        ("team", "register"),
    ],
)
def test_sound_answers_lack_nothing(form, outcome):
    advice = advise(SOUND_ANSWERS[form])
    assert (advice.form, advice.outcome) == (form, outcome)
    assert not (*advice.barriers, *advice.missing, *advice.open)


# --- authority


@pytest.mark.parametrize(
    ("answers", "is_referral"),
    [
        (ASSOCIATION, False),
        (replace(ASSOCIATION, reach="municipal"), True),
        (INSTITUTION, False),
        (replace(INSTITUTION, reach="municipal"), True),
        (FOUNDATION, True),
        (TEAM, False),
        (replace(TEAM, reach="municipal"), False),
    ],
)
def test_the_municipality_alone_registers_foundations(answers, is_referral):
    advice = advise(answers)
    assert advice.is_referral is is_referral
    assert (advice.outcome == "to_municipality") is is_referral


# --- members


@pytest.mark.parametrize(
    ("individuals", "units", "enough"),
    [
        (50, 0, True),
        (49, 0, False),
        (0, 30, True),
        (0, 29, False),
        (49, 1, True),
        (21, 29, True),
        (20, 29, False),
        (0, 0, False),
    ],
)
def test_an_association_needs_50_individuals_30_units_or_50_mixed(individuals, units, enough):
    answers = replace(ASSOCIATION, individual_count=individuals, unit_count=units)
    assert ("members_too_few" in noted(answers, "missing")) is not enough
    advice = advise(answers)
    expected = ("association", "register") if enough else ("team", "file_team")
    assert (advice.form, advice.outcome, advice.wanted) == (*expected, "association")


def test_fifty_individuals_suffice_whatever_is_not_said_of_units():
    assert "unit_count" not in advise(replace(ASSOCIATION, unit_count=None)).open
    assert "unit_count" in advise(replace(ASSOCIATION, individual_count=1, unit_count=None)).open


@pytest.mark.parametrize("form", ["social_service_institution", "foundation", "team"])
def test_other_forms_ask_for_no_number_of_members(form):
    answers = replace(SOUND_ANSWERS[form], individual_count=1, unit_count=0)
    assert "members_too_few" not in noted(answers, "missing")


# --- money


@pytest.mark.parametrize(
    ("answers", "floor"),
    [
        (ASSOCIATION, 30_000),
        (replace(INSTITUTION, reach="municipal"), 100_000),
        (FOUNDATION, 2_000_000),
        (replace(FOUNDATION, fund_kind="local_public"), 4_000_000),
        (replace(FOUNDATION, fund_kind="national_public"), 8_000_000),
    ],
)
def test_capital_floors(answers, floor):
    enough = replace(answers, capital_yuan=Decimal(floor))
    short = replace(answers, capital_yuan=Decimal(floor) - Decimal("0.01"))
    assert "capital_too_small" not in noted(enough, "missing")
    assert note(short, "capital_too_small").figures["floor_yuan"] == floor


@pytest.mark.parametrize("answers", [INSTITUTION, replace(INSTITUTION, reach=None), TEAM])
def test_no_floor_is_invented_where_no_rule_names_one(answers):
    assert "capital_too_small" not in noted(replace(answers, capital_yuan=Decimal(1)), "missing")


def test_the_district_sets_the_floor_of_an_institution_and_that_is_told():
    assert "capital_floor_of_district" in noted(INSTITUTION, "warnings")
    assert "capital_floor_of_district" not in noted(replace(INSTITUTION, reach=None), "warnings")


@pytest.mark.parametrize(
    ("share", "short"), [("0.6667", False), ("0.6666", True), ("1", False), ("0", True)]
)
def test_two_thirds_of_an_institution_are_not_the_states(share, short):
    answers = replace(INSTITUTION, non_state_share=Decimal(share))
    assert ("state_share_too_large" in noted(answers, "missing")) is short


# --- premises


@pytest.mark.parametrize("form", ["association", "social_service_institution", "foundation"])
def test_registered_forms_need_premises(form):
    assert "premises" in noted(replace(SOUND_ANSWERS[form], has_premises=False), "missing")


def test_a_team_needs_a_place_of_activity():
    assert noted(replace(TEAM, has_premises=False), "missing") == ["place_of_activity"]


@pytest.mark.parametrize(("months", "short"), [(11, True), (12, False), (0, True)])
def test_an_institution_of_shanghai_uses_its_premises_for_a_year_at_least(months, short):
    answers = replace(INSTITUTION, owns_premises=False, premises_months=months)
    assert ("right_of_use_short" in noted(answers, "missing")) is short


@pytest.mark.parametrize("answers", [ASSOCIATION, FOUNDATION])
def test_a_short_right_of_use_is_only_a_warning_elsewhere(answers):
    short = replace(answers, owns_premises=False, premises_months=11)
    assert "right_of_use_short" in noted(short, "warnings")
    assert "right_of_use_short" not in noted(short, "missing")


def test_who_owns_the_premises_is_not_asked_for_months():
    assert "premises_months" not in advise(INSTITUTION).open
    assert "premises_months" in advise(replace(INSTITUTION, owns_premises=None)).open


# --- staff and governance


@pytest.mark.parametrize("form", ["association", "social_service_institution", "foundation"])
def test_registered_forms_need_staff(form):
    assert "staff" in noted(replace(SOUND_ANSWERS[form], has_staff=False), "missing")


def test_a_team_needs_a_leader_and_no_staff():
    answers = replace(TEAM, has_leader=False, has_staff=False, has_supervisor=False)
    assert noted(answers, "missing") == ["leader"]


@pytest.mark.parametrize(("count", "wrong"), [(4, True), (5, False), (25, False), (26, True)])
def test_a_foundation_has_5_to_25_council_members(count, wrong):
    answers = replace(FOUNDATION, council_count=count)
    assert ("council_size" in noted(answers, "missing")) is wrong


@pytest.mark.parametrize("answers", [INSTITUTION, FOUNDATION])
def test_institutions_and_foundations_have_supervisors(answers):
    assert "supervisor" in noted(replace(answers, has_supervisor=False), "missing")


def test_an_association_is_not_asked_for_supervisors():
    assert "supervisor" not in noted(replace(ASSOCIATION, has_supervisor=False), "missing")


# --- legal representative


@pytest.mark.parametrize(
    ("answers", "kind", "code"),
    [
        (replace(ASSOCIATION, heads_association=True), "barriers", "heads_association"),
        (replace(INSTITUTION, heads_association=True), "warnings", "legal_rep_elsewhere"),
        (replace(INSTITUTION, legal_rep_role="other"), "warnings", "legal_rep_role_unusual"),
        (replace(FOUNDATION, heads_other=True), "barriers", "heads_other"),
        (replace(FOUNDATION, is_official=True), "barriers", "is_official"),
        (replace(FOUNDATION, legal_rep_role="vice_chair"), "missing", "legal_rep_is_chair"),
    ],
)
def test_who_may_not_be_legal_representative(answers, kind, code):
    assert code in noted(answers, kind)


@pytest.mark.parametrize("role", ["council_chair", "vice_chair", "executive"])
def test_an_institution_is_represented_by_its_chair_vice_chair_or_executive(role):
    assert "legal_rep_role_unusual" not in noted(
        replace(INSTITUTION, legal_rep_role=role), "warnings"
    )


def test_a_team_has_no_legal_representative():
    answers = replace(TEAM, heads_association=True, heads_other=True, is_official=True)
    assert advise(answers).outcome == "register"


# --- name


@pytest.mark.parametrize("word", registration.BANNED_WORDS)
@pytest.mark.parametrize("answers", [ASSOCIATION, INSTITUTION, FOUNDATION])
def test_big_words_in_a_name_are_warned_of(answers, word):
    named = replace(answers, name=answers.name.replace("海棠区", f"海棠区{word}"))
    assert note(named, "name_banned_word").figures == {"word": word}


@pytest.mark.parametrize(
    ("answers", "name", "codes"),
    [
        (ASSOCIATION, "太极拳协会", ["name_without_place"]),
        (ASSOCIATION, "海棠区协会", ["name_without_field"]),
        (ASSOCIATION, "海棠区太极拳服务社", ["name_without_ending"]),
        (ASSOCIATION, "上海海棠区太极拳协会", []),
        (INSTITUTION, "海棠区服务中心", ["name_without_field"]),
        (INSTITUTION, "海棠区银龄互助协作", ["name_without_ending"]),
        (INSTITUTION, "海棠区银龄养老服务中心", []),
        (FOUNDATION, "海棠区梧桐公益服务社", ["name_without_ending"]),
        (FOUNDATION, "海棠区基金会", ["name_without_field"]),
        (TEAM, "国际舞蹈沙龙", []),
    ],
)
def test_components_of_a_name(answers, name, codes):
    named = [code for code in noted(replace(answers, name=name), "warnings") if "name" in code]
    assert named == codes


def test_a_name_blocks_nothing():
    advice = advise(replace(ASSOCIATION, name="中国太极"))
    assert advice.outcome == "register"
    assert advice.warnings


# --- branches


@pytest.mark.parametrize(
    ("answers", "kind", "code"),
    [
        (ASSOCIATION, "warnings", "no_regional_branches"),
        (INSTITUTION, "barriers", "no_branches"),
        (FOUNDATION, "warnings", "branches_registered"),
    ],
)
def test_branches(answers, kind, code):
    assert code in noted(replace(answers, wants_branches=True), kind)
    assert code not in noted(replace(answers, wants_branches=False), kind)
    assert "wants_branches" not in advise(answers).open


# --- supervising unit


@pytest.mark.parametrize("category", registration.DIRECT_CATEGORIES)
def test_four_categories_are_registered_directly(category):
    advice = advise(replace(INSTITUTION, category=category))
    assert (advice.needs_unit, advice.outcome) == (False, "register")
    assert "unit_approval" not in advice.materials


@pytest.mark.parametrize("answers", [ASSOCIATION, INSTITUTION])
def test_everything_else_is_approved_by_a_supervising_unit_first(answers):
    other = replace(answers, category="other")
    assert "has_unit_approval" in advise(other).open
    refused = advise(replace(other, has_unit_approval=False))
    assert (refused.needs_unit, refused.outcome) == (True, "needs_unit")
    assert "unit_approval" in refused.materials
    assert advise(replace(other, has_unit_approval=True)).outcome == "register"


def test_as_long_as_the_category_is_open_the_approval_stays_on_the_list():
    advice = advise(replace(INSTITUTION, category=None))
    assert advice.needs_unit is None
    assert "unit_approval" in advice.materials


# --- refusals


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("is_against_law", "against_law"),
        ("has_similar", "similar_exists"),
        ("head_lacks_rights", "head_lacks_rights"),
        ("head_lacks_capacity", "head_lacks_capacity"),
    ],
)
@pytest.mark.parametrize("answers", [ASSOCIATION, INSTITUTION, FOUNDATION])
def test_grounds_of_refusal_make_it_unfit(answers, question, code):
    refused = replace(answers, **{question: True})
    assert advise(refused).outcome == "unfit"
    assert code in noted(refused, "barriers")


@pytest.mark.parametrize("question", ["is_commercial_or_religious", "is_against_law"])
def test_a_team_is_neither_commercial_nor_religious(question):
    assert advise(replace(TEAM, **{question: True})).outcome == "unfit"


# --- papers, sources, and what holds for whatever is answered


@pytest.mark.parametrize("form", registration.FORMS)
def test_papers_and_sources_of_each_form(form):
    advice = advise(SOUND_ANSWERS[form])
    assert set(advice.materials) <= set(adviser.materials_for(form))
    assert advice.sources == registration.SOURCES[form]


def test_what_is_cited_was_read():
    """Articles are named only of documents whose passage was read; practice cites nothing."""
    allowed = {
        *(source for sources in registration.SOURCES.values() for source in sources),
        *registration.REFUSALS.values(),
        *(registration.DIRECT, registration.UNIT_BEFORE, registration.PRACTICE),
    }
    flags = {flag.source for flags in adviser.FLAGS.values() for flag in flags}
    assert flags <= allowed


ANSWERS = st.builds(
    Answers,
    wish=st.sampled_from([None, *registration.FORMS]),
    essence=st.sampled_from([None, *registration.ESSENCES]),
    reach=st.sampled_from([None, *registration.REACHES]),
    individual_count=st.none() | st.integers(0, 100),
    unit_count=st.none() | st.integers(0, 100),
    capital_yuan=st.none() | st.decimals(0, 10_000_000, places=2),
    non_state_share=st.none() | st.decimals(0, 1, places=4),
    fund_kind=st.sampled_from([None, *registration.FUND_KINDS]),
    has_premises=st.none() | st.booleans(),
    premises_months=st.none() | st.integers(0, 60),
    has_staff=st.none() | st.booleans(),
    council_count=st.none() | st.integers(0, 40),
    category=st.sampled_from([None, "trade", "other"]),
    has_unit_approval=st.none() | st.booleans(),
    is_against_law=st.none() | st.booleans(),
    name=st.text(max_size=20),
    places=st.just(PLACES),
)


@given(ANSWERS)
def test_registration_is_advised_only_when_nothing_is_missing_or_open(answers):
    advice = advise(answers)
    if advice.outcome == "register":
        assert not (*advice.missing, *advice.barriers, *advice.open)
    assert advice.form in (None, *registration.FORMS)
    assert (advice.outcome in ("unfit", "to_municipality")) or advice.wanted != "foundation"


@given(ANSWERS)
def test_an_open_question_is_never_something_missing(answers):
    """Nothing that is noted rests on a question that nobody answered."""
    advice = advise(answers)
    if answers.capital_yuan is None:
        assert "capital_too_small" not in {note.code for note in advice.missing}
    if answers.has_premises is None:
        assert not {"premises", "right_of_use_short"} & {note.code for note in advice.missing}
    if answers.has_staff is None:
        assert "staff" not in {note.code for note in advice.missing}
    if answers.category is None:
        assert advice.outcome != "needs_unit"
