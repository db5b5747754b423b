"""What if: other values, another day, another pack; and a pack tried before it goes live.

Nothing is stored and nobody is told: every page is an address that can be sent on.
"""

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.admin.comparisons import Asked
from evaluation.admin.pages import page, shown_to
from evaluation.admin.scenario_forms import DryRunForm, ScenarioForm
from evaluation.models import Pack
from evaluation.rules.parameters import ParameterError
from evaluation.selectors import parameter_wording, parameters
from evaluation.selectors.simulations import Scenario
from portal.users.roles import Capability


@shown_to(Capability.SIMULATION_RUN)
def what_if(request):
    """Other parameter values, another day or pack, over a district or the city.

    A browser sends every field; what was left blank goes out of the address, so that what is sent
    on says what was asked and nothing else.
    """
    asked = _without_blanks(request.GET)
    if asked != request.GET:
        return redirect(f"{request.path}?{asked.urlencode()}")
    form = ScenarioForm(request.GET, user=request.user, at=timezone.now())
    context = {"form": form, "parameter_rows": _parameter_rows(form)}
    if form.is_valid():
        asked = Asked(request, form.cleaned_data["division"], form.before, form.after)
        return asked.answer("admin/evaluation/simulation.html", _("What if"), context)
    return page(request, "admin/evaluation/simulation.html", title=_("What if"), **context)


def _without_blanks(query):
    """The query without the fields left blank."""
    said = query.copy()
    for key, values in query.lists():
        kept = [value for value in values if value.strip()]
        if kept:
            said.setlist(key, kept)
        else:
            del said[key]
    return said


def _parameter_rows(form):
    """(parameter, its field, the field of none, the value in force) in the pack's order."""
    division = form.cleaned_data.get("division") if form.is_valid() else None
    division = division or next(iter(form.reach), None)
    path = division.path if division else ""
    try:
        values = parameters.settings_for([path], form.supposed_pack, form.day)[path].values
    except ParameterError:
        # What was set does not fit the pack supposed; the answer says so.
        return [(*row, "—") for row in form.parameter_rows]
    return [
        (*row, parameter_wording.value(row[0], values[row[0].name], form.rules))
        for row in form.parameter_rows
    ]


@shown_to(Capability.SIMULATION_RUN)
def dry_run(request, pk):
    """A pack as if it were in force from a day, against the one that is."""
    pack = get_object_or_404(Pack, pk=pk)
    data = request.GET.copy()
    data.setdefault("active_from", "")
    form = DryRunForm(data, user=request.user)
    title = gettext("Dry run of %(pack)s") % {"pack": pack}
    context = {"form": form, "pack": pack, "standard": parameters.parsed(pack)}
    if not form.is_valid():
        return page(request, "admin/evaluation/dry_run.html", title=title, **context)
    day = form.cleaned_data["active_from"] or timezone.localdate()
    before = Scenario(day, _pack_before(pack, day))
    asked = Asked(request, form.cleaned_data["division"], before, Scenario(day, pack))
    return asked.answer("admin/evaluation/dry_run.html", title, context)


def _pack_before(pack, day):
    """The pack in force on the day; where that is the pack itself, the one in force today."""
    in_force = parameters.pack_in_force(day)
    return in_force if in_force != pack else parameters.pack_in_force(timezone.localdate())
