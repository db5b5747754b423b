"""What a clause of the standard says, and which rules judge by it. The document is public."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from centers.models import Section, definitions
from evaluation.selectors import clauses, parameters
from portal.jurisdictions.models import Division
from portal.users.roles import Capability


@login_required
def clause_detail(request, clause):
    division = _division(request.user)
    today = timezone.localdate()
    pack = parameters.pack_in_force(today)
    setting = parameters.settings_for([division.path], pack, today)[division.path]
    found = clauses.find(clause, setting)
    if found is None:
        raise Http404
    context = {"clause": found, "pack": setting.pack, "division": division, "asked": _asked(clause)}
    return render(request, "evaluation/clause.html", context)


def _division(user):
    """Where the requirement is to hold: at the user's center, in the user's division, or at all."""
    own = list(user.memberships.values_list("center__division__path", flat=True))
    paths = own or user.paths_with(Capability.COMPLIANCE_VIEW)
    found = Division.objects.filter(path__in=paths[:1]).first()
    return found or Division.objects.get(code=settings.MUNICIPALITY)


def _asked(clause):
    """(section, field) of the forms that ask because of the clause."""
    kinds = dict(Section.Kind.choices)
    return [
        (kinds[kind], definitions.label_of(kind, name))
        for kind, name in definitions.asked_by(clause)
    ]
