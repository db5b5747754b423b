"""What districts set for procurements: the pack's defaults, and what was set over them."""

from datetime import date
from pathlib import Path

import pytest

import projects
from evaluation.models import ParameterOverride
from projects.selectors import thresholds
from tests.factories.notices import AT

pytestmark = pytest.mark.django_db
PROJECTS = Path(projects.__file__).parent


def test_without_a_pack_and_with_it_the_defaults_hold(wutong, request):
    before = dict(thresholds.for_division(wutong, AT.date()))
    request.getfixturevalue("pack")
    assert dict(thresholds.for_division(wutong, AT.date())) == before == thresholds.DEFAULTS


def test_a_district_sets_its_own_from_a_day_on(wutong, haitang, pack, alice):
    ParameterOverride.objects.create(
        division=haitang,
        key="min_bidders",
        value=2,
        effective_from=date(2026, 1, 1),
        reason="区采购管理办法",
        doc_no="海民发〔2025〕3号",
        set_by=alice,
        set_at=AT,
    )
    before, after = (
        thresholds.for_division(wutong, day) for day in (date(2025, 12, 31), date(2026, 1, 1))
    )
    assert (before["min_bidders"], after["min_bidders"]) == (3, 2)


@pytest.mark.parametrize("name", thresholds.DEFAULTS)
def test_what_a_district_can_set_is_read_somewhere(name):
    """Setting what nobody reads would do nothing."""
    read = [
        path
        for path in PROJECTS.rglob("*.py")
        if path.name != "thresholds.py" and f'"{name}"' in path.read_text(encoding="utf-8")
    ]
    assert read
