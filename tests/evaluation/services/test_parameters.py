"""Setting parameters: from a date, with a reason and a document, never in place."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from evaluation.models import ParameterOverride
from evaluation.selectors import judgments
from evaluation.services import parameters
from portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2026, 1, 1)


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
    assert (event.changes, event.reason) == ({"min_area": [None, "35.00"]}, "区实施细则")
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
    with pytest.raises(IntegrityError), transaction.atomic():
        override(**{missing: ""})


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
