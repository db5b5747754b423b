"""What districts set for reviews and publication: the pack's defaults, and what was set over."""

from datetime import date

import pytest

from evaluation.models import ParameterOverride
from evaluation.selectors import thresholds
from tests.factories.reviews import AT

pytestmark = pytest.mark.django_db


def test_without_a_pack_and_with_it_the_defaults_hold(wutong, request):
    before = dict(thresholds.for_division(wutong, AT.date()))
    request.getfixturevalue("pack")
    assert dict(thresholds.for_division(wutong, AT.date())) == before == thresholds.DEFAULTS


def test_a_district_sets_its_own_from_a_day_on(wutong, haitang, pack, alice):
    ParameterOverride.objects.create(
        division=haitang,
        key="objection_answer_days",
        value=3,
        effective_from=date(2026, 1, 1),
        reason="区考评办法",
        doc_no="海民发〔2025〕4号",
        set_by=alice,
        set_at=AT,
    )
    before, after = (
        thresholds.for_division(wutong, day) for day in (date(2025, 12, 31), date(2026, 1, 1))
    )
    assert (before["objection_answer_days"], after["objection_answer_days"]) == (5, 3)
