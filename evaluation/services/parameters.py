"""Setting parameters: from a day on, with a reason and a document, never in place."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import Pack, ParameterOverride, Run
from evaluation.rules import KINDS
from evaluation.rules.base import Rule
from evaluation.rules.packs import RulePack
from evaluation.rules.parameters import Parameter, ParameterError
from evaluation.selectors import parameter_wording, parameters
from evaluation.services import evaluations
from portal.audit import services as audit
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User

LEVELS = (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT)


class ParameterRefused(DomainError):
    """The parameter does not exist, or the value or the day does not fit it."""


class ParameterSetMeanwhile(DomainError):
    """Somebody else set the parameter of the division since the page was read."""


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
    version: int | None = None,
) -> ParameterOverride:
    """Set a parameter for a municipality or district from a day, with reason and document.

    Raises ``ParameterRefused`` for what a pack that judges from that day on does not take, and for
    a figure looser than a required clause or the level above asks. ``version`` is the newest row
    of the parameter in the division that was seen; 0 saw none. What was judged for the day or a
    later one is judged again; a day to come takes effect with the run of its night.
    """
    _lock(division, key, version)
    _refuse_papers(division, key, effective_from, reason, doc_no)
    parameter, _pack = _declared(key, effective_from)
    typed = _typed(division, key, value, effective_from)
    own = _own(division, key, effective_from)
    if own and not own.is_reset and parameter.parse(own.value) == typed:
        raise _refused(parameter, _("this value holds there already."))
    return _write(
        division=division,
        key=key,
        value=parameter.dump(typed),
        is_reset=False,
        effective_from=effective_from,
        reason=reason,
        doc_no=doc_no,
        by=by,
        at=at,
    )


@transaction.atomic
def reset(
    *,
    division: Division,
    key: str,
    effective_from: date,
    reason: str,
    doc_no: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> ParameterOverride:
    """Give up a division's own value from a day on: the level above holds again."""
    _lock(division, key, version)
    _refuse_papers(division, key, effective_from, reason, doc_no)
    own = _own(division, key, effective_from)
    if own is None or own.is_reset:
        parameter, _pack = _declared(key, effective_from)
        raise _refused(parameter, _("there is no value of its own to give up on that day."))
    return _write(
        division=division,
        key=key,
        value=None,
        is_reset=True,
        effective_from=effective_from,
        reason=reason,
        doc_no=doc_no,
        by=by,
        at=at,
    )


@dataclass(frozen=True)
class Effect:
    """What a change would do on its day: the typed values, before and after, and its parameter."""

    parameter: Parameter
    rules: dict[str, Rule]
    before: Any
    after: Any


def foresee(
    *, division: Division, key: str, value: Any, is_reset: bool, effective_from: date
) -> Effect:
    """What setting or giving up a value would do, refused as it would be; nothing is written."""
    parameter, pack = _declared(key, effective_from)
    setting = _setting(division.path, effective_from)
    if is_reset:
        above = division.parent.path if division.parent else ""
        after = _setting(above, effective_from).values[key]
    else:
        after = _typed(division, key, value, effective_from)
    return Effect(parameter, _rules(pack), setting.values[key], after)


def _setting(path: str, day: date) -> parameters.Setting:
    return parameters.settings_for([path], parameters.pack_in_force(day), day)[path]


def _write(*, at: datetime, by: User, **values: Any) -> ParameterOverride:
    """The row, the runs it causes, and the audit row with what held before."""
    division, key, day = values["division"], values["key"], values["effective_from"]
    before = _in_force(division, key, day)
    setting = ParameterOverride.objects.create(**values, set_by=by, set_at=at)
    # What no rule reads changes no finding.
    if day <= localdate(at) and _is_read(key, day):
        centers = list(Center.objects.within(division).values_list("pk", flat=True))
        if centers:
            evaluations.request_for(
                center_ids=centers, at=at, trigger=Run.Trigger.PARAMETERS, since=day
            )
    audit.record(
        action=f"evaluation.parameter.{'reset' if setting.is_reset else 'override'}",
        by=by,
        at=at,
        target=setting,
        division_path=division.path,
        changes={
            key: [before, _in_force(division, key, day)],
            "effective_from": [None, day.isoformat()],
        },
        reason=values["reason"],
    )
    return setting


def _is_read(key: str, day: date) -> bool:
    """Whether any rule rests on the parameter, by any pack that judges from the day on."""
    asked = [parameters.parsed(pack) for _begins, pack in parameters.packs_from(day)]
    return any(
        key in KINDS[rule.kind].parameters
        or (key in pack.parameters and rule.id in pack.parameters[key].rules)
        for pack in asked
        for rule in pack.rules
    )


def _lock(division: Division, key: str, version: int | None) -> None:
    """Values of a division are set one after another, each in sight of the one before."""
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    newest = _history(division, key).order_by("-pk").select_related("set_by").first()
    if newest is None or version is None or version == newest.pk:
        return
    parameter, pack = _declared(key, newest.effective_from)
    raise ParameterSetMeanwhile(
        _(
            "“%(title)s” was not changed: meanwhile %(who)s set it to “%(value)s” from %(day)s "
            "on. Look at it and decide again."
        )
        % {
            "title": parameter_wording.title(parameter),
            "who": newest.set_by,
            "value": parameter_wording.override(parameter, newest, _rules(pack)),
            "day": newest.effective_from,
        }
    )


def _history(division: Division, key: str) -> "QuerySet[ParameterOverride]":
    return ParameterOverride.objects.filter(division=division, key=key)


def _own(division: Division, key: str, day: date) -> ParameterOverride | None:
    """What the division itself set that holds on the day, or gave up."""
    found = _history(division, key).filter(effective_from__lte=day)
    return found.order_by("effective_from", "pk").last()


def _declared(key: str, day: date) -> tuple[Parameter, RulePack]:
    """The parameter as the pack of the day declares it, and that pack."""
    pack = parameters.parsed(parameters.pack_in_force(day))
    if key not in pack.parameters:
        raise ParameterRefused(
            _("Parameter “%(key)s” was not changed: the pack that judges on %(day)s has none.")
            % {"key": key, "day": day}
        )
    return pack.parameters[key], pack


def _rules(pack: RulePack) -> dict[str, Rule]:
    return {rule.id: rule for rule in pack.rules}


def _in_force(division: Division, key: str, day: date) -> Any:
    setting = _setting(division.path, day)
    return setting.pack.parameters[key].dump(setting.values[key])


def _refuse_papers(division: Division, key: str, day: date, reason: str, doc_no: str) -> None:
    """Whose it is to set, from when, and on what paper."""
    parameter, _pack = _declared(key, day)
    if division.kind not in LEVELS:
        raise _refused(parameter, _("only a municipality or a district sets parameters."))
    if day < evaluations.FIRST_DAY:
        detail = _("choose a day from %(first)s on.") % {"first": evaluations.FIRST_DAY}
        raise _refused(parameter, detail)
    if not reason.strip() or not doc_no.strip():
        detail = _("give the reason and the number of the document that decided it.")
        raise _refused(parameter, detail)


def _refused(parameter: Parameter, detail: str) -> ParameterRefused:
    return ParameterRefused(
        _("“%(title)s” (%(key)s) was not changed: %(detail)s")
        % {
            "title": parameter_wording.title(parameter),
            "key": parameter.name,
            "detail": detail,
        }
    )


def _typed(division: Division, key: str, value: Any, day: date) -> Any:
    """The value as the pack of the day reads it, if every pack to judge later takes it too."""
    read = []
    for begins, pack in parameters.packs_from(day):
        rules = parameters.parsed(pack)
        if key in rules.parameters:
            read.append(_read(rules.parameters[key], rules, value))
            _refuse_looser(division, key, read[-1], begins, pack)
    return read[0]


def _read(parameter: Parameter, pack: RulePack, value: Any) -> Any:
    try:
        return parameter.parse(value)
    except ParameterError as error:
        problem = parameter_wording.problem(parameter, value, error, pack)
        raise _refused(parameter, problem) from error


def _refuse_looser(division: Division, key: str, typed: Any, day: date, pack: Pack) -> None:
    """A required clause is never loosened: not below the pack's figure, nor the level above's."""
    path = division.parent.path if division.parent else ""
    above = parameters.settings_for([path], pack, day)[path]
    parameter, rules = above.pack.parameters[key], _rules(above.pack)
    standing = above.values[key]
    if key not in parameters.required(above.pack) or not parameter.is_looser(typed, standing):
        return
    detail = _(
        "“%(value)s” asks for less than “%(standing)s”, which a required clause (%(clause)s) "
        "asks for on %(day)s. Choose a value that asks for as much or more."
    ) % {
        "value": parameter_wording.value(parameter, typed, rules),
        "standing": parameter_wording.value(parameter, standing, rules),
        "clause": parameter.clause,
        "day": day,
    }
    raise _refused(parameter, detail)
