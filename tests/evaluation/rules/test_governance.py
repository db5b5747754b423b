from dataclasses import replace
from datetime import date

import pytest

from evaluation.rules.base import Remedy
from evaluation.rules.facts import CenterFacts, Council, Profile, Staff

AS_OF = date(2025, 12, 31)
COUNCIL = Council(1, member_count=3)
DIRECTOR = Staff(1, "P1", "director", is_council_appointed=True)


def profile(**cells):
    values = {
        "registration_status": "registered",
        "registered_on": date(2017, 9, 1),
        "uscc": "52310199MJF1000241",
    }
    return Profile(row=1, **values | cells)


def center(**cells):
    return CenterFacts(AS_OF, profile=(profile(**cells),))


def led(*councils, staff=(DIRECTOR,), **cells):
    return replace(center(**cells), governance=councils, staff=staff)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


# ST-01


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, ("met", "registered_institution")),
        ({"uscc": None}, ("met", "registered_institution")),
        ({"uscc": ""}, ("met", "registered_institution")),
        ({"registered_on": AS_OF}, ("met", "registered_institution")),
        ({"uscc": "51310199MJF1000241"}, ("not_met", "not_social_service_institution")),
        ({"uscc": "53310199MJF1000241"}, ("not_met", "not_social_service_institution")),
        ({"uscc": "91310199MJF1000241"}, ("not_met", "not_social_service_institution")),
        ({"registered_on": None}, ("no_data", "registration_date_missing")),
        ({"registration_status": None}, ("no_data", "registration_status_missing")),
        ({"registration_status": "preparing"}, ("not_met", "not_registered")),
        ({"registration_status": "unregistered"}, ("not_met", "not_registered")),
        ({"registration_status": "deregistered"}, ("not_met", "not_registered")),
        (
            {"registered_on": date(2026, 1, 1), "established_on": date(2025, 1, 1)},
            ("not_met", "not_yet_registered"),
        ),
        ({"ends_on": date(2025, 12, 30)}, ("no_data", "profile_not_in_force")),
    ],
)
def test_registered_institution(judged, cells, expected):
    assert verdict(judged(center(**cells), "ST-01")) == expected


def test_registered_institution_profile_never_filed_or_empty(judged):
    facts = CenterFacts(AS_OF)
    assert verdict(judged(facts, "ST-01")) == ("no_data", "profile_not_filed")
    outcome = judged(replace(facts, profile=()), "ST-01")
    assert verdict(outcome) == ("not_met", "profile_empty")


def test_registered_institution_judges_the_row_in_force(judged):
    rows = (
        replace(profile(registration_status="preparing"), ends_on=date(2025, 6, 30)),
        replace(profile(starts_on=date(2025, 7, 1)), row=2),
    )
    facts = CenterFacts(AS_OF, profile=rows)
    outcome = judged(facts, "ST-01")
    assert outcome.outcome == "met"
    assert outcome.uncounted == ((("profile", 1), "ended_before"),)
    before = judged(replace(facts, as_of=date(2025, 6, 30)), "ST-01")
    assert verdict(before) == ("not_met", "not_registered")
    assert before.figures == {"status": "preparing"}


def test_registered_institution_later_row_supersedes(judged):
    rows = (profile(), replace(profile(registration_status="deregistered"), row=2))
    outcome = judged(CenterFacts(AS_OF, profile=rows), "ST-01")
    assert outcome.outcome == "not_met"
    assert outcome.uncounted == ((("profile", 1), "superseded"), (("profile", 2), "not_registered"))


# ST-15


def test_council_leadership_met(judged):
    outcome = judged(led(COUNCIL), "ST-15")
    assert verdict(outcome) == ("met", "council_in_term")
    assert outcome.figures == {"members": 3, "required": 3}
    assert outcome.counted == (("governance", 1), ("staff", 1))


def test_council_term_ends_on_the_date(judged):
    assert judged(led(replace(COUNCIL, ends_on=AS_OF)), "ST-15").outcome == "met"
    ended = judged(led(replace(COUNCIL, ends_on=date(2025, 12, 30))), "ST-15")
    assert verdict(ended) == ("not_met", "council_term_ended_2025-12-30")
    assert ended.remedy == Remedy("elect_council", {"min_members": 3})


def test_council_ended_names_the_last_term(judged):
    terms = (Council(1, 5, ends_on=date(2021, 5, 31)), Council(2, 5, ends_on=date(2025, 5, 31)))
    assert judged(led(*terms), "ST-15").reason_code == "council_term_ended_2025-05-31"


def test_council_with_too_few_members(judged):
    outcome = judged(led(Council(1, 2), Council(2, 1)), "ST-15")
    assert verdict(outcome) == ("not_met", "council_2_of_3")
    assert outcome.remedy == Remedy("add_council_members", {"missing": 1})
    assert judged(led(Council(1, 2)), "ST-15", council_min_members=2).outcome == "met"


@pytest.mark.parametrize("councils", [(), (Council(1, 5, starts_on=date(2026, 1, 1)),)])
def test_no_council(judged, councils):
    assert verdict(judged(led(*councils), "ST-15")) == ("not_met", "no_council")


@pytest.mark.parametrize("status", ["preparing", "unregistered", "deregistered"])
def test_council_of_an_unregistered_center(judged, status):
    facts = led(COUNCIL, registration_status=status)
    assert verdict(judged(facts, "ST-15")) == ("not_met", "center_not_registered")
    unfiled = replace(facts, governance=None)
    assert verdict(judged(unfiled, "ST-15")) == ("not_met", "center_not_registered")


def test_director_must_be_appointed_by_the_council(judged):
    staff = (replace(DIRECTOR, is_council_appointed=False),)
    outcome = judged(led(COUNCIL, staff=staff), "ST-15")
    assert verdict(outcome) == ("not_met", "director_not_appointed")
    assert (("staff", 1), "not_council_appointed") in outcome.uncounted


def test_acting_director_must_be_appointed_when_acting_counts(judged):
    staff = (replace(DIRECTOR, post="acting_director", is_council_appointed=False),)
    facts = led(COUNCIL, staff=staff)
    assert judged(facts, "ST-15").reason_code == "director_not_appointed"
    assert judged(facts, "ST-15", acting_director_counts=False).outcome == "met"


@pytest.mark.parametrize(
    "staff",
    [(), (replace(DIRECTOR, is_council_appointed=False, ends_on=date(2025, 10, 15)),)],
)
def test_vacant_post_leaves_the_council_alone_to_judge(judged, staff):
    assert judged(led(COUNCIL, staff=staff), "ST-15").outcome == "met"
    assert judged(led(staff=staff), "ST-15").outcome == "not_met"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(led(COUNCIL), governance=None), "governance_not_filed"),
        (led(COUNCIL, staff=None), "staff_not_filed"),
        (led(Council(1)), "member_count_unknown"),
        (
            led(COUNCIL, staff=(replace(DIRECTOR, is_council_appointed=None),)),
            "appointment_unknown",
        ),
        (led(COUNCIL, registration_status=None), "registration_status_missing"),
        (replace(led(COUNCIL), profile=None), "profile_not_filed"),
    ],
)
def test_council_leadership_unknown_is_no_data(judged, facts, reason):
    assert verdict(judged(facts, "ST-15")) == ("no_data", reason)


def test_failing_council_needs_no_staff_and_no_profile(judged):
    facts = replace(led(Council(1, 2), staff=None), profile=None)
    assert verdict(judged(facts, "ST-15")) == ("not_met", "council_2_of_3")
