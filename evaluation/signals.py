"""News of the evaluation, sent after commit."""

from django.dispatch import Signal

# Arguments: ids (list of int), is_urgent (bool). These shards wait for a worker; urgent ones
# are few and somebody looks at what they change.
shards_waiting = Signal()

# Arguments: ids (list of int): centers whose standing results changed.
results_changed = Signal()
