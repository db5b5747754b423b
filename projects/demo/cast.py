"""Who acts in the demonstration, and when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from centers.models import Center
from organizations.models import Organization
from portal.jurisdictions.models import Division
from portal.users.models import User

# The center whose director and staff have accounts.
CENTER = "C05"


@dataclass(frozen=True)
class Cast:
    """The officer who enters, the leader who decides, the section chief, the reviewer of the town,
    and the director and the staff of the center; ``organizations`` are those of the district."""

    district: Division
    at: datetime
    officer: User
    leader: User
    chief: User
    reviewer: User
    director: User
    staff: User
    center: Center
    organizations: tuple[Organization, ...]

    @classmethod
    def of(cls, *, district: Division, by: User, at: datetime) -> "Cast":
        """Those who were entered before."""
        known = {user.username: user for user in User.objects.all()}
        return cls(
            district=district,
            at=at,
            officer=by,
            leader=known["district_leader"],
            chief=known["district_admin"],
            reviewer=known["township_reviewer"],
            director=known["center_director"],
            staff=known["center_staff"],
            center=Center.objects.select_related("division").get(code=CENTER),
            organizations=tuple(
                Organization.objects.within(district).select_related("division").order_by("id")
            ),
        )

    def last_named(self, ending: str) -> Organization:
        """The organization whose name ends so; of two, the one that bids for nothing else."""
        return [each for each in self.organizations if each.name.endswith(ending)][-1]

    @property
    def town(self) -> Division:
        """Where the center works."""
        return self.center.division

    def ago(self, days: int) -> datetime:
        """The moment so many days before; after it where negative."""
        return self.at - timedelta(days)

    def day(self, days: int) -> date:
        """The day so many days before; after it where negative."""
        return localdate(self.ago(days))


def purchaser_of(division: Division) -> str:
    """The office or the government of a township."""
    return f"{division.name}办事处".replace("镇办事处", "镇人民政府")
