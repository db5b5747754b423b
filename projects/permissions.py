"""Who may change projects."""

from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability


def can_edit_project(user: User, division: Division | None = None) -> bool:
    """Bureau staff who bring in the district's workbooks; without a division, anywhere."""
    return user.has_capability(Capability.WORKBOOK_IMPORT, division)
