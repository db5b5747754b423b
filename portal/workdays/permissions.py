"""Who keeps the work calendar."""

from portal.users.models import User
from portal.users.roles import Capability


def can_enter_year(user: User) -> bool:
    """Section chiefs: the calendar is the same for every district."""
    return user.has_capability(Capability.CALENDAR_ENTER)
