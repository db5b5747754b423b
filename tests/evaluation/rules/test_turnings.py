"""The days that have to be looked at: none on which a rule turns may be missing."""

from dataclasses import replace
from datetime import date, timedelta

from evaluation.rules.facts import Casework, CenterFacts, Profile, Statutory
from evaluation.rules.turnings import Turnings

CHANGED = date(2026, 2, 10)
REGISTERED = Profile(row=1, registration_status="registered", registered_on=date(2017, 9, 1))


def test_the_end_of_a_term_that_a_law_fixes_is_looked_at(judged, parameters):
    row = Statutory(1, "articles_change", occurred_on=CHANGED)
    facts = CenterFacts(CHANGED, profile=(REGISTERED,), statutory=(row,))
    days = [CHANGED + timedelta(days=n) for n in range(61)]
    said = [judged(replace(facts, as_of=day), "LX-03").outcome for day in days]
    turned = {day for day, was, now in zip(days[1:], said, said[1:], strict=False) if was != now}
    assert turned == {date(2026, 3, 13)}
    assert turned <= Turnings(parameters()).days(facts, days[0], days[-1])


def test_the_day_that_says_that_nobody_is_due_is_looked_at(judged, parameters):
    since = CHANGED + timedelta(days=5)
    noted = Casework(CHANGED.year, "FN-12", (), since)
    facts = CenterFacts(CHANGED, casework=(noted,))
    days = [CHANGED + timedelta(days=n) for n in range(11)]
    said = [judged(replace(facts, as_of=day), "FN-12").outcome for day in days]
    turned = {day for day, was, now in zip(days[1:], said, said[1:], strict=False) if was != now}
    assert turned == {since}
    assert turned <= Turnings(parameters()).days(facts, days[0], days[-1])
