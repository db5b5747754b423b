"""The self-check beside a section's form: what the filing would change if it were accepted as it
stands, with this section as typed and the others as saved. Stores nothing."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from centers import permissions, selectors
from centers.models import Section
from evaluation.models import Verdict
from evaluation.selectors import facts
from evaluation.selectors.explanations import Explanation, explain_all

# Dimensions whose rules read a section.
TOUCHED = {
    Section.Kind.PROFILE: Verdict.DIMENSIONS,
    Section.Kind.STAFF: ("staffing", "governance"),
    Section.Kind.PREMISES: ("premises",),
    Section.Kind.ACCOUNTS: ("funding",),
    Section.Kind.FUNDING: ("funding",),
    Section.Kind.GOVERNANCE: ("governance",),
    Section.Kind.FUNCTIONS: ("functions",),
    Section.Kind.STATUTORY: ("statute",),
}


@dataclass(frozen=True)
class Change:
    """A rule as filed and as it would be."""

    before: Explanation
    after: Explanation

    @property
    def is_change(self):
        return self.before.outcome != self.after.outcome

    @property
    def has_figure(self):
        """Whether there is more to say of what was measured than the outcome's word."""
        return self.after.measured != self.after.outcome_label


@login_required
@require_POST
def self_check(request, pk, kind):
    visible = Section.objects.visible_to(request.user).select_related("filing", "center__division")
    section = get_object_or_404(visible, filing=pk, kind=kind)
    if not permissions.can_edit_filing(request.user, section.filing):
        raise PermissionDenied
    reading = _form(section, request.POST).reading
    context = {"section": section, "reading": reading}
    context |= _compared(section, reading, timezone.localdate())
    return render(request, "evaluation/self_check.html", context)


def _form(section, data):
    """The form of the section's own page. The page is known by its name alone: the forms of the
    centers are their own."""
    page = resolve(reverse("desk:section-edit", args=[section.filing_id, section.kind]))
    return page.func.view_class.posted(section, data)


def _compared(section, reading, today):
    """The center as accepted beside the center as filed; what is not said yet changes nothing."""
    center = section.center
    filed = facts.facts_for([center.pk], today)[center.pk]
    drafts = selectors.drafted_rows(section.filing, apart_from=section)
    drafted = filed
    for kind, rows in (*drafts.items(), *([(section.kind, reading.rows)] * reading.is_said)):
        drafted = facts.with_draft(drafted, kind, rows)
    before = explain_all(center, today, facts=filed)
    after = explain_all(center, today, facts=drafted)
    pairs = map(Change, before.explanations, after.explanations)
    touched = TOUCHED[section.kind]
    return {
        "before": {"value": before.shape("rollup"), "label": before.label("rollup")},
        "after": {"value": after.shape("rollup"), "label": after.label("rollup")},
        "others": [Section.Kind(kind).label for kind in drafts if TOUCHED[kind]],
        "changes": [
            pair for pair in pairs if pair.is_change or pair.after.rule.dimension in touched
        ],
    }
