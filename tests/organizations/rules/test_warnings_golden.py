"""The golden scenario of the domain reference §10.9, without a database: as of 2025-07-15, the
annual inspection of 2024, every parameter at its default."""

from datetime import date

import pytest

from organizations.rules.warnings import InspectionYear, WarningFacts, watch_organization
from organizations.selectors.thresholds import DEFAULTS

ON = date(2025, 7, 15)
DUE = date(2025, 5, 31)


def of_2024(**values):
    return InspectionYear(2024, due_on=DUE, **values)


CASES = {
    "O1": (WarningFacts(inspections=(of_2024(is_filed=True),)), []),
    "O2": (WarningFacts(registered_on=date(2019, 5, 6), inspections=(of_2024(),)), ["W-01"]),
    "O3": (
        WarningFacts(registered_on=date(2024, 7, 1), inspections=(of_2024(is_exempt=True),)),
        [],
    ),
    "O4": (WarningFacts(registered_on=date(2024, 6, 30), inspections=(of_2024(),)), ["W-01"]),
    "O6": (
        WarningFacts(
            inspections=(
                of_2024(is_filed=True, conclusion="basically_qualified"),
                InspectionYear(2023, is_filed=True, conclusion="basically_qualified"),
            )
        ),
        ["W-03"],
    ),
    "O8": (WarningFacts(last_activity_on=date(2024, 7, 10)), ["W-04"]),
    "O9": (WarningFacts(last_activity_on=date(2024, 7, 20)), []),
    "O11": (
        WarningFacts(inspections=(InspectionYear(2024, due_on=date(2025, 3, 31), is_filed=True),)),
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_golden_warnings(name):
    facts, codes = CASES[name]
    assert [signal.code for signal in watch_organization(facts, DEFAULTS, ON)] == codes


def test_golden_figures_of_the_one_that_handed_in_nothing():
    (signal,) = watch_organization(CASES["O2"][0], DEFAULTS, ON)
    assert (signal.episode, signal.since_on, signal.level) == (
        "2024",
        date(2025, 6, 1),
        "attention",
    )
    assert signal.figures == {"year": 2024, "due_on": "2025-05-31", "days_late": 45}
