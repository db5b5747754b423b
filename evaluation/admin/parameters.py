"""Parameters of a municipality or district: read by the bureau, changed by who may."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.admin import comparisons, scenario_forms
from evaluation.admin.pages import opened_by, page, shown_to
from evaluation.admin.parameter_forms import ParameterForm, initial
from evaluation.permissions import can_set_parameter
from evaluation.selectors import parameter_sheets, parameter_wording, simulations, wording
from evaluation.selectors.findings import LiveLimitError
from evaluation.services import parameters
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.roles import Capability


@shown_to(Capability.SUMMARY_VIEW)
def parameter_sheet(request):
    """Every parameter that holds in a division today."""
    offered = _offered(request.user)
    division = _chosen(request.user, offered, request.GET.get("division"))
    return page(
        request,
        "admin/evaluation/parameters.html",
        title=_("Parameters"),
        division=division,
        offered=offered,
        sheet=parameter_sheets.sheet(division, timezone.localdate()),
        may_set=can_set_parameter(request.user, division),
    )


@opened_by(Capability.SUMMARY_VIEW)
def parameter_detail(request, code, key):
    """One parameter: its clause, its history, and the form for who may change it."""
    division = _chosen(request.user, _offered(request.user), code)
    detail = parameter_sheets.detail(division, key, timezone.localdate())
    if detail is None:
        raise Http404
    may_set = can_set_parameter(request.user, division)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    effect = form = None
    if may_set:
        form = _form(request, detail)
        if form.is_bound and form.is_valid():
            effect = _acted(request, form, division, key)
            if effect is DONE:
                return redirect("compliance:parameter", code=code, key=key)
    return page(
        request,
        "admin/evaluation/parameter.html",
        title=detail.line.title,
        division=division,
        detail=detail,
        form=form,
        effect=effect,
        is_read=scenario_forms.is_read_by_centers(
            detail.line.parameter, {rule.id: rule for rule in detail.all_rules}
        ),
        may_simulate=request.user.has_capability(Capability.SIMULATION_RUN, division),
    )


DONE = "done"
FLIPS_SHOWN = 50


def _form(request, detail):
    rules = {rule.id: rule for rule in detail.all_rules}
    today = timezone.localdate()
    if request.method != "POST":
        return ParameterForm(initial=initial(detail, today), detail=detail, rules=rules)
    return ParameterForm(request.POST, detail=detail, rules=rules)


def _acted(request, form, division, key):
    """Shows what the change means, or makes it; a refusal stands in the form with what was typed.
    """
    day = form.cleaned_data["effective_from"]
    try:
        if "preview" in request.POST:
            effect = parameters.foresee(
                division=division, key=key, effective_from=day, **form.change
            )
            return _said(effect, division, day) | _flips(request, form, division, effect)
        _set(request, form, division, key)
    except parameters.ParameterSetMeanwhile as refusal:
        form.add_error(None, str(refusal))
        # Having seen it, the person may decide again.
        form.data = form.data.copy()
        newest = parameter_sheets.detail(division, key, timezone.localdate()).newest
        form.data["version"] = newest
    except DomainError as refusal:
        form.add_error("value", str(refusal))
    else:
        return DONE
    return None


def _set(request, form, division, key):
    given = {name: form.cleaned_data[name] for name in ("effective_from", "reason", "doc_no")}
    given |= {
        "division": division,
        "key": key,
        "version": form.cleaned_data["version"],
        "by": request.user,
        "at": timezone.now(),
    }
    if form.change["is_reset"]:
        parameters.reset(**given)
    else:
        parameters.override(value=form.change["value"], **given)
    has_begun = given["effective_from"] <= timezone.localdate()
    messages.success(
        request,
        _("Changed. The centers are judged again.")
        if has_begun
        else _("Changed. The run of the night of %(day)s judges by it.")
        % {"day": given["effective_from"]},
    )


def _said(effect, division, day):
    """The change in words: before and after, which rules, how many centers, and when."""
    rules = [f"{each} {wording.rule_title(effect.rules[each])}" for each in effect.parameter.rules]
    return {
        "before": parameter_wording.value(effect.parameter, effect.before, effect.rules),
        "after": parameter_wording.value(effect.parameter, effect.after, effect.rules),
        "is_same": effect.before == effect.after,
        "rules": rules,
        "center_count": Center.objects.within(division).count(),
        "day": day,
        "has_begun": day <= timezone.localdate(),
        "simulation": scenario_forms.address(division, effect.parameter, effect.after, day),
    }


def _flips(request, form, division, effect):
    """The centers that would change, by name for who sees them; or why it is not said."""
    is_read = scenario_forms.is_read_by_centers(effect.parameter, effect.rules)
    is_seen = request.user.has_capability(Capability.COMPLIANCE_VIEW, division)
    if effect.before == effect.after or not is_read or not is_seen:
        return {"is_read": is_read}
    key, day = effect.parameter.name, form.cleaned_data["effective_from"]
    seen = Center.objects.visible_to(request.user, Capability.COMPLIANCE_VIEW).within(division)
    setting = simulations.Setting(division, key, day=day, **form.change)
    try:
        flips = simulations.flips(seen, setting, FLIPS_SHOWN)
    except LiveLimitError as refusal:
        return {"is_read": True, "flips_refusal": str(refusal)}
    changed = [comparisons.changed_center(each, effect.rules) for each in flips.first]
    rest = flips.count - len(changed)
    return {"is_read": True, "flips": flips, "changed": changed, "rest": rest}


def _offered(user):
    """The municipality, whose values everybody reads, and the districts around the user's own."""
    paths = [""] if user.is_superuser else user.paths_with(Capability.SUMMARY_VIEW)
    around = Q(pk=None)
    for path in paths:
        district = "/".join(path.split("/")[:2]) + "/" if path.count("/") > 1 else path
        around |= Q(path__startswith=district)
    districts = Division.objects.filter(around, kind=Division.Kind.DISTRICT)
    own = Division.objects.filter(code=settings.MUNICIPALITY)
    return (own | districts).order_by("path")


def _chosen(user, offered, code):
    """The division asked for, or the user's own: a district's people their district."""
    if code:
        found = offered.filter(code=code).first()
        if found is None:
            raise Http404
        return found
    is_municipal = user.is_superuser or any(
        path.count("/") == 1 for path in user.paths_with(Capability.SUMMARY_VIEW)
    )
    return offered.first() if is_municipal else offered.last()
