"""News of the centers. Receivers live in upper apps, and here for what people are told."""

from django.dispatch import Signal

# Arguments: center_ids (list of int), at (datetime), kinds (of the sections accepted; none where
# something else changed). What is known of these centers changed. Sent inside the transaction that
# changed it, so that the work it causes is entered with it.
facts_changed = Signal()

# Arguments: filing, verb ("prepare", "decline", "submit", "accept", "return"), by (user), at. The
# filing went from one hand to the next. Sent inside the transaction, like the one above.
filing_moved = Signal()

# Arguments: extension, at. A center got more time. Sent inside the transaction.
time_extended = Signal()

# Arguments: event, at. What is known of a coordination event changed: planned, corrected, held,
# minuted or cancelled. Sent inside the transaction.
event_changed = Signal()
