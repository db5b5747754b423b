"""News of the evaluation, sent after commit."""

from django.dispatch import Signal

# Arguments: shard_ids (list of int). These shards wait for a worker.
shards_waiting = Signal()
