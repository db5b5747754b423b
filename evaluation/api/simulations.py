"""What would change if: a question with a body, answered at once; nothing is kept."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.api import examples, fields
from evaluation.api.scenarios import Asked
from evaluation.models import Verdict
from evaluation.selectors import misfits, simulations
from evaluation.selectors.findings import LiveLimitError
from portal.api import Fault, Problem, limits, resources, schema
from portal.api.parsers import StrictJSONParser
from portal.api.resources import Resource
from portal.api.values import time
from portal.api.views import ScopedView
from portal.errors import together
from portal.users.models import ApiToken, Dataset
from portal.users.roles import Capability

# Each occupies a worker for seconds: of one client so many run at a time.
AT_ONCE = 1

RESOURCE = Resource(
    "compliance-simulations",
    "compliance/simulations/",
    Dataset.SIMULATION,
    fields.SIMULATION,
    key=("division_code",),
    title=_("Simulation"),
    about=_(
        "What would change in a division with other parameter values, another rule pack, another "
        "day, or what was known at another time. Judged while you wait for at most 5,000 centers; "
        "nothing is stored and nobody is told."
    ),
    streams=False,
    example=examples.SIMULATION,
)


class Simulations(ScopedView):
    """Two judgments of every center of a division, held against each other."""

    resource = RESOURCE
    operation = RESOURCE.name
    required_dataset = RESOURCE.dataset
    required_capability = Capability.SIMULATION_RUN
    http_method_names = ["post", "options"]
    parser_classes = [StrictJSONParser]

    # What the OpenAPI document asks for.

    def in_path(self):
        return []

    def documented(self):
        return ()

    def asked_with(self):
        """The shape of the body, with an example."""
        optional = {"required": False, "allow_null": True}
        body = schema.shape(
            "Scenario",
            division=schema.text(_("Code of the division whose centers are judged.")),
            as_of=schema.day(
                _("The day that is supposed, from 2000-01-01 to ten years ahead; else today."),
                **optional,
            ),
            base_as_of=schema.day(_("The day it is held against; else as_of."), **optional),
            known_at=schema.time(
                _("Judge what is supposed by what was known at this time; else by all."),
                **optional,
            ),
            pack=schema.text(
                _("Name and version of a loaded rule pack; else the one in force on as_of."),
                **optional,
            ),
            parameters=schema.values(
                _(
                    "Parameter values by key, as standards/ writes them; null is no limit, and "
                    "nothing of a list."
                ),
                **optional,
            ),
            fields=schema.text(
                _("Only these fields of the answer, with commas between them."), **optional
            ),
        )
        return body, examples.SCENARIO

    def answers(self):
        shape = schema.shape("Simulation", **schema.members(self.resource.fields, "Simulation"))
        return [(schema.JSON, shape, dict(self.resource.example))]

    def post(self, request):
        asked = Asked(request.data, now=timezone.now())
        user = request.user
        if not user.has_capability(self.required_capability, asked.division):
            raise Http404
        wanted = asked.fields and resources.chosen(self.resource.fields, asked.fields)
        centers = Center.objects.visible_to(user, self.required_capability).within(asked.division)
        refuse(asked, centers)
        leave = limits.occupy(request, "simulation", AT_ONCE)
        try:
            document = answered(asked, centers, may_name=may_name(request, asked.division))
        finally:
            leave()
        return self.answer(resources.cut(document, wanted), rows=document["center_count"])


def may_name(request, division):
    """Whether outcomes of single centers may be told: that takes what compliance/ takes."""
    token = request.auth
    if isinstance(token, ApiToken) and Dataset.COMPLIANCE not in token.datasets:
        return False
    return request.user.has_capability(Capability.COMPLIANCE_VIEW, division)


def refuse(asked, centers):
    """Refuse what one answer cannot judge, and a pack that cannot take what divisions set."""
    try:
        simulations.refuse_too_many(centers)
    except LiveLimitError as refusal:
        fault = Fault("division", asked.division.code, str(refusal))
        raise Problem(400, "evaluation_needed", str(refusal), [fault]) from refusal
    for each in (asked.before, asked.after):
        if wrong := misfits.on(each.as_of, each.pack, asked.division, each.known_at):
            said = gettext(
                "Rule pack %(pack)s cannot judge on %(day)s: it cannot take what was set. "
                "%(wrong)s Change these values first, or choose another day."
            ) % {"pack": each.pack, "day": each.as_of, "wrong": together(wrong)}
            raise Problem(400, "pack_does_not_fit", said, [Fault("pack", str(each.pack), said)])


def answered(asked, centers, *, may_name):
    """The document; centers are named only to those who see them one by one."""
    before, after = asked.before, asked.after
    sums = simulations.Sums(before, after)
    compared = simulations.counted(simulations.compare(centers, before, after), sums)
    changed = [center(each) for each in compared]
    return {
        "division_code": asked.division.code,
        "base_as_of": before.as_of.isoformat(),
        "as_of": after.as_of.isoformat(),
        "known_at": time(after.known_at),
        "pack_before": str(before.pack),
        "pack_after": str(after.pack),
        "parameters": dict(after.values),
        "center_count": sums.center_count,
        "changed_count": sums.changed_count,
        "rollups_before": rollups(sums.rollup_counts(is_after=False)),
        "rollups_after": rollups(sums.rollup_counts(is_after=True)),
        "shortfalls": [shortfall(each) for each in sums.shortfalls.values()],
        "districts": [district(code, each) for code, each in sorted(sums.districts.items())],
        "centers": changed if may_name else None,
    }


def rollups(counts):
    """Every overall conclusion with its number."""
    return {value: counts[value] for value in Verdict.Rollup.values}


def shortfall(each):
    """What centers lack of one rule."""
    return {
        "rule": each.rule.id,
        "unit": each.unit,
        "before": amount(each.before),
        "after": amount(each.after),
        "difference": f"{each.difference:f}",
    }


def amount(each):
    """How much is missing, in how many centers."""
    return {
        "total": f"{each.total:f}",
        "centers": each.center_count,
        "unknown": each.unknown_count,
    }


def district(code, each):
    """The sums of one district."""
    return {
        "division_code": code,
        "center_count": each.center_count,
        "changed_count": each.changed_count,
        "rollups_before": rollups(each.before),
        "rollups_after": rollups(each.after),
    }


def center(compared):
    """A center that changes, with the rules that stand elsewhere."""
    return {
        "code": compared.place.code,
        "name": compared.place.name,
        "rollup_before": compared.before.rollup,
        "rollup_after": compared.after.rollup,
        "changes": [change(each) for each in compared.changes],
    }


def change(each):
    """One rule as it stands and as it would."""
    before, after = each.before, each.after
    return {
        "rule": each.rule,
        "outcome_before": before and before.outcome,
        "outcome_after": after and after.outcome,
        "reason_before": before and before.reason_code,
        "reason_after": after and after.reason_code,
    }
