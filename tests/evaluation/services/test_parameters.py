"""Setting parameters: from a date, with a reason and a document, never in place."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.timezone import localdate

from evaluation.models import Finding, ParameterOverride, Run
from evaluation.selectors import judgments
from evaluation.selectors import parameters as selectors
from evaluation.services import evaluations, parameters
from portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2026, 1, 1)
LATER = date(2026, 2, 1)
DAY = timedelta(days=1)


@pytest.fixture
def override(haitang, pack, alice, at):
    def set_parameter(key="min_area", value="35.00", **changes):
        return parameters.override(
            **{
                "division": haitang,
                "key": key,
                "value": value,
                "effective_from": NEW_YEAR,
                "reason": "区实施细则",
                "doc_no": "海民发〔2025〕9号",
                "by": alice,
                "at": at,
            }
            | changes
        )

    return set_parameter


def test_override_says_who_when_why_and_on_what_document(override, haitang, alice, at):
    setting = override()
    assert (setting.division, setting.key, setting.value) == (haitang, "min_area", "35.00")
    assert (setting.set_by, setting.set_at, setting.doc_no) == (alice, at, "海民发〔2025〕9号")


def test_override_writes_exactly_one_audit_row(override, haitang):
    before = AuditEvent.objects.count()
    override()
    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.first()
    assert event.action == "evaluation.parameter.override"
    assert event.changes == {
        "min_area": ["30.00", "35.00"],
        "effective_from": [None, "2026-01-01"],
    }
    assert event.reason == "区实施细则"
    assert event.division_path == haitang.path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("no_such_key", 1),
        ("min_area", "thirty"),
        ("min_area", 30.5),
        ("min_area", None),
        ("min_fulltime_staff", "2.5"),
        ("min_fulltime_staff", True),
        ("director_counts_toward_fulltime", "yes"),
        ("shared_area_policy", "half"),
        ("counted_types", ["labour_contract", "robot"]),
        ("funding_new_year_grace_until", "02-30"),
    ],
)
def test_override_refuses_what_the_parameter_cannot_be(override, key, value):
    before = AuditEvent.objects.count()
    with pytest.raises(parameters.ParameterRefused, match=key):
        override(key, value)
    assert not ParameterOverride.objects.exists()
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("missing", ["reason", "doc_no"])
def test_override_needs_a_reason_and_a_document(override, missing):
    with pytest.raises(parameters.ParameterRefused):
        override(**{missing: "  "})
    assert not ParameterOverride.objects.exists()


@pytest.mark.parametrize("missing", ["reason", "doc_no"])
def test_database_refuses_an_override_without_reason_or_document(haitang, alice, at, missing):
    values = {"reason": "细则", "doc_no": "1号"} | {missing: ""}
    with pytest.raises(IntegrityError), transaction.atomic():
        ParameterOverride.objects.create(
            division=haitang,
            key="min_area",
            value="35.00",
            effective_from=NEW_YEAR,
            set_by=alice,
            set_at=at,
            **values,
        )


def test_override_null_means_off_where_the_parameter_allows_it(override):
    assert override("funding_new_year_grace_until", None).value is None


def test_override_is_never_edited(override):
    override()
    for change in (
        lambda: ParameterOverride.objects.update(value="20.00"),
        ParameterOverride.objects.all().delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ParameterOverride.objects.get().value == "35.00"


def test_override_changes_the_judgment_from_its_date_on(golden, override):
    override(effective_from=date(2025, 12, 31))
    pk = golden["C02"].pk
    before = judgments.judge([pk], date(2025, 12, 30))[pk]
    after = judgments.judge([pk], date(2025, 12, 31))[pk]
    assert before.outcomes["ST-08"].reason_code == "area_ok"
    assert after.outcomes["ST-08"].reason_code == "area_30.00_of_35.00"
    assert (before.rollup, after.rollup) == ("basically_compliant", "basically_compliant")


def test_finding_keeps_the_version_of_the_parameters(golden, override, drained, at):
    setting = override()
    from_now = golden["C02"].pk
    found = judgments.judge([from_now], NEW_YEAR)[from_now]
    assert found.setting.version == setting.pk


def test_override_of_a_looser_value_for_a_required_clause_is_refused(override):
    """The council of at least three is a required clause: a district may ask for more, not less."""
    with pytest.raises(parameters.ParameterRefused):
        override("council_min_members", 1)


# --- required clauses, from above down


@pytest.fixture
def municipal(override, shanghai):
    def set_parameter(key, value, **changes):
        return override(key, value, division=shanghai, **changes)

    return set_parameter


def test_a_district_goes_below_what_the_municipality_raised_a_required_figure_to_never(
    override, municipal
):
    municipal("council_min_members", 5)
    with pytest.raises(parameters.ParameterRefused, match="5"):
        override("council_min_members", 4)
    assert override("council_min_members", 7).value == 7


def test_the_municipality_is_bound_by_the_packs_own_figure(municipal):
    with pytest.raises(parameters.ParameterRefused, match="3"):
        municipal("council_min_members", 2)


def test_no_limit_is_looser_than_a_limit_of_a_required_clause(override, municipal):
    municipal("funding_floor", "100000")
    with pytest.raises(parameters.ParameterRefused):
        override("funding_floor", None)


def test_a_district_may_ask_for_less_than_the_municipality_where_no_clause_requires(
    override, municipal
):
    municipal("min_area", "50.00")
    assert override("min_area", "40.00").value == "40.00"


def test_a_figure_set_before_the_municipality_raised_a_required_one_does_not_hold(
    override, municipal, haitang, pack
):
    override("council_min_members", 4)
    municipal("council_min_members", 5)
    setting = selectors.settings_for([haitang.path], pack, NEW_YEAR)[haitang.path]
    assert setting.values["council_min_members"] == 5


def test_only_municipality_and_districts_set_parameters(override, wutong):
    with pytest.raises(parameters.ParameterRefused):
        override(division=wutong)


# --- back to the level above


@pytest.fixture
def reset(haitang, pack, alice, at):
    def give_up(key="min_area", effective_from=LATER, **changes):
        return parameters.reset(
            **{
                "division": haitang,
                "key": key,
                "effective_from": effective_from,
                "reason": "细则废止",
                "doc_no": "海民发〔2026〕2号",
                "by": alice,
                "at": at,
            }
            | changes
        )

    return give_up


def test_reset_lets_the_level_above_hold_again(override, municipal, reset, haitang, pack):
    municipal("min_area", "32.00")
    override("min_area", "35.00")
    row = reset()
    areas = [
        selectors.settings_for([haitang.path], pack, day)[haitang.path].values["min_area"]
        for day in (LATER - DAY, LATER)
    ]
    assert (row.is_reset, row.value, areas) == (True, None, [Decimal(35), Decimal(32)])
    event = AuditEvent.objects.first()
    assert event.action == "evaluation.parameter.reset"
    assert event.changes["min_area"] == ["35.00", "32.00"]


def test_reset_without_a_value_of_its_own_is_refused(reset, municipal):
    municipal("min_area", "32.00")
    with pytest.raises(parameters.ParameterRefused):
        reset()


def test_reset_twice_is_refused(override, reset):
    override("min_area", "35.00")
    reset()
    with pytest.raises(parameters.ParameterRefused):
        reset(effective_from=LATER + DAY)


def test_a_reset_has_no_value(haitang, alice, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        ParameterOverride.objects.create(
            division=haitang,
            key="min_area",
            value="35.00",
            is_reset=True,
            effective_from=NEW_YEAR,
            reason="细则",
            doc_no="1号",
            set_by=alice,
            set_at=at,
        )


# --- two people


def test_setting_in_sight_of_an_older_value_is_refused_with_what_stands(override, haitang):
    seen = override("min_area", "35.00").pk
    override("min_area", "40.00", version=seen)
    with pytest.raises(parameters.ParameterSetMeanwhile, match=r"40\.00"):
        override("min_area", "45.00", version=seen)
    assert ParameterOverride.objects.filter(division=haitang).count() == 2


def test_the_same_value_again_is_refused(override):
    override("min_area", "35.00")
    with pytest.raises(parameters.ParameterRefused):
        override("min_area", "35")


# --- what is judged again


def entered():
    return set(Run.objects.filter(trigger="parameters").values_list("as_of", flat=True))


def test_a_value_for_a_day_to_come_enters_no_run_and_holds_on_its_day(
    golden, override, haitang, drained, at
):
    drained(at)
    day = localdate(at) + DAY
    override("min_area", "35.00", effective_from=day)
    assert entered() == set()
    assert area_of(golden["C02"]) == "met"
    evaluations.request_nightly(at=at + DAY)
    drained(at + DAY)
    assert area_of(golden["C02"]) == "not_met"


def test_a_value_for_a_past_day_judges_the_series_since_again(
    golden, override, haitang, alice, drained, at
):
    for day in (date(2025, 6, 30), date(2025, 12, 31)):
        evaluations.request(division=haitang, as_of=day, by=alice, at=at)
    drained(at)
    override("min_area", "35.00", effective_from=date(2025, 12, 1))
    assert entered() == {date(2025, 12, 31), localdate(at)}
    drained(at)
    assert area_of(golden["C02"], date(2025, 6, 30)) == "met"
    assert area_of(golden["C02"], date(2025, 12, 31)) == "not_met"
    assert area_of(golden["C02"]) == "not_met"


def area_of(center, series_on=None):
    return Finding.objects.standing(series_on).get(center=center, rule="ST-08").outcome
