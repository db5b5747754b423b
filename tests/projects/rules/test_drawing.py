"""A draw can be repeated."""

from hypothesis import given
from hypothesis import strategies as st

from projects.rules.drawing import pick

POOLS = st.sets(st.integers(min_value=1, max_value=10_000), max_size=60)


@given(POOLS, st.integers(min_value=0, max_value=60), st.text(max_size=32))
def test_the_same_pool_and_seed_give_the_same_in_any_order(pool, wanted, seed):
    drawn = pick(sorted(pool), wanted, seed)
    assert drawn == pick(sorted(pool, reverse=True), wanted, seed)
    assert len(drawn) == len(set(drawn)) == min(wanted, len(pool))
    assert set(drawn) <= pool


def test_every_one_is_drawn_about_as_often():
    times = dict.fromkeys(range(1, 11), 0)
    for seed in range(1_000):
        for drawn in pick(times, 3, f"{seed:032x}"):
            times[drawn] += 1
    assert all(230 < count < 370 for count in times.values())
