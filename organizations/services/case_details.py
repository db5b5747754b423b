"""What the kind of a case knows: written with the case, sealed where it is personal.

Called by ``services.cases`` within its transaction, with the case locked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organizations.models import Case, CaseMaterial
from organizations.models.details import DETAIL_MODELS, ConsultationDetail, Detail
from organizations.selectors import cases as selectors
from organizations.selectors import materials
from portal import sealing
from portal.audit import services as audit
from portal.errors import DomainError
from portal.users.models import User

# Plain word → the column it is sealed in.
PERSONAL = {
    "enquirer_name": "enquirer_name_sealed",
    "enquirer_phone": "enquirer_phone_sealed",
}


class ConsentMissing(DomainError):
    """Personal data is given without the consent to keep it."""


class LeadershipMissing(DomainError):
    """A consultation opinion does not say who led it."""


class SupportKindMissing(DomainError):
    """A support service does not say which kind it is."""


class DetailRefused(DomainError):
    """What is said of a case contradicts itself: days out of order, a reply without submission."""


def enter(*, case: Case, values: Mapping[str, Any], by: User, at: datetime) -> Detail:
    """Write the detail of a new case. Raises ``ConsentMissing``, ``LeadershipMissing``,
    ``SupportKindMissing``, ``DetailRefused``."""
    detail = DETAIL_MODELS[case.kind](case=case)
    for field, value in _columns(detail, values).items():
        setattr(detail, field, value)
    _refuse_unfit(detail)
    detail.save(force_insert=True)
    _list_materials(detail, by=by, at=at)
    return detail


def change(
    *, case: Case, values: Mapping[str, Any], by: User, at: datetime
) -> dict[str, list[Any]]:
    """Write what differs; what changed, for the trail: of sealed and long texts only that it did.

    Raises as ``enter`` does.
    """
    detail = selectors.detail_of(case)
    changed = {
        field: value
        for field, value in _columns(detail, values).items()
        if field in PERSONAL.values() or getattr(detail, field) != value
    }
    if not changed:
        return {}
    told = _told(detail, changed, detail.LONG)
    for field, value in changed.items():
        setattr(detail, field, value)
    _refuse_unfit(detail)
    detail.save(update_fields=list(changed))
    _list_materials(detail, by=by, at=at)
    return told


def told(case: Case, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What of the common columns changes, for the trail."""
    differing = {field: value for field, value in changes.items() if getattr(case, field) != value}
    return _told(case, differing, ())


def _columns(detail: Detail, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by column: what is personal sealed, and gone where consent is withdrawn."""
    columns = {field: value for field, value in values.items() if field not in PERSONAL}
    if not isinstance(detail, ConsultationDetail):
        return columns
    for word, column in PERSONAL.items():
        if typed := values.get(word):
            columns[column] = sealing.seal(typed, purpose=detail.SEALED[word])
        elif columns.get("consent_given") is False:
            columns[column] = None
    return columns


def _refuse_unfit(detail: Detail) -> None:
    """What the database would refuse, said in words."""
    if isinstance(detail, ConsultationDetail):
        is_known = any(getattr(detail, column) is not None for column in PERSONAL.values())
        if is_known and not detail.consent_given:
            raise ConsentMissing(
                _(
                    "Name and telephone of the enquirer are kept only with consent. Note the "
                    "consent, or leave them out."
                )
            )
    if getattr(detail, "led_by", "-").strip() == "":
        raise LeadershipMissing(
            _(
                "Say who led it: the Party (work) committee of the street or town, or whom it"
                " charged with it."
            )
        )
    if not getattr(detail, "support_kind", "-"):
        raise SupportKindMissing(_("Say which kind of support service it was."))
    try:
        detail.validate_constraints()
    except ValidationError as error:
        raise DetailRefused("".join(error.messages)) from error


def _list_materials(detail: Detail, *, by: User, at: datetime) -> None:
    """Put what the intended form asks for on the list; what is on it already stays."""
    if not isinstance(detail, ConsultationDetail) or not detail.intended_type:
        return
    CaseMaterial.objects.bulk_create(
        [
            CaseMaterial(case=detail.case, code=code, changed_by=by, changed_at=at)
            for code in materials.asked_for(detail.intended_type)
        ],
        ignore_conflicts=True,
    )


def _told(
    row: Case | Detail, changed: Mapping[str, Any], long: tuple[str, ...]
) -> dict[str, list[Any]]:
    hidden = {*long, *PERSONAL.values()}
    told = audit.compared({field: getattr(row, field) for field in changed}, changed)
    return told | {field: ["…", "…"] for field in changed if field in hidden}
