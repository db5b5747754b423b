"""Who enters webhook endpoints."""

from portal.users.models import User
from portal.users.roles import Capability


def can_manage_endpoints(user: User) -> bool:
    """Whoever manages clients; of which ones says ``Endpoint.visible_to``."""
    return user.has_capability(Capability.TOKEN_MANAGE)
