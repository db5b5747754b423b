"""News of the centers. Receivers live in upper apps."""

from django.dispatch import Signal

# Arguments: center_ids (list of int), at (datetime). What is known of these centers changed.
# Sent inside the transaction that changed it, so that the work it causes is entered with it.
facts_changed = Signal()
