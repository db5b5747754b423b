"""Default ← municipality ← district, over any sequence of decisions: what always holds."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.rules.parameters import Override, Parameter, resolve

PARAMETERS = {
    "area": Parameter(
        "area",
        type="decimal",
        default=Decimal(30),
        clause="一",
        rules=("R1",),
        title="面积",
        title_en="Area",
        is_nullable=True,
        looser="lower",
    ),
    "days": Parameter(
        "days",
        type="int",
        default=10,
        clause="一",
        rules=("R1",),
        title="天数",
        title_en="Days",
        looser="higher",
    ),
    "basis": Parameter(
        "basis",
        type="choice",
        default="a",
        clause="一",
        rules=("R1",),
        title="口径",
        title_en="Basis",
        choices=("a", "b"),
    ),
}
RAW = {
    "area": st.none() | st.integers(0, 60).map(str),
    "days": st.integers(0, 60),
    "basis": st.sampled_from(("a", "b")),
    # A pack may have dropped what somebody once set.
    "gone": st.just("x"),
}
LEVELS = ("city/", "city/district/")


@st.composite
def decisions(draw, levels=LEVELS):
    """Overrides from the top level down, each with a version of its own."""
    found, version = [], 0
    for level in levels:
        for key in draw(st.lists(st.sampled_from(sorted(RAW)), max_size=6)):
            version += 1
            is_reset = draw(st.booleans())
            value = None if is_reset else draw(RAW[key])
            found.append(Override(version, level, key, value, is_reset))
    return found


REQUIRED = st.sets(st.sampled_from(sorted(PARAMETERS)))
PATIENT = settings(max_examples=200, deadline=None)


@PATIENT
@given(decisions())
def test_the_last_word_of_the_lowest_level_that_has_one_holds(overrides):
    resolved = resolve(PARAMETERS, overrides)
    for name, parameter in PARAMETERS.items():
        last = {o.level: o for o in overrides if o.key == name}
        words = [last[level] for level in LEVELS if level in last and not last[level].is_reset]
        wanted = (parameter.default, 0)
        if words:
            wanted = (parameter.parse(words[-1].value), words[-1].version)
        assert resolved[name] == wanted


@PATIENT
@given(decisions(), REQUIRED)
def test_a_required_figure_is_never_looser_than_any_level_above(overrides, required):
    below = resolve(PARAMETERS, overrides, required)
    above = resolve(PARAMETERS, [o for o in overrides if o.level == LEVELS[0]], required)
    for name in required:
        parameter = PARAMETERS[name]
        assert not parameter.is_looser(below[name].value, above[name].value)
        assert not parameter.is_looser(above[name].value, parameter.default)


@PATIENT
@given(decisions(), REQUIRED)
def test_every_parameter_is_there_and_nothing_else(overrides, required):
    assert set(resolve(PARAMETERS, overrides, required)) == set(PARAMETERS)


@PATIENT
@given(decisions(), REQUIRED, st.sampled_from(sorted(PARAMETERS)))
def test_a_reset_is_as_if_the_level_had_never_spoken(overrides, required, name):
    given_up = [*overrides, Override(99, LEVELS[1], name, None, is_reset=True)]
    silent = [o for o in overrides if (o.level, o.key) != (LEVELS[1], name)]
    after, before = (resolve(PARAMETERS, each, required)[name] for each in (given_up, silent))
    assert after == before


@PATIENT
@given(decisions(), REQUIRED)
def test_what_holds_survives_being_written_and_read(overrides, required):
    for name, found in resolve(PARAMETERS, overrides, required).items():
        parameter = PARAMETERS[name]
        assert parameter.parse(parameter.dump(found.value)) == found.value
