"""Who opens clients and issues tokens."""

from portal.users.models import User
from portal.users.roles import Capability


def can_manage_clients(user: User) -> bool:
    """Section chiefs, within their divisions; which clients says ``Client.visible_to``."""
    return user.has_capability(Capability.TOKEN_MANAGE)
