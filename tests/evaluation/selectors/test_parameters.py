"""Packs and parameters in force: default ← municipality ← district, by date and knowledge."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from evaluation.models import Pack
from evaluation.rules.parameters import ParameterError
from evaluation.selectors import parameters
from evaluation.services import packs
from evaluation.services import parameters as service
from portal.jurisdictions import services as jurisdictions

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 12, 31)
DAY = timedelta(days=1)


@pytest.fixture
def override(pack, alice, at):
    def set_parameter(division, value, effective_from=AS_OF, key="min_area", at=at):
        return service.override(
            division=division,
            key=key,
            value=value,
            effective_from=effective_from,
            reason="细则",
            doc_no="〔2025〕9号",
            by=alice,
            at=at,
        )

    return set_parameter


@pytest.fixture
def area(pack, wutong):
    """The area asked for in 梧桐路街道, with (as_of, known_at, changes)."""

    def value(as_of=AS_OF, **kwargs):
        path = kwargs.pop("path", wutong.path)
        setting = parameters.settings_for([path], pack, as_of, **kwargs)[path]
        return setting.values["min_area"]

    return value


def test_default_holds_where_nobody_set_anything(area, pack, wutong):
    assert area() == Decimal("30.00")
    assert parameters.settings_for([wutong.path], pack, AS_OF)[wutong.path].version == 0


def test_municipality_overrides_the_default(area, override, shanghai, huangpu):
    override(shanghai, "32.00")
    assert area() == area(path=huangpu.path) == Decimal("32.00")


def test_district_overrides_the_municipality_whoever_came_first(area, override, shanghai, haitang):
    override(haitang, "35.00")
    override(shanghai, "32.00")
    assert area() == Decimal("35.00")


def test_district_overrides_for_itself_only(area, override, haitang, huangpu):
    override(haitang, "35.00")
    assert area(path=huangpu.path) == Decimal("30.00")


def test_district_override_stays_although_the_municipality_sets_a_later_date(
    area, override, shanghai, haitang
):
    override(haitang, "35.00", AS_OF - 10 * DAY)
    override(shanghai, "32.00", AS_OF)
    assert area() == Decimal("35.00")


def test_override_holds_from_its_date_on(area, override, haitang):
    override(haitang, "35.00", AS_OF)
    assert (area(AS_OF - DAY), area(AS_OF)) == (Decimal("30.00"), Decimal("35.00"))


def test_later_override_replaces_the_earlier(area, override, haitang):
    override(haitang, "35.00", AS_OF - 2 * DAY)
    override(haitang, "40.00", AS_OF)
    assert (area(AS_OF - DAY), area(AS_OF)) == (Decimal("35.00"), Decimal("40.00"))


def test_correction_for_the_same_date_replaces_what_was_set_before(area, override, haitang):
    override(haitang, "35.00")
    override(haitang, "36.00")
    assert area() == Decimal("36.00")


def test_override_was_not_known_before_it_was_set(area, override, haitang, at):
    override(haitang, "35.00", at=at)
    assert area(known_at=at - DAY) == Decimal("30.00")
    assert area(known_at=at) == Decimal("35.00")


def test_changes_are_tried_last(area, override, haitang):
    override(haitang, "35.00")
    assert area(changes={"min_area": "50.00"}) == Decimal("50.00")
    assert area() == Decimal("35.00")


def test_changes_of_an_unknown_parameter_are_refused(area):
    with pytest.raises(ParameterError):
        area(changes={"min_aera": "50.00"})


def test_version_is_that_of_the_newest_override_that_applies(
    pack, override, haitang, huangpu, wutong
):
    mine = override(haitang, "35.00")
    override(huangpu, "36.00")
    setting = parameters.settings_for([wutong.path], pack, AS_OF)[wutong.path]
    assert setting.version == mine.pk


def test_settings_of_many_divisions_cost_one_query(
    pack, override, shanghai, haitang, django_assert_num_queries
):
    override(shanghai, "32.00")
    override(haitang, "35.00")
    paths = [shanghai.path, haitang.path]
    parameters.parsed(pack)
    with django_assert_num_queries(1):
        found = parameters.settings_for(paths, pack, AS_OF)
    assert [found[path].values["min_area"] for path in paths] == [Decimal(32), Decimal(35)]


def test_a_district_whose_code_begins_like_anothers_is_not_meant(pack, override, area, shanghai):
    """Paths are compared by whole codes: 31019 is not the parent of 310199."""
    short = jurisdictions.add(code="310190", name="甲区", kind="district", parent=shanghai)
    override(short, "60.00")
    assert area() == Decimal("30.00")


@pytest.fixture
def newer(pack, at):
    """A later version of the pack, loaded and not activated."""
    return Pack.objects.create(
        code=pack.code,
        version=pack.version + 1,
        division_code=pack.division_code,
        effective_from=AS_OF,
        sha256="1" * 64,
        content=pack.content
        | {"version": pack.version + 1, "effective_from": AS_OF.isoformat()},
        loaded_at=at,
    )


@pytest.fixture
def activate(newer, alice, at):
    def decide(active_from=AS_OF, at=at):
        return packs.activate(
            pack=newer, active_from=active_from, reason="启用", doc_no="1号", by=alice, at=at
        )

    return decide


def test_a_loaded_pack_judges_nobody_before_it_is_activated(pack, newer):
    assert parameters.pack_in_force(AS_OF + DAY) == pack


def test_pack_in_force_is_the_one_activated_last_by_the_date(pack, newer, activate):
    activate()
    assert parameters.pack_in_force(AS_OF - DAY) == pack
    assert parameters.pack_in_force(AS_OF) == newer
    assert parameters.pack_in_force(date(2020, 1, 1)) == pack


def test_pack_in_force_by_what_was_decided_then(pack, newer, activate, at):
    activate(at=at)
    assert parameters.pack_in_force(AS_OF, known_at=at - DAY) == pack
    assert parameters.pack_in_force(AS_OF, known_at=at) == newer


def test_before_any_decision_the_first_pack_judges(pack, at):
    assert parameters.pack_in_force(AS_OF, known_at=at - 1000 * DAY) == pack


def test_a_withdrawn_activation_counts_only_for_what_was_known_before(
    pack, newer, activate, alice, at
):
    day = at.date() + 30 * DAY
    activation = activate(active_from=day)
    packs.withdraw(activation=activation, reason="暂缓", by=alice, at=at + DAY)
    assert parameters.pack_in_force(day) == pack
    assert parameters.pack_in_force(day, known_at=at) == newer
    assert parameters.pack_in_force(day, known_at=at + DAY) == pack


def test_pack_in_force_without_any_pack_says_what_to_do():
    with pytest.raises(Pack.DoesNotExist, match="load_packs"):
        parameters.pack_in_force(AS_OF)


@pytest.mark.parametrize(
    ("reading", "today", "day"),
    [
        (None, date(2026, 3, 2), date(2026, 2, 28)),
        (None, date(2026, 2, 28), date(2026, 2, 28)),
        ("year_end", date(2026, 3, 2), date(2025, 12, 31)),
        ("year_end", date(2025, 12, 31), date(2025, 12, 31)),
        ("today", date(2026, 3, 2), date(2026, 3, 2)),
    ],
)
def test_day_proposed_for_an_official_evaluation(pack, haitang, override, reading, today, day):
    if reading:
        override(haitang, reading, date(2025, 1, 1), key="default_as_of")
    assert parameters.proposed_day(haitang.path, today) == day
