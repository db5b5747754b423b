import pytest

from evaluation.rules.base import Outcome
from evaluation.rules.rollup import roll_up


def judged(*items):
    """Items such as "M not_met", "G not_met waived", "M not_met grace"."""
    result = []
    for item in items:
        rule_class, outcome, *marks = item.split()
        found = Outcome(outcome, "reason", in_grace="grace" in marks)
        result.append((rule_class, found, "waived" in marks))
    return result


@pytest.mark.parametrize(
    ("items", "verdict"),
    [
        (["M met", "G met"], "compliant"),
        (["M met", "G not_applicable"], "compliant"),
        (["M not_met", "M no_data", "G not_met"], "not_compliant"),
        (["M not_met waived", "G met"], "compliant"),
        (["M not_met grace", "G met"], "compliant"),
        (["M met", "G no_data", "G not_met"], "incomplete"),
        (["M no_data", "G met"], "incomplete"),
        (["M error", "G met"], "incomplete"),
        (["M met", "G error"], "incomplete"),
        (["M met", "G not_met"], "basically_compliant"),
        (["M met", "G not_met grace"], "basically_compliant"),
        (["M met", "G not_met waived"], "compliant"),
        (["M no_data", "G not_met waived"], "incomplete"),
        (["M met", "E not_met", "E no_data", "P error", "L not_met", "D not_met"], "compliant"),
        (["M not_applicable", "G not_applicable"], "not_included"),
        (["E met"], "not_included"),
        ([], "not_included"),
    ],
)
def test_roll_up(items, verdict):
    assert roll_up(judged(*items)) == verdict


def test_roll_up_does_not_depend_on_order():
    items = judged("M no_data", "G not_met", "M not_met", "M met")
    assert roll_up(items) == roll_up(reversed(items)) == "not_compliant"
