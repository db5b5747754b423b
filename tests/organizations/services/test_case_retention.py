"""Who asked is forgotten two years after the consultation was closed; what was advised stays."""

from datetime import date

import pytest

from organizations.models import ConsultationDetail
from organizations.services import case_retention
from portal.audit.models import AuditEvent
from tests.factories.organizations import CaseFactory

pytestmark = pytest.mark.django_db
PERSON = {
    "detail__consent_given": True,
    "detail__enquirer_name_sealed": b"x",
    "detail__advice": "先备案",
}


@pytest.mark.parametrize(
    ("status", "closed_on", "forgotten"),
    [
        ("closed", date(2026, 3, 2), True),
        ("closed", date(2026, 3, 3), False),
        ("dropped", date(2026, 3, 1), True),
        ("advising", None, False),
    ],
)
def test_who_asked_is_forgotten_after_two_years(center, at, status, closed_on, forgotten):
    case = CaseFactory(center=center, status=status, closed_on=closed_on, **PERSON)
    for _twice in range(2):
        case_retention.forget_enquirers(on=date(2028, 3, 2), at=at)
    detail = ConsultationDetail.objects.get(case=case)
    assert (detail.enquirer_name_sealed is None) is forgotten
    assert detail.advice == "先备案"
    told = AuditEvent.objects.filter(action="organizations.case.forget_enquirer")
    assert told.count() == int(forgotten)


def test_a_consultation_without_a_person_is_let_be(center, at):
    CaseFactory(center=center, status="closed", closed_on=date(2026, 3, 2))
    assert case_retention.forget_enquirers(on=date(2030, 1, 1), at=at) == 0
