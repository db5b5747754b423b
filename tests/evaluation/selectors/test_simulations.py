"""What would change, and that asking leaves no trace (domain §10.7)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from centers.models import Center
from evaluation.selectors import findings, simulations
from evaluation.selectors.findings import LiveLimitError
from evaluation.selectors.simulations import Scenario, Sums, compare, counted
from tests.evaluation.test_golden import ROLLUPS, VARIANTS, YEAR_END
from tests.factories.centers import CenterFactory

pytestmark = pytest.mark.django_db

# §10.7 speaks of the standard and the functions.
SPOKEN_OF = ("ST-", "FN-")


@pytest.fixture
def simulated(golden, pack):
    """(as_of, values) → what changes against the year's end, by center code."""

    def simulate(as_of=YEAR_END, values=None):
        before, after = Scenario(YEAR_END, pack), Scenario(as_of, pack, values=values or {})
        return {each.place.code: each for each in compare(Center.objects.all(), before, after)}

    return simulate


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_changes_to_the_letter(simulated, variant):
    as_of, values, outcomes, rollups = VARIANTS[variant]
    found = simulated(as_of, values)
    changed = {
        (change.rule, code): change.after.outcome
        for code, each in found.items()
        for change in each.changes
        if change.rule.startswith(SPOKEN_OF)
    }
    assert changed == outcomes
    # The golden waiver of C04 changes no variant, so the roll-ups are those of §10.4 without it.
    moved = {
        code: each.after.rollup
        for code, each in found.items()
        if each.before.rollup != each.after.rollup
    }
    assert moved == rollups
    assert {code: each.before.rollup for code, each in found.items()} == ROLLUPS


def test_v2_leaves_own_area(simulated):
    found = simulated(values={"shared_area_policy": "exclusive_only"})
    (change,) = found["C05"].changes
    assert change.after.reason_code == "area_18.00_of_30.00"
    assert found["C01"].after.outcomes["ST-08"].figures["counted_area_m2"] == "86.00"
    assert found["C01"].changes == []


def test_v11_says_why(simulated):
    found = simulated(date(2026, 1, 1))
    reasons = {
        change.after.reason
        for each in found.values()
        for change in each.changes
        if change.rule in ("ST-12", "ST-13")
    }
    assert reasons == {"new_fiscal_year_pending"}


# --- sums


def summed(pack, **after):
    before = Scenario(YEAR_END, pack)
    after = Scenario(**{"as_of": YEAR_END, "pack": pack} | after)
    sums = Sums(before, after)
    changed = list(counted(compare(Center.objects.all(), before, after), sums))
    return sums, changed


def test_sums_count_every_center_and_what_is_missing(golden, pack):
    sums, changed = summed(pack, values={"min_area": "35.00", "min_fulltime_staff": 3})
    assert sums.center_count == 8
    assert sums.changed_count == len(changed)
    assert sum(sums.rollup_counts(is_after=True).values()) == 8
    area, people = sums.shortfalls["ST-08"], sums.shortfalls["ST-04"]
    # C02 has 30 m² and C05 has 33.
    assert (area.before.total, area.after.total) == (Decimal(0), Decimal("7.00"))
    assert (area.after.center_count, area.after.unknown_count) == (2, 0)
    assert area.difference == Decimal("7.00")
    counted_staff = [
        int(each.after.outcomes["ST-04"].figures["counted"])
        for each in compare(Center.objects.all(), *two(pack))
    ]
    assert people.after.total == sum(max(3 - number, 0) for number in counted_staff)


def two(pack):
    return Scenario(YEAR_END, pack), Scenario(YEAR_END, pack)


def test_sums_say_the_yuan_missing_and_who_is_unknown(golden, pack, wutong):
    CenterFactory(code="C91", division=wutong)
    sums, _changed = summed(pack, values={"funding_floor": "1000000"})
    yuan = sums.shortfalls["ST-12"]
    short = [
        Decimal(1_000_000) - Decimal(each.after.outcomes["ST-12"].figures["counted_yuan"])
        for each in compare(
            Center.objects.exclude(code="C91"),
            Scenario(YEAR_END, pack),
            Scenario(YEAR_END, pack, values={"funding_floor": "1000000"}),
        )
    ]
    assert yuan.after.total == sum(each for each in short if each > 0)
    assert yuan.before.total == 0
    # Without a floor C06, which has no commitment, lacks an amount that nobody can say.
    assert yuan.before.unknown_count == 2
    assert [place.code for place, _reason, _figures in yuan.unknown] == ["C91"]


def test_sums_say_which_rules_move_from_what_to_what(golden, pack):
    sums, _changed = summed(pack, values={"annual_min_days": 180})
    assert {rule: dict(moves) for rule, moves in sums.moves.items()} == {
        "ST-13": {(("not_met", False, False), ("met", False, False)): 1}
    }


def test_sums_per_district(golden, pack, huangpu):
    CenterFactory(code="H01", division=huangpu)
    sums, _changed = summed(pack, values={"annual_min_days": 180})
    assert {code: (d.center_count, d.changed_count) for code, d in sums.districts.items()} == {
        "310199": (8, 1),
        "310101": (1, 0),
    }


# --- what was known, waivers


def test_known_at_before_anything_was_accepted_leaves_no_data(golden, pack):
    early = datetime(2020, 1, 1, tzinfo=UTC)
    _sums, changed = summed(pack, known_at=early)
    assert {each.after.rollup for each in changed} == {"incomplete"}
    assert len(changed) == 8


# --- no pen


def rows():
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_nothing_is_written(golden, pack):
    before = rows()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        _sums, changed = summed(pack, as_of=date(2026, 1, 1), values={"min_area": "50"})
    assert changed
    assert rows() == before


# --- many


def queries(centers, pack):
    before = Scenario(YEAR_END, pack)
    after = Scenario(date(2026, 1, 1), pack, values={"min_area": "50"})
    with CaptureQueriesContext(connection) as captured:
        found = list(compare(centers, before, after))
    return len(captured), len(found)


def test_one_and_three_centers_cost_the_same(golden, pack):
    one = queries(Center.objects.filter(code="C01"), pack)
    three = queries(Center.objects.filter(code__in=["C01", "C02", "C08"]), pack)
    assert (one[1], three[1]) == (1, 3)
    assert one[0] == three[0]


def test_chunks_leave_nobody_out(golden, pack, monkeypatch):
    monkeypatch.setattr(findings, "CHUNK", 3)
    assert queries(Center.objects.all(), pack)[1] == 8
    monkeypatch.setattr(findings, "CHUNK", 4)
    assert queries(Center.objects.all(), pack)[1] == 8


def test_too_many_centers_are_refused(golden, monkeypatch):
    monkeypatch.setattr(findings, "LIVE_LIMIT", 7)
    with pytest.raises(LiveLimitError, match="7"):
        simulations.refuse_too_many(Center.objects.all())
    assert simulations.refuse_too_many(Center.objects.exclude(code="C01")) == 7
