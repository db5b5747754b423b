"""What stands beside a section's form."""

from django.utils import timezone

from centers import selectors
from centers.selectors import attachments


def evidence(section, form):
    """The section's files for its page; the form's rows learn which of them prove each."""
    listed = attachments.documents([section], timezone.localdate())[section.pk]
    places = attachments.places(section, selectors.rows_of(section), listed)
    by_line = {str(place.line): place for place in places if place.line}
    for row in getattr(form.lines, "forms", ()):
        place = by_line.get(str(row["line"].value()))
        row.place = place
    return {"places": places, "has_documents": bool(listed)}
