from dataclasses import replace
from datetime import date

import pytest

from evaluation.rules.base import Remedy
from evaluation.rules.facts import CenterFacts, Profile, Staff

AS_OF = date(2025, 12, 31)


def employee(row, **cells):
    values = {
        "person": f"P{row}",
        "post": "staff",
        "employment_type": "labour_contract",
        "is_full_time": True,
        "is_council_appointed": None,
        "is_openly_recruited": False,
    }
    return Staff(row=row, **values | cells)


def director(row=1, **cells):
    return employee(row, **{"post": "director"} | cells)


def staffed(*staff, as_of=AS_OF, **profile):
    values = {"registration_status": "registered", "legal_representative": "P1"}
    return CenterFacts(as_of, profile=(Profile(row=1, **values | profile),), staff=staff)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


@pytest.mark.parametrize("rule_id", ["ST-02", "ST-03", "ST-04", "ST-05", "ST-06"])
def test_staff_never_filed_is_no_data(judged, rule_id):
    outcome = judged(replace(staffed(), staff=None), rule_id)
    assert verdict(outcome) == ("no_data", "staff_not_filed")
    assert outcome.remedy == Remedy("file_section", {"section": "staff"})


# ST-02


def test_full_time_director_met(judged):
    outcome = judged(staffed(director()), "ST-02")
    assert verdict(outcome) == ("met", "director_in_post")
    assert outcome.counted == (("staff", 1),)
    assert outcome.remedy is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"is_full_time": False}, ("not_met", "director_not_fulltime")),
        (
            {"is_full_time": False, "employment_type": "concurrent_official"},
            ("not_met", "director_not_fulltime"),
        ),
        (
            {"employment_type": "labour_dispatch"},
            ("not_met", "director_type_not_counted"),
        ),
        (
            {"employment_type": "volunteer", "is_full_time": None},
            ("not_met", "director_type_not_counted"),
        ),
        ({"is_full_time": False, "employment_type": None}, ("not_met", "director_not_fulltime")),
        ({"is_full_time": None}, ("no_data", "full_time_unknown")),
        ({"employment_type": None}, ("no_data", "employment_type_unknown")),
    ],
)
def test_full_time_director_judges_the_incumbent(judged, cells, expected):
    assert verdict(judged(staffed(director(**cells)), "ST-02")) == expected


def test_full_time_director_counts_the_types_of_the_district(judged):
    facts = staffed(director(employment_type="labour_dispatch"))
    outcome = judged(facts, "ST-02", counted_types=["labour_dispatch"])
    assert outcome.outcome == "met"


def test_full_time_director_one_of_two_suffices(judged):
    facts = staffed(director(1, is_full_time=False), director(2))
    outcome = judged(facts, "ST-02")
    assert outcome.outcome == "met"
    assert outcome.uncounted == ((("staff", 1), "not_full_time"),)


def test_director_post_ending_on_the_date_still_counts(judged):
    assert judged(staffed(director(ends_on=AS_OF)), "ST-02").outcome == "met"


def test_director_post_ended_the_day_before_is_vacant_one_day(judged):
    outcome = judged(staffed(director(ends_on=date(2025, 12, 30))), "ST-02")
    assert verdict(outcome) == ("not_met", "post_vacant_since_2025-12-31")
    assert outcome.figures["days_vacant"] == 1
    assert outcome.uncounted == ((("staff", 1), "ended_before"),)
    assert outcome.remedy == Remedy("appoint_full_time_director")


def test_vacancy_counts_from_the_last_incumbent(judged):
    facts = staffed(
        director(1, ends_on=date(2025, 11, 30)),
        director(2, ends_on=date(2024, 1, 1)),
        employee(3, ends_on=date(2025, 12, 24)),
        director(4, starts_on=date(2026, 1, 1)),
    )
    assert judged(facts, "ST-02").reason_code == "post_vacant_since_2025-12-01"


@pytest.mark.parametrize(("grace", "in_grace"), [(76, False), (77, True), (0, False)])
def test_vacancy_grace_marks_but_does_not_change_the_outcome(judged, grace, in_grace):
    facts = staffed(director(ends_on=date(2025, 10, 15)))
    outcome = judged(facts, "ST-02", director_vacancy_grace_days=grace)
    assert (outcome.outcome, outcome.in_grace) == ("not_met", in_grace)


@pytest.mark.parametrize("staff", [(), (employee(1),), (director(starts_on=date(2026, 1, 1)),)])
def test_director_post_never_filled(judged, staff):
    outcome = judged(staffed(*staff), "ST-02", director_vacancy_grace_days=366)
    assert verdict(outcome) == ("not_met", "post_never_filled")
    assert not outcome.in_grace


def test_acting_director_counts_by_parameter(judged):
    facts = staffed(director(1, ends_on=date(2025, 6, 30)), director(2, post="acting_director"))
    assert judged(facts, "ST-02").outcome == "met"
    outcome = judged(facts, "ST-02", acting_director_counts=False)
    assert verdict(outcome) == ("not_met", "post_vacant_since_2025-07-01")
    assert (("staff", 2), "acting_director_not_counted") in outcome.uncounted


def test_vacancy_after_an_acting_director(judged):
    facts = staffed(
        director(1, ends_on=date(2025, 6, 30)),
        director(2, post="acting_director", ends_on=date(2025, 9, 30)),
    )
    assert judged(facts, "ST-02").reason_code == "post_vacant_since_2025-10-01"


# ST-03


def test_director_is_legal_representative_by_id(judged):
    assert verdict(judged(staffed(director()), "ST-03")) == ("met", "director_is_legal_rep")
    outcome = judged(staffed(director(), legal_representative="P2"), "ST-03")
    assert verdict(outcome) == ("not_met", "legal_rep_differs")
    assert outcome.remedy == Remedy("make_director_legal_representative")


def test_acting_director_may_be_legal_representative(judged):
    facts = staffed(director(post="acting_director"))
    assert judged(facts, "ST-03").outcome == "met"
    outcome = judged(facts, "ST-03", acting_director_counts=False)
    assert verdict(outcome) == ("not_applicable", "no_director_in_post")


@pytest.mark.parametrize("status", ["preparing", "unregistered", "deregistered"])
def test_legal_representative_not_applicable_without_legal_entity(judged, status):
    outcome = judged(staffed(director(), registration_status=status), "ST-03")
    assert verdict(outcome) == ("not_applicable", "not_a_legal_entity")


def test_legal_representative_not_applicable_with_post_vacant(judged):
    outcome = judged(staffed(employee(1)), "ST-03")
    assert verdict(outcome) == ("not_applicable", "no_director_in_post")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (staffed(director(), legal_representative=None), "legal_rep_unknown"),
        (staffed(director(), registration_status=None), "registration_status_missing"),
        (staffed(director(), ends_on=date(2025, 1, 1)), "profile_not_in_force"),
        (replace(staffed(director()), profile=None), "profile_not_filed"),
    ],
)
def test_legal_representative_unknown_is_no_data(judged, facts, reason):
    outcome = judged(facts, "ST-03")
    assert verdict(outcome) == ("no_data", reason)
    assert outcome.remedy.figures == {"section": "profile"}


# ST-04


def test_full_time_staff_leaves_the_director_out_in_every_post(judged):
    facts = staffed(director(), employee(2, person="P1", post="finance"), employee(3))
    outcome = judged(facts, "ST-04")
    assert verdict(outcome) == ("not_met", "fulltime_1_of_2")
    assert outcome.figures == {
        "counted": 1,
        "required": 2,
        "counted_with_director": 2,
        "counted_without_director": 1,
    }
    assert outcome.uncounted == ((("staff", 1), "is_director"), (("staff", 2), "is_director"))
    assert outcome.remedy == Remedy("hire_full_time_staff", {"missing": 1})


def test_full_time_staff_shows_both_counts_when_the_director_counts(judged):
    facts = staffed(director(), employee(2))
    outcome = judged(facts, "ST-04", director_counts_toward_fulltime=True)
    assert verdict(outcome) == ("met", "fulltime_2_of_2")
    assert outcome.figures["counted_without_director"] == 1


def test_full_time_staff_counts_a_person_once(judged):
    facts = staffed(director(), employee(2), employee(3, person="P2", post="finance"))
    outcome = judged(facts, "ST-04")
    assert outcome.reason_code == "fulltime_1_of_2"
    assert (("staff", 3), "person_already_counted") in outcome.uncounted


def test_full_time_staff_acting_director_is_staff_when_acting_does_not_count(judged):
    facts = staffed(director(1, post="acting_director"), employee(2))
    assert judged(facts, "ST-04").reason_code == "fulltime_1_of_2"
    outcome = judged(facts, "ST-04", acting_director_counts=False)
    assert outcome.reason_code == "fulltime_2_of_2"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"is_full_time": False}, "not_full_time"),
        ({"employment_type": "rehired_retiree"}, "employment_type_not_counted"),
        ({"ends_on": date(2025, 12, 30)}, "ended_before"),
        ({"starts_on": date(2026, 1, 1)}, "not_yet_started"),
    ],
)
def test_full_time_staff_says_why_a_row_does_not_count(judged, cells, code):
    outcome = judged(staffed(employee(1), employee(2, **cells)), "ST-04")
    assert outcome.outcome == "not_met"
    assert outcome.counted == (("staff", 1),)
    assert outcome.uncounted == ((("staff", 2), code),)


def test_full_time_staff_joining_on_the_date_counts(judged):
    facts = staffed(employee(1), employee(2, starts_on=AS_OF))
    assert judged(facts, "ST-04").outcome == "met"


def test_full_time_staff_unknown_cells(judged):
    doubtful = {"is_full_time": None}
    enough = staffed(employee(1), employee(2), employee(3, **doubtful))
    open_question = staffed(employee(1), employee(2, **doubtful))
    hopeless = staffed(employee(1, **doubtful))
    same_person = staffed(employee(1), employee(2, person="P1", **doubtful))
    assert judged(enough, "ST-04").outcome == "met"
    assert verdict(judged(open_question, "ST-04")) == ("no_data", "fulltime_1_of_2")
    assert verdict(judged(hopeless, "ST-04")) == ("not_met", "fulltime_0_of_2")
    assert verdict(judged(same_person, "ST-04")) == ("not_met", "fulltime_1_of_2")


def test_full_time_staff_filed_as_none_is_a_fact(judged):
    assert verdict(judged(staffed(), "ST-04")) == ("not_met", "fulltime_0_of_2")


# ST-05, ST-06


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["seconded_community_worker", None], ("met", "community_worker_assigned")),
        (["labour_contract", None], ("no_data", "employment_type_unknown")),
        (["labour_contract"], ("not_met", "no_community_worker")),
        ([], ("not_met", "no_community_worker")),
    ],
)
def test_community_worker(judged, types, expected):
    rows = [employee(row, employment_type=kind) for row, kind in enumerate(types, start=1)]
    assert verdict(judged(staffed(*rows), "ST-05")) == expected


def test_community_worker_must_be_in_force(judged):
    gone = employee(1, employment_type="seconded_community_worker", ends_on=date(2025, 12, 30))
    assert judged(staffed(gone), "ST-05").outcome == "not_met"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([False, None, True], ("met", "openly_recruited")),
        ([False, None], ("no_data", "recruitment_unknown")),
        ([False, False], ("not_met", "not_openly_recruited")),
        ([], ("not_met", "not_openly_recruited")),
    ],
)
def test_open_recruitment(judged, answers, expected):
    rows = [employee(row, is_openly_recruited=yes) for row, yes in enumerate(answers, start=1)]
    assert verdict(judged(staffed(*rows), "ST-06")) == expected


@pytest.mark.parametrize(
    ("is_chair", "is_allowed", "is_excused"),
    [(True, True, True), (True, False, False), (False, True, False), (None, True, False)],
)
def test_a_chair_in_the_office_is_excused_where_the_district_says_so(
    judged, is_chair, is_allowed, is_excused
):
    facts = staffed(director(), legal_representative="P2")
    profile = replace(facts.profile[0], is_legal_representative_chair=is_chair)
    outcome = judged(
        replace(facts, profile=(profile,)), "ST-03", legal_rep_chair_auto_waiver=is_allowed
    )
    assert verdict(outcome) == ("not_met", "legal_rep_differs")
    assert outcome.is_excused is is_excused
    assert outcome.figures == ({"excused": "legal_rep_is_chair"} if is_excused else {})
