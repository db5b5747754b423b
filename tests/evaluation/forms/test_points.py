"""What is typed for the points of an indicator, and what it is worth."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from evaluation.forms.points import points_field
from evaluation.models import Answer, Mark
from evaluation.rules import reviewing

LEVELS = {"levels": [["健全", "1"], ["基本健全", "0.6"], ["不健全", "0"]]}


def field(scoring, settings, given=None):
    answer = Answer(code="C1", points=Decimal("28.00"), scoring=scoring, settings=settings)
    mark = None if given is None else Mark(points=Decimal(given))
    return points_field(answer, mark, "Points for C1")


@pytest.mark.parametrize(
    ("scoring", "settings", "typed", "points"),
    [
        ("rubric", LEVELS, "16.8", "16.8"),
        ("rubric", LEVELS, "28", "28"),
        ("boolean", {}, "28", "28"),
        ("boolean", {}, "0", "0"),
        ("deduct", {"per_event": "1.5"}, "2", "25"),
        ("deduct", {"per_event": "10"}, "3", "0"),
        ("ratio", {}, "13.371", "13.371"),
    ],
)
def test_what_is_typed_is_worth_points_that_a_person_may_give(scoring, settings, typed, points):
    given = field(scoring, settings).clean(typed)
    assert given == Decimal(points)
    assert reviewing.takes(scoring, settings, Decimal("28.00"), given)
    assert field(scoring, settings).clean("") is None


@pytest.mark.parametrize(
    ("scoring", "settings", "typed"),
    [
        ("rubric", LEVELS, "13.371"),
        ("boolean", {}, "14"),
        ("deduct", {"per_event": "1.5"}, "-1"),
        ("deduct", {"per_event": "1.5"}, "0.5"),
        ("ratio", {}, "28.001"),
    ],
)
def test_what_the_way_of_scoring_has_not_is_refused(scoring, settings, typed):
    with pytest.raises(ValidationError):
        field(scoring, settings).clean(typed)


def test_levels_are_offered_with_their_points():
    offered = [str(label) for _value, label in field("rubric", LEVELS).choices]
    assert offered == ["—", "健全 · 28", "基本健全 · 16.8", "不健全 · 0"]


@pytest.mark.parametrize(
    ("scoring", "settings", "given", "shown"),
    [
        ("rubric", LEVELS, "16.800", "16.8"),
        ("boolean", {}, "0.000", "0"),
        ("deduct", {"per_event": "1.5"}, "25.000", 2),
        ("ratio", {}, "13.371", "13.371"),
        ("ratio", {}, "10.000", "10"),
    ],
)
def test_what_was_given_is_shown_as_it_was_typed(scoring, settings, given, shown):
    assert field(scoring, settings, given).initial == shown
