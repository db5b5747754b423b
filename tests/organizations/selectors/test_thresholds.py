"""Thresholds as the bureaus set them, read from the rule pack above."""

from datetime import date

import pytest

from evaluation.selectors import parameters as packs
from evaluation.services import parameters
from organizations.selectors import thresholds

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 2)


def test_defaults_are_those_of_the_pack(pack):
    declared = packs.parsed(pack).parameters
    assert {name: declared[name].default for name in thresholds.DEFAULTS} == dict(
        thresholds.DEFAULTS
    )


def test_defaults_hold_where_no_pack_judges(haitang):
    assert thresholds.for_paths([haitang.path], ON) == {haitang.path: dict(thresholds.DEFAULTS)}


def test_what_a_district_sets_holds_there_alone_from_its_day(pack, haitang, huangpu, alice, at):
    parameters.override(
        division=haitang,
        key="inactive_months",
        value=6,
        effective_from=date(2026, 2, 1),
        reason="细则",
        doc_no="〔2026〕1号",
        by=alice,
        at=at,
    )
    paths = [haitang.path, huangpu.path]
    found = thresholds.for_paths(paths, ON)
    assert [found[path]["inactive_months"] for path in paths] == [6, 12]
    before = thresholds.for_paths(paths, date(2026, 1, 31))
    assert [before[path]["inactive_months"] for path in paths] == [12, 12]


def test_many_divisions_are_read_in_two_queries(pack, haitang, huangpu, django_assert_num_queries):
    thresholds.for_paths([haitang.path], ON)
    with django_assert_num_queries(2):
        thresholds.for_paths([haitang.path, huangpu.path], ON)


def test_nothing_asked_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert thresholds.for_paths([], ON) == {}
