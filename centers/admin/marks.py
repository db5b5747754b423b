"""States of obligations and filings as a word with a shape, so that nobody has to see colour."""

from django.utils.translation import gettext as _

from centers.models import Obligation
from portal.admin import mark

State = Obligation.State
STATES = {
    State.UPCOMING: ("◌", "none"),
    State.OPEN: ("○", "none"),
    State.DRAFT: ("✎", "fair"),
    State.PREPARED: ("◔", "fair"),
    State.OVERDUE: ("!", "bad"),
    State.LOCKED: ("✕", "bad"),
    State.SUBMITTED: ("◐", "fair"),
    State.RETURNED: ("↩", "fair"),
    State.ACCEPTED: ("✓", "good"),
}


def state_mark(state):
    return mark(*STATES[state], State(state).label)


def lateness_mark(is_late):
    return mark("△", "bad", _("late")) if is_late else mark("✓", "good", _("in time"))
