"""Activity teams of a township, the story of one, and what one may become."""

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from organizations.models import ActivityTeam, Organization, TeamStep
from organizations.selectors.search import LONGEST, WORDS
from portal.cells.text import compact, match_key
from portal.jurisdictions.models import Division
from portal.users.models import User

Status = ActivityTeam.Status
# Somebody has to do something about these.
WAITING = (Status.DRAFT, Status.COMMUNITY, Status.TOWNSHIP)


def of_township(
    user: User, division: Division, *, status: str = "", words: str = ""
) -> "QuerySet[ActivityTeam]":
    """Teams of the township that ``user`` sees: what waits first, then the newest.

    ``words`` are looked for in the name, the neighborhood and the filing number. A status that
    teams do not have narrows nothing down.
    """
    found = ActivityTeam.objects.visible_to(user).filter(division=division)
    if status in Status.values:
        found = found.filter(status=status)
    visible = (compact(word)[:LONGEST] for word in words.split()[:WORDS])
    for word in filter(match_key, visible):
        found = found.filter(
            Q(name_key__contains=match_key(word))
            | Q(neighborhood__contains=word)
            | Q(filing_no__contains=word)
        )
    waits = ExpressionWrapper(Q(status__in=WAITING), output_field=BooleanField())
    return found.annotate(waits=waits).order_by("-waits", "-id")


def steps_of(team: ActivityTeam) -> "QuerySet[TeamStep]":
    """What happened to the team, oldest first, with who entered it and what it counted as."""
    return team.steps.select_related("by", "record__center").order_by("happened_on", "id")


def could_become(team: ActivityTeam, code: str) -> Organization | None:
    """The organization of the credit code in the district of the team, whoever asks.

    A team may be registered with a seat in another township; that one's register is not shown.
    """
    district = Organization.objects.filter(division__path__startswith=district_path(team.division))
    return district.select_related("division").filter(uscc=code).first()


def district_path(division: Division) -> str:
    """The path of the district a township lies in."""
    codes = division.path.rstrip("/").split("/")
    return "/".join(codes[: codes.index(division.district_code) + 1]) + "/"
