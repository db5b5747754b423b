"""News of the register and the casework, sent after commit."""

from django.dispatch import Signal

# Arguments: ids (list of int). These nightly watches wait for a worker.
watches_waiting = Signal()

# Arguments: ids (list of int). These workbooks wait for a worker.
transfers_waiting = Signal()
