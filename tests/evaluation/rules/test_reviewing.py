"""How reviews count, by the golden figures and by what always holds."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules import reviewing
from evaluation.rules.reviewing import NO_DATA, NOT_APPLICABLE, Figure, Line, Section

BANDS = [
    ("excellent", Decimal(90)),
    ("good", Decimal(80)),
    ("qualified", Decimal(60)),
    ("unqualified", Decimal(0)),
]
STEPS = {"steps": [["0.8", "0.6"], ["0.95", "1"]]}
MEANS = {"steps": [["80", "0.6"], ["90", "1"]]}
WEIGHTS = {"A": 25, "B": 45, "C": 10, "D": 8, "E": 12}
outcomes = st.lists(st.sampled_from(["met", "not_met", "no_data", "not_applicable"]), max_size=12)


def golden(*got):
    """Sections with these points."""
    return [
        Section(code, Decimal(weight), [Line(f"{code}1", Decimal(weight), Fraction(points))])
        for (code, weight), points in zip(WEIGHTS.items(), got, strict=True)
    ]


@pytest.mark.parametrize(
    ("got", "bonus", "total", "grade"),
    [
        (("24.00", "41.50", "9.50", "7.50", "11.00"), ["3.00"], "96.50", "excellent"),
        (("20.00", "38.00", "8.00", "6.50", "9.75"), [], "82.25", "good"),
        (("21.00", "36.50", "7.495", "6.00", "9.00"), [], "80.00", "good"),
    ],
)
def test_golden_totals(got, bonus, total, grade):
    found = reviewing.total(golden(*got), "zero", map(Decimal, bonus), Decimal(5), [], BANDS)
    assert (str(found.total), found.grade) == (total, grade)
    assert found.base + Fraction(found.bonus) == sum(map(Fraction, got)) + sum(map(Fraction, bonus))


@pytest.mark.parametrize(
    ("found", "policy", "points"),
    [
        (["met"] * 7 + ["not_applicable"], "zero", Fraction(15)),
        (["met"] * 4 + ["not_met"] * 2 + ["not_applicable"] * 2, "zero", Fraction(10)),
        (["met"] * 4 + ["no_data"] * 2, "zero", Fraction(10)),
        (["met"] * 4 + ["no_data"] * 2, "exclude_and_rescale", Fraction(15)),
        (["met"] * 4 + ["not_met"] * 3, "zero", Fraction(60, 7)),
        (["no_data"] * 8, "zero", NO_DATA),
        (["no_data"] * 8, "exclude_and_rescale", NO_DATA),
        (["not_applicable"] * 8, "zero", NOT_APPLICABLE),
        (["met"] + ["no_data"] * 7, "manual", NO_DATA),
        (["met"] * 4 + ["not_met"] * 2 + ["not_applicable"] * 2, "manual", Fraction(10)),
    ],
)
def test_golden_items(found, policy, points):
    figure = Figure(outcomes=tuple(found))
    assert reviewing.score("items", {}, Decimal(15), figure, policy) == points


@pytest.mark.parametrize(
    ("policy", "base", "left_out"),
    [("zero", Fraction(85), ()), ("exclude_and_rescale", Fraction(100), ("B1",))],
)
def test_no_data_is_zero_or_left_out(policy, base, left_out):
    sections = [
        Section(
            "B",
            Decimal(100),
            [Line("B1", Decimal(15), NO_DATA), Line("B2", Decimal(85), Fraction(85))],
        )
    ]
    found = reviewing.total(sections, policy, [], Decimal(5), [], BANDS)
    assert (found.base, found.sections[0].left_out) == (base, left_out)


def test_manual_names_what_nobody_marked():
    sections = [Section("B", Decimal(100), [Line("B1", Decimal(100), NO_DATA)])]
    with pytest.raises(reviewing.Unmarked) as refusal:
        reviewing.total(sections, "manual", [], Decimal(5), [], BANDS)
    assert refusal.value.codes == ("B1",)


def test_not_applicable_rescales_its_section_and_an_empty_section_the_whole():
    sections = [
        Section(
            "A",
            Decimal(60),
            [Line("A1", Decimal(20), NOT_APPLICABLE), Line("A2", Decimal(40), Fraction(20))],
        ),
        Section("B", Decimal(40), [Line("B1", Decimal(40), NOT_APPLICABLE)]),
    ]
    found = reviewing.total(sections, "zero", [], Decimal(5), [], BANDS)
    assert [each.score for each in found.sections] == [Fraction(30), None]
    assert found.base == 50


def test_bonus_stops_at_its_most_and_a_veto_gives_the_lowest_grade():
    sections = golden("25", "45", "10", "8", "12")
    found = reviewing.total(
        sections, "zero", [Decimal(3), Decimal(4)], Decimal(5), ["弄虚作假"], BANDS
    )
    assert (found.bonus, str(found.total)) == (Decimal(5), "105.00")
    assert (found.vetoes, found.grade) == (("弄虚作假",), "unqualified")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("79.995", "80.00"), ("79.9949", "79.99"), ("0.005", "0.01"), ("89.995", "90.00")],
)
def test_half_up(value, rounded):
    assert str(reviewing.half_up(Fraction(value))) == rounded


@pytest.mark.parametrize(
    ("scoring", "settings", "figure", "points"),
    [
        ("ratio", {"target": "4"}, Figure(actual=Fraction(3)), Fraction(15, 2)),
        ("ratio", {"target": "4"}, Figure(actual=Fraction(9)), Fraction(10)),
        ("ratio", {}, Figure(actual=Fraction(1), target=Fraction(3)), Fraction(10, 3)),
        ("threshold", {"steps": [["1", "0.5"], ["3", "1"]]}, Figure(actual=Fraction(0)), 0),
        ("threshold", {"steps": [["1", "0.5"], ["3", "1"]]}, Figure(actual=Fraction(2)), 5),
        ("threshold", {"steps": [["1", "0.5"], ["3", "1"]]}, Figure(actual=Fraction(3)), 10),
        ("threshold", STEPS, Figure(actual=Fraction(3), target=Fraction(10)), 0),
        ("threshold", STEPS, Figure(actual=Fraction(8), target=Fraction(10)), 6),
        ("threshold", STEPS, Figure(actual=Fraction(19), target=Fraction(20)), 10),
        ("threshold", MEANS, Figure(actual=Fraction(85), target=Fraction(100), is_mean=True), 6),
        ("boolean", {}, Figure(actual=Fraction(1)), 10),
        ("boolean", {}, Figure(actual=Fraction(0)), 0),
        ("rubric", {"levels": [["好", "1"], ["中", "0.6"]]}, Figure(actual="中"), 6),
        ("deduct", {"per_event": "3"}, Figure(actual=Fraction(2)), 4),
        ("deduct", {"per_event": "3"}, Figure(actual=Fraction(5)), 0),
        ("ratio", {"target": "4"}, Figure(), NO_DATA),
        ("ratio", {"target": "4"}, Figure(is_applicable=False), NOT_APPLICABLE),
    ],
)
def test_ways_of_scoring(scoring, settings, figure, points):
    assert reviewing.score(scoring, settings, Decimal(10), figure) == points


@pytest.mark.parametrize(
    ("scoring", "settings", "key"),
    [
        ("threshold", {}, "steps"),
        ("threshold", {"steps": [["3", "1"], ["1", "0.5"]]}, "steps"),
        ("threshold", {"steps": [["x", "1"]]}, "steps"),
        ("rubric", {"levels": [["好", "2"]]}, "levels"),
        ("rubric", {"levels": [["好", "1"], ["好", "0.5"]]}, "levels"),
        ("deduct", {"per_event": "0"}, "per_event"),
        ("items", {"rules": []}, "rules"),
    ],
)
def test_settings_that_score_nothing_are_named(scoring, settings, key):
    with pytest.raises(reviewing.SettingsWrong) as refusal:
        reviewing.check_settings(scoring, "findings", settings)
    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("source", "settings", "key"),
    [
        ("survey", {}, "group"),
        ("survey", {"group": "nobody", **MEANS}, "group"),
        ("projects", {"figure": "nothing", **STEPS}, "figure"),
        ("timeliness", {"steps": [["80", "1"]]}, "steps"),
        ("projects", {"figure": "accepted_share", "steps": [["2", "1"]]}, "steps"),
        ("survey", {"group": "residents", "steps": [["101", "1"]]}, "steps"),
    ],
)
def test_a_source_takes_its_own_settings(source, settings, key):
    with pytest.raises(reviewing.SettingsWrong) as refusal:
        reviewing.check_settings("threshold", source, settings)
    assert refusal.value.key == key
    assert reviewing.fits("threshold", source)


def test_every_source_is_counted_in_some_way_and_none_in_every():
    for source, ways in reviewing.FITTING.items():
        assert {way for way in reviewing.SCORINGS if reviewing.fits(way, source)} == ways
    assert not reviewing.fits("ratio", "")


@pytest.mark.parametrize(
    ("scoring", "settings", "taken", "refused"),
    [
        ("rubric", {"levels": [["好", "1"], ["中", "0.6"]]}, ["28", "16.8"], ["20", "0", "28.001"]),
        ("rubric", {"levels": [["三分之一", "1/3"]]}, ["9.333"], ["9.334", "28"]),
        ("boolean", {}, ["28", "0"], ["14"]),
        ("deduct", {"per_event": "3"}, ["28", "25", "1", "0"], ["27", "2", "-2"]),
        ("ratio", {}, ["28", "0", "13.371"], ["28.001", "-1"]),
    ],
)
def test_a_person_gives_what_the_way_of_scoring_has(scoring, settings, taken, refused):
    for given_points, is_taken in [*((p, True) for p in taken), *((p, False) for p in refused)]:
        found = reviewing.takes(scoring, settings, Decimal(28), Decimal(given_points))
        assert found is is_taken, given_points


@given(st.integers(0, 40), st.sampled_from(["1", "3", "0.5", "7"]))
def test_points_of_events_tell_the_events_again(events, per_event):
    settings = {"per_event": per_event}
    left = reviewing.score("deduct", settings, Decimal(28), Figure(actual=Fraction(events)))
    points = Decimal(left.numerator) / left.denominator
    found = reviewing.events_of(settings, Decimal(28), points)
    assert found is not None
    assert found == events if points else found <= events


@pytest.mark.parametrize(
    ("grades", "below"),
    [
        (BANDS, "good"),
        ([("excellent", Decimal(90)), ("qualified", Decimal(60)), ("unqualified", 0)], "qualified"),
        ([("excellent", Decimal(0))], "excellent"),
    ],
)
def test_below_the_best_grade_lies_the_next_of_the_scheme(grades, below):
    assert reviewing.next_below("excellent", grades) == below


@pytest.mark.parametrize(
    ("totals", "share", "falls"),
    [
        ({1: "96", 2: "95", 3: "91"}, None, set()),
        ({1: "96", 2: "95", 3: "91"}, "0.5", {2, 3}),
        ({1: "96", 2: "95", 3: "95"}, "0.7", {2, 3}),
        ({1: "96", 2: "95"}, "1", set()),
        ({1: "96"}, "0.1", {1}),
    ],
)
def test_quota_lets_nobody_of_a_tie_in(totals, share, falls):
    points = {key: Decimal(value) for key, value in totals.items()}
    found = reviewing.quota(points, Decimal(share) if share else None, len(points))
    assert found == falls


@given(outcomes, st.sampled_from(["zero", "exclude_and_rescale", "manual"]))
def test_items_give_from_nothing_to_all(found, policy):
    points = reviewing.score("items", {}, Decimal(15), Figure(outcomes=tuple(found)), policy)
    if isinstance(points, Fraction):
        assert 0 <= points <= 15
        assert not (policy == "manual" and "no_data" in found)
        assert (points == 15) == (
            "not_met" not in found and not (policy == "zero" and "no_data" in found)
        )


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.fractions(0, 1) | st.sampled_from([NO_DATA])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["zero", "exclude_and_rescale"]),
)
def test_base_is_within_the_hundred_and_full_marks_are_the_hundred(rows, policy):
    sections = [
        Section(
            str(at),
            Decimal(weight),
            [Line(f"{at}1", Decimal(weight), share if share is NO_DATA else share * weight)],
        )
        for at, (weight, share) in enumerate(rows)
    ]
    found = reviewing.total(sections, policy, [], Decimal(5), [], BANDS)
    assert 0 <= found.base <= 100
    if all(share == 1 for _weight, share in rows):
        assert found.base == 100
    assert found.grade == reviewing.grade_of(found.total, BANDS)


@given(st.dictionaries(st.integers(), st.decimals(90, 105, places=2), max_size=12), st.floats(0, 1))
def test_quota_is_kept(totals, share):
    falls = reviewing.quota(totals, Decimal(str(round(share, 3))), len(totals))
    left = {key: points for key, points in totals.items() if key not in falls}
    assert len(left) <= Decimal(str(round(share, 3))) * len(totals)
    assert not left or not falls or min(left.values()) > max(totals[key] for key in falls)
