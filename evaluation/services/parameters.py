"""Setting parameters."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import ParameterOverride
from evaluation.rules.parameters import ParameterError, typed_values
from evaluation.selectors import parameters
from evaluation.services import evaluations
from portal.audit import services as audit
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User


class ParameterRefused(DomainError):
    """The parameter does not exist or the value does not fit it."""


@transaction.atomic
def override(
    *,
    division: Division,
    key: str,
    value: Any,
    effective_from: date,
    reason: str,
    doc_no: str,
    by: User,
    at: datetime,
) -> ParameterOverride:
    """Set a parameter for a municipality or district from a date, with reason and document.

    Raises ``ParameterRefused`` for what the pack does not take, and for a figure that asks for
    less than a required clause does. The division's centers are evaluated again.
    """
    pack = parameters.pack_in_force(effective_from)
    inherited = parameters.settings_for([division.path], pack, effective_from)[division.path]
    try:
        typed = typed_values(inherited.pack.parameters, {key: value})[key]
    except ParameterError as error:
        raise ParameterRefused(
            _("Parameter “%(key)s” was not changed: %(detail)s") % {"key": key, "detail": error}
        ) from error
    _refuse_looser(inherited, key, typed)
    setting = ParameterOverride.objects.create(
        division=division,
        key=key,
        value=value,
        effective_from=effective_from,
        reason=reason,
        doc_no=doc_no,
        set_by=by,
        set_at=at,
    )
    centers = Center.objects.within(division).values_list("pk", flat=True)
    if centers:
        evaluations.request_for(center_ids=list(centers), at=at)
    audit.record(
        action="evaluation.parameter.override",
        by=by,
        at=at,
        target=setting,
        division_path=division.path,
        changes={key: [None, value]},
        reason=reason,
    )
    return setting


def _refuse_looser(inherited: parameters.Setting, key: str, value: Any) -> None:
    parameter = inherited.pack.parameters[key]
    required = {rule.id for rule in inherited.pack.rules if rule.rule_class == "M"}
    standing = parameter.default
    if required & set(parameter.rules) and parameter.is_looser(value, standing):
        raise ParameterRefused(
            _("Parameter “%(key)s” was not changed: a required clause asks for %(standing)s.")
            % {"key": key, "standing": standing}
        )
