"""Forgetting who asked: two years after a consultation was closed nobody needs to know."""

from datetime import date, datetime

from django.db import transaction

from organizations.models import ConsultationDetail
from organizations.selectors.cases import years_before
from portal.audit import services as audit

KEPT_YEARS = 2


@transaction.atomic
def forget_enquirers(*, on: date, at: datetime) -> int:
    """Take name and telephone of the enquirer off consultations closed two years before ``on`` or
    earlier; how many. The advice stays. Safe twice."""
    closed = ConsultationDetail.objects.filter(case__closed_on__lte=years_before(on, KEPT_YEARS))
    named = closed.exclude(enquirer_name_sealed=None, enquirer_phone_sealed=None)
    found = list(named.select_related("case__center__division").select_for_update(of=("self",)))
    for detail in found:
        audit.record(
            action="organizations.case.forget_enquirer",
            by=None,
            at=at,
            target=detail.case,
            division_path=detail.case.center.division.path,
            changes={"enquirer": ["…", None]},
        )
    ConsultationDetail.objects.filter(pk__in=[detail.pk for detail in found]).update(
        enquirer_name_sealed=None, enquirer_phone_sealed=None
    )
    return len(found)
