"""Where a rule stands, as far as the roll-up cares."""

from types import SimpleNamespace

import pytest

from evaluation.rules import comparisons
from evaluation.rules.base import NOT_MET, Outcome


@pytest.mark.parametrize(
    ("is_excused", "waivers", "is_waived"),
    [(False, {}, False), (True, {}, True), (False, {"ST-03": 7}, True)],
)
def test_what_the_districts_reading_excuses_stands_as_waived(is_excused, waivers, is_waived):
    outcome = Outcome(NOT_MET, "legal_rep_differs", is_excused=is_excused)
    judged = SimpleNamespace(outcomes={"ST-03": outcome}, waivers=waivers)
    assert comparisons.standing(judged, "ST-03").is_waived is is_waived


def test_an_excuse_that_falls_away_is_a_change_for_the_worse():
    def judged(*, is_excused):
        outcome = Outcome(NOT_MET, "legal_rep_differs", is_excused=is_excused)
        return SimpleNamespace(outcomes={"ST-03": outcome}, waivers={})

    (change,) = comparisons.changes(judged(is_excused=True), judged(is_excused=False))
    assert change.direction == comparisons.WORSE
