"""What the database refuses of a case's details."""

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction

from organizations.models import DETAIL_MODELS, Attendance, DisputeDetail
from tests.factories.organizations import (
    AttendanceFactory,
    CaseEvidenceFactory,
    CaseFactory,
    CaseMaterialFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db
STATUS = {
    "consultation": "advising",
    "grading": "eligibility",
    "opinion": "collecting",
    "brand": "nominated",
}


@pytest.fixture
def detail_of(center):
    def detail_of(kind):
        case = CaseFactory(center=center, kind=kind, status=STATUS.get(kind, "planned"))
        return DETAIL_MODELS[kind].objects.get(case=case)

    return detail_of


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("consultation", {"enquirer_name_sealed": b"x"}),
        ("consultation", {"non_state_share": "1.01"}),
        ("consultation", {"capital_yuan": -1}),
        ("training", {"satisfaction": "5.01"}),
        ("training", {"hours": 0}),
        ("grading", {"notified_grade": "3A"}),
        ("grading", {"notified_on": date(2026, 1, 1)}),
        (
            "grading",
            {
                "notified_grade": "3A",
                "notified_on": date(2026, 1, 1),
                "valid_until": date(2026, 1, 1),
            },
        ),
        ("brand", {"panel_score": "-0.01"}),
        ("brand", {"comments_until": date(2026, 1, 2)}),
        ("brand", {"publicized_on": date(2026, 1, 2), "comments_until": date(2026, 1, 1)}),
        ("participation", {"hours": 0}),
        ("nurture", {"hours": "-1"}),
        ("opinion", {"led_by": ""}),
        ("opinion", {"adopted": "yes"}),
        ("opinion", {"submitted_on": date(2026, 1, 2), "replied_on": date(2026, 1, 1)}),
    ],
)
def test_what_cannot_be_is_refused(detail_of, kind, fields):
    detail = detail_of(kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(detail).objects.filter(pk=detail.pk).update(**fields)


@pytest.mark.parametrize("kind", ["grading", "training", "opinion"])
def test_a_case_has_no_detail_of_another_kind(center, kind):
    case = CaseFactory(center=center)
    with pytest.raises(InternalError), transaction.atomic():
        DETAIL_MODELS[kind].objects.create(case=case)


@pytest.mark.parametrize("kind", ["training", "nurture", "participation"])
def test_others_come_to_trainings_activities_and_participations(center, wutong, kind):
    case = CaseFactory(center=center, kind=kind, status="planned")
    assert AttendanceFactory(case=case, organization=OrganizationFactory(division=wutong)).pk


def test_nobody_comes_to_another_kind(center, wutong):
    case = CaseFactory(center=center)
    with pytest.raises(InternalError), transaction.atomic():
        AttendanceFactory(case=case, organization=OrganizationFactory(division=wutong))


@pytest.mark.parametrize("people", [0, 1])
def test_attendance_names_somebody(center, people):
    case = CaseFactory(center=center, kind="training", status="planned")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(case=case, people=people)


def test_an_organization_attends_a_training_once(center, wutong):
    case = CaseFactory(center=center, kind="training", status="planned")
    row = AttendanceFactory(case=case, organization=OrganizationFactory(division=wutong))
    with pytest.raises(IntegrityError), transaction.atomic():
        AttendanceFactory(case=case, organization=row.organization)


def test_nothing_of_a_case_is_deleted(center):
    case = CaseFactory(center=center)
    rows = [
        case.consultationdetail,
        CaseMaterialFactory(case=case),
        CaseEvidenceFactory(case=case),
    ]
    for row in rows:
        with pytest.raises(InternalError), transaction.atomic():
            row.delete()


def test_evidence_is_never_exchanged(center):
    kept = CaseEvidenceFactory(case=CaseFactory(center=center))
    with pytest.raises(InternalError), transaction.atomic():
        type(kept).objects.filter(pk=kept.pk).update(title="另一份")


def test_a_dispute_has_no_field_for_a_name():
    columns = {field.name for field in DisputeDetail._meta.fields}
    assert not {name for name in columns if "name" in name or "party" in name} - {"party_count"}
