"""What will break by itself: the day, the row, from what to what, and whether it mends."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from centers.models import Center
from evaluation.models import Waiver
from evaluation.rules.comparisons import standing
from evaluation.selectors import comparison_words, facts, judgments, lookaheads
from evaluation.selectors.lookaheads import Ahead, look_ahead
from evaluation.services import parameters as parameter_services
from tests.evaluation.selectors.test_simulations import rows

pytestmark = pytest.mark.django_db

TODAY = date(2025, 12, 1)
NEW_YEAR = date(2026, 1, 1)


def ahead(today=TODAY, days=90, **center):
    return Ahead(look_ahead(Center.objects.filter(**center), today), today, days)


def breaks(found, rule):
    return [each for each in found.worse if each.rule.id == rule]


def test_contract_that_ends_breaks_funding_on_the_day_after(golden):
    (broken,) = breaks(ahead(code="C01", days=60), "ST-12")
    assert broken.on == NEW_YEAR
    assert (broken.change.was.outcome, broken.change.now.outcome) == ("met", "no_data")
    assert [(c.code, c.figures["on"]) for c in broken.causes] == [
        ("row_ended", date(2025, 12, 31))
    ]
    assert broken.change.after.remedy.code == "file_new_year_commitment"
    assert (broken.rollup_was, broken.rollup_now) == ("compliant", "incomplete")


def test_grace_of_the_new_year_ends_too(golden):
    found = ahead(today=date(2026, 2, 1), code="C01")
    (broken,) = breaks(found, "ST-12")
    assert broken.on == date(2026, 4, 1)
    assert (broken.change.was.outcome, broken.change.now.outcome) == ("no_data", "not_met")
    assert [(c.code, c.figures["on"]) for c in broken.causes] == [
        ("deadline_passed", date(2026, 3, 31))
    ]


def test_council_term_breaks_with_its_row(golden):
    (broken,) = breaks(ahead(code="C02"), "ST-15")
    assert broken.on == NEW_YEAR
    assert broken.change.after.reason_code == "council_term_ended_2025-12-31"
    assert [cause.figures["section"] for cause in broken.causes] == ["governance"]
    assert broken.rollup_now == "not_compliant"


def test_director_who_leaves_is_named_as_the_row_and_not_by_name(golden):
    found = ahead(today=date(2025, 10, 1), code="C08")
    (broken,) = breaks(found, "ST-02")
    assert broken.on == date(2025, 10, 16)
    (cause,) = broken.causes
    assert (cause.code, cause.figures["section"]) == ("row_ended", "staff")
    assert "2025-10-15" in comparison_words.cause_text(cause)
    # Nobody is director any more, so nobody has to be the legal representative: neither worse
    # nor better.
    assert [each.rule.id for each in found.other] == ["ST-03"]


def test_what_gets_better_stands_apart(golden):
    """A second full-time person of C02 begins on 31 December 2025."""
    found = ahead(code="C02")
    better = [each for each in found.better if each.rule.id == "ST-04"]
    assert [each.on for each in better] == [date(2025, 12, 31)]
    assert [cause.code for cause in better[0].causes] == ["row_began"]
    assert breaks(found, "ST-04") == []


def test_a_waiver_that_ends_is_a_break_without_a_change_of_outcome(golden, alice, leader, at):
    Waiver.objects.create(
        center=golden["C04"],
        rule="ST-03",
        reason="理事长担任法定代表人",
        basis="海民函〔2025〕3号",
        status="approved",
        ends_on=date(2025, 12, 20),
        requested_by=alice,
        requested_at=at,
        approved_by=leader,
        approved_at=at,
    )
    (broken,) = breaks(ahead(code="C04", days=30), "ST-03")
    assert broken.on == date(2025, 12, 21)
    assert (broken.change.was.is_waived, broken.change.now.is_waived) == (True, False)
    assert [c.code for c in broken.causes] == ["waiver_ended"]


def test_a_break_that_a_coming_waiver_excuses_is_listed_with_both_days(
    golden, alice, leader, at
):
    Waiver.objects.create(
        center=golden["C02"],
        rule="ST-15",
        reason="换届筹备",
        basis="海民函〔2025〕8号",
        status="approved",
        starts_on=date(2026, 1, 15),
        ends_on=date(2026, 6, 30),
        requested_by=alice,
        requested_at=at,
        approved_by=leader,
        approved_at=at,
    )
    found = ahead(code="C02", days=60)
    (broken,) = breaks(found, "ST-15")
    assert (broken.on, broken.healed_on) == (NEW_YEAR, None)
    eased = [each for each in found.better if each.rule.id == "ST-15"]
    assert [(each.on, each.causes[0].code) for each in eased] == [
        (date(2026, 1, 15), "waiver_began")
    ]


def test_a_break_that_mends_by_itself_says_when(golden, haitang, alice, at):
    """For a month the district asks for more room than C02 has."""
    for effective_from, value in ((date(2025, 12, 10), "31.00"), (date(2026, 1, 10), "30.00")):
        parameter_services.override(
            division=haitang,
            key="min_area",
            value=value,
            effective_from=effective_from,
            reason="试行",
            doc_no="海民〔2025〕9号",
            by=alice,
            at=at,
        )
    (broken,) = breaks(ahead(code="C02"), "ST-08")
    assert (broken.on, broken.healed_on) == (date(2025, 12, 10), date(2026, 1, 10))
    assert [cause.code for cause in broken.causes] == ["parameter_changed"]
    assert "Minimum floor area" in english(broken.causes[0])


def english(cause):
    with override("en"):
        return comparison_words.cause_text(cause)


def test_tabs_count_what_breaks_within_each_horizon(golden):
    found = ahead(days=30)
    assert found.break_counts[30] == (len(found.worse), lookaheads.center_count(found.worse))
    assert found.break_counts[30] <= found.break_counts[60] <= found.break_counts[90]
    assert found.break_counts[60][0] == len(ahead(days=60).worse)


def test_what_is_blank_because_a_year_begins_is_no_break_and_stands_apart(golden):
    """Figures of 2025 were filed: they speak of 2026 too, and of nothing from 2027 on."""
    found = ahead(today=date(2026, 12, 1), days=60)
    assert {each.on for each in found.anew} == {date(2027, 1, 1)}
    begun = {each.rule.id for each in found.anew}
    assert {"FN-11", "FN-43", "ST-14"} <= begun
    assert begun.isdisjoint({"ST-12", "ST-15"})
    assert {each.change.now.outcome for each in found.anew} == {"no_data"}
    listed = (*found.worse, *found.better, *found.other)
    assert not [each for each in listed if each.begins_anew]
    assert found.break_counts[60][0] == len(found.worse)


def test_new_figures_are_counted_by_rule_with_how_they_stood(golden):
    found = ahead(today=date(2026, 12, 1), days=60)
    (mediation,) = [each for each in found.anew_by_rule if each.rule.id == "FN-43"]
    alike = [each for each in found.anew if each.rule.id == "FN-43"]
    assert mediation.center_count == len(alike) > 1
    assert mediation.stood == Counter(each.change.was for each in alike)
    assert sum(each.center_count for each in found.anew_by_rule) == len(found.anew)


def test_outside_the_days_nothing_begins_anew(golden):
    assert ahead(today=date(2026, 12, 1), days=30).anew == []


def test_a_rollup_moves_at_the_rule_that_moves_it_alone(golden):
    """On the day the council's term ends, other rules turn too and move nothing."""
    found = ahead(code="C02")
    same_day = [each for each in (*found.worse, *found.other) if each.on == NEW_YEAR]
    assert [each.rule.id for each in same_day if each.moves_rollup] == ["ST-15"]
    assert len(same_day) > 1


def test_each_of_two_rules_that_would_move_it_alone_moves_the_rollup(golden):
    found = ahead(code="C01", days=60)
    movers = {each.rule.id for each in found.worse if each.moves_rollup}
    assert "ST-12" in movers
    assert {each.rollup_now for each in found.worse if each.moves_rollup} == {"incomplete"}


def test_nothing_moves_a_rollup_that_stays(golden):
    found = [each for each in look_ahead(Center.objects.all(), TODAY) if each.moves_rollup]
    assert found
    assert all(each.rollup_was != each.rollup_now for each in found)


def test_days_are_in_order_and_inside_the_horizon(golden):
    days = [each.on for each in ahead(days=60).worse]
    assert days == sorted(days)
    assert all(TODAY < day <= TODAY + timedelta(60) for day in days)


@pytest.mark.parametrize("today", [date(2025, 9, 20), date(2025, 12, 1), date(2026, 2, 1)])
def test_between_two_turning_days_nothing_turns(golden, today):
    """Judged on every single day, no rule of any center turns on a day that was not foreseen."""
    foreseen = {(e.place.code, e.rule.id, e.on) for e in look_ahead(Center.objects.all(), today)}
    ids = {center.pk: code for code, center in golden.items()}
    known = facts.facts_for(list(ids), today)
    turned, last = set(), None
    for offset in range(91):
        day = today + timedelta(offset)
        dated = {pk: replace(each, as_of=day) for pk, each in known.items()}
        now = judgments.judge(list(ids), day, facts=dated)
        for pk, code in ids.items():
            for rule in now[pk].outcomes:
                if last and standing(last[pk], rule) != standing(now[pk], rule):
                    turned.add((code, rule, day))
        last = now
    assert turned == foreseen
    assert turned


# --- no pen, no more queries


def test_nothing_is_written(golden):
    before = rows()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        assert ahead().worse
    assert rows() == before


def test_one_and_three_centers_cost_the_same(golden):
    counts = []
    for codes in (["C01"], ["C01", "C02", "C08"]):
        with CaptureQueriesContext(connection) as captured:
            list(look_ahead(Center.objects.filter(code__in=codes), TODAY))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_center_that_never_filed_has_nothing_to_break(center, pack):
    assert list(look_ahead(Center.objects.filter(pk=center.pk), TODAY)) == []


def test_horizons_are_those_asked_for():
    assert lookaheads.HORIZONS == (30, 60, 90)
