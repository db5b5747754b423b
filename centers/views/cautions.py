"""What looks odd in a section while it is typed, told beside the fields. Stores nothing."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from centers import permissions
from centers.selectors import cautions
from centers.views.sections import SectionEdit, get_section


@login_required
@require_POST
def section_cautions(request, pk, kind):
    section = get_section(request, pk, kind, permissions.can_edit_filing)
    reading = SectionEdit.posted(section, request.POST).reading
    places = reading.placed(_found(section, reading))
    marked = {place.field.caution_id for place in places if place.field}
    context = {
        "section": section,
        "places": places,
        "fields": _by_field(places),
        "marked": sorted(marked),
        # Where something stood before and nothing does now.
        "cleared": sorted(set(request.POST.getlist("cautioned")) - marked),
    }
    return render(request, "centers/section_cautions.html", context)


def _found(section, reading):
    """Cautions of what is typed; while nothing is said there is nothing odd."""
    if not reading.is_said:
        return []
    around = cautions.surroundings(section.center, section.filing.sections.all())
    said = around.said(
        section.kind, reading.rows, timezone.localdate(), is_partial=reading.is_partial
    )
    return cautions.of(said)


def _by_field(places):
    """(place on the page, what looks odd there) of the fields."""
    found = {}
    for place in places:
        if place.field:
            found.setdefault(place.field.caution_id, []).append(place.caution)
    return list(found.items())
