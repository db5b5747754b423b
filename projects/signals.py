"""News of the projects. Receivers live in upper apps."""

from django.dispatch import Signal

# Arguments: center (for whom it counts), at. What counts for a duty of the district of the center
# changed: an application for lottery money, or what was signed after an introduction. Sent inside
# the transaction, so that the work it causes is entered with it.
duty_changed = Signal()
