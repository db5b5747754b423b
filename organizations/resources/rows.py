"""What a row of a register's workbook says, judged by itself and made ready to be compared.

Values are what JSON holds: texts, numbers, truth, days as ISO text, amounts as text. A field that
is absent says nothing, and changes nothing that is on record.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from organizations.models import ActivityTeam, Organization
from organizations.models.organization import USCC_PATTERN
from organizations.resources import labels
from organizations.resources.organization_columns import IGNORED, ORGANIZATIONS
from organizations.resources.sheets import Layout, Line
from organizations.resources.team_columns import IGNORED as TEAM_IGNORED
from organizations.resources.team_columns import TEAMS, UNWANTED
from portal import sealing
from portal.cells import KINDS, match_key
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import Townships

ORGANIZATION_LAYOUT = Layout(
    "organizations", labels.SHEETS["organizations"], ORGANIZATIONS, IGNORED
)
TEAM_LAYOUT = Layout("teams", labels.SHEETS["teams"], TEAMS, TEAM_IGNORED, UNWANTED)
CIVIL_AFFAIRS = "5"


@dataclass
class Staged:
    """A row ready to be compared: ``key`` is what must not stand twice in one workbook."""

    line: Line
    values: dict[str, Any] = field(default_factory=dict)
    key: str = ""


class _Places:
    """Which township of the district a row names."""

    def __init__(self, district: Division) -> None:
        self.district, self.townships = district, Townships(district)
        self._known: dict[str, int | None] = {}
        self._districts: dict[str, bool] = {}

    def find(self, line: Line) -> int | None:
        """The township's id, or None with the problem told."""
        district, name = line.values.get("district"), line.values.get("township")
        if district and not self._is_ours(district):
            text = _("This row belongs to another district; only rows of %(name)s are imported.")
            line.tell("district", "other_district", text % {"name": self.district.name})
            return None
        if name is None:
            return None
        if name not in self._known:
            found = self.townships.find(name)
            self._known[name] = found.pk if found else None
        pk = self._known[name]
        if pk is None:
            self._tell(line, name)
        return pk

    def _is_ours(self, district: str) -> bool:
        if district not in self._districts:
            self._districts[district] = self.townships.is_own_district(district)
        return self._districts[district]

    def _tell(self, line: Line, name: str) -> None:
        names = {"name": self.district.name}
        if self.townships.is_elsewhere(name):
            text = _("This township belongs to another district; only rows of %(name)s are taken.")
            line.tell("township", "other_district", text % names)
        elif match_key(name).endswith(("居委会", "居委", "村委会", "村委", "居民区", "村")):
            text = _("This is a neighborhood. Type the street or town of %(name)s it belongs to.")
            line.tell("township", "neighborhood", text % names)
        else:
            text = _("%(name)s has no street or town of this name. Type it as it is registered.")
            line.tell("township", "unknown_township", text % names)


class OrganizationRows:
    """Rows of the sheet 社会组织 of one district, on the day they are checked."""

    layout = ORGANIZATION_LAYOUT
    # What is taken over as it was read.
    PLAIN = (
        *("name", "uscc", "org_type", "authority_level", "registered_on", "domicile"),
        *("actual_address", "scope", "legal_representative", "contact_name"),
        *("registered_capital_yuan", "staff_count", "full_time_count", "party_unit"),
        *("has_party_liaison", "community_kind", "is_charity", "can_raise_publicly", "grade"),
        *("grade_until", "status", "inspection_last", "inspection_before"),
    )

    def __init__(self, district: Division, on: date) -> None:
        self.places, self.on = _Places(district), on

    def stage(self, line: Line) -> Staged:
        """The row with its values; problems of the row as a whole go to its line."""
        said = line.values
        values = {name: _plain(said[name]) for name in self.PLAIN if name in said}
        values["division_id"] = self.places.find(line)
        self._code(line, values)
        self._unit(line, values)
        self._listing(line, values)
        self._judge(line)
        if "contact_phone" in said:
            values["contact_phone"] = said["contact_phone"]
        if "name" in said:
            values["name_key"] = match_key(said["name"])
        key = said.get("uscc") or values.get("old_certificate_no", "")
        return Staged(line, values, key)

    def _code(self, line: Line, values: dict[str, Any]) -> None:
        code, kind = line.values.get("uscc"), line.values.get("org_type")
        if code is None and "uscc" in line.notes:
            values["old_certificate_no"] = line.notes["uscc"]
        if code and kind and code[:2] != CIVIL_AFFAIRS + KINDS[kind]:
            text = _("The code begins with %(found)s, but a %(kind)s has %(expected)s.")
            shown = next(label for label, value in labels.TYPES.items() if value == kind)
            told = {"found": code[:2], "expected": CIVIL_AFFAIRS + KINDS[kind], "kind": shown}
            line.tell("uscc", "code_kind", text % told)

    @staticmethod
    def _unit(line: Line, values: dict[str, Any]) -> None:
        unit = line.values.get("supervising_unit")
        if unit == labels.DIRECT:
            values["is_direct_registration"] = True
        elif unit:
            values["supervising_unit"] = unit

    def _listing(self, line: Line, values: dict[str, Any]) -> None:
        listing: str | None = line.values.get("listing")
        listed_on: Any = line.values.get("listed_on")
        is_listed = listing not in (None, "none")
        if is_listed and listed_on is None:
            line.tell("listed_on", "required", _("Type the day on which it was listed."))
        elif listed_on is not None and not is_listed:
            text = _("Without a list the day is not taken.")
            line.tell("listed_on", "no_listing", text, is_warning=True)
        elif is_listed and listed_on > self.on:
            line.tell("listed_on", "day_to_come", _("This day has not come yet."))
        elif is_listed:
            values["listing"], values["listed_on"] = listing, listed_on.isoformat()

    def _judge(self, line: Line) -> None:
        said = line.values
        if said.get("registered_on") and said["registered_on"] > self.on:
            line.tell("registered_on", "day_to_come", _("This day has not come yet."))
        staff, full_time = said.get("staff_count"), said.get("full_time_count")
        if staff is not None and full_time is not None and full_time > staff:
            text = _("More full-time staff than staff (%(count)s). Correct one of them.")
            line.tell("full_time_count", "more_full_time", text % {"count": staff})
        if said.get("can_raise_publicly") and said.get("is_charity") is False:
            text = _("Only a charity may raise funds from the public. Correct one of the two.")
            line.tell("can_raise_publicly", "raising_without_charity", text)
        if said.get("grade") == "none" and said.get("grade_until"):
            text = _("An organization that is not graded has no end of the grade.")
            line.tell("grade_until", "grade_until_without_grade", text)


class TeamRows:
    """Rows of the sheet 群众活动团队 of one district, on the day they are checked."""

    layout = TEAM_LAYOUT
    PLAIN = (
        *("name", "neighborhood", "founded_on", "kind", "place", "content", "schedule"),
        *("times_per_week", "member_count", "party_member_count", "leader_name"),
        *("has_liaison", "filing_no", "filed_on", "status"),
        *("community_opinion", "community_on", "township_opinion", "township_on"),
    )

    def __init__(self, district: Division, on: date) -> None:
        self.places, self.on = _Places(district), on

    def stage(self, line: Line) -> Staged:
        """The row with its values; problems of the row as a whole go to its line."""
        said = line.values
        values = {name: _plain(said[name]) for name in self.PLAIN if name in said}
        values["division_id"] = self.places.find(line)
        if "leader_phone" in said:
            values["leader_phone"] = said["leader_phone"]
        if "name" in said:
            values["name_key"] = match_key(said["name"])
        self._judge(line)
        self._opinions(line)
        place = (str(values["division_id"]), values.get("name_key", ""))
        key = said.get("filing_no") or "/".join((*place, match_key(said.get("neighborhood", ""))))
        return Staged(line, values, key)

    def _judge(self, line: Line) -> None:
        said = line.values
        members, party = said.get("member_count"), said.get("party_member_count")
        if members is not None and party is not None and party > members:
            text = _("More party members than members (%(count)s). Correct one of them.")
            line.tell("party_member_count", "more_party_members", text % {"count": members})
        if re.match(USCC_PATTERN, said.get("filing_no", "")):
            text = _("This is a credit code: a team is filed, not registered. Type the filing no.")
            line.tell("filing_no", "credit_code", text)
        for name in ("founded_on", "filed_on"):
            if said.get(name) and said[name] > self.on:
                line.tell(name, "day_to_come", _("This day has not come yet."))

    @staticmethod
    def _opinions(line: Line) -> None:
        said = line.values
        for name in ("community_opinion", "township_opinion"):
            if match_key(said.get(name, "")) == "不同意":
                text = _("A team that was not agreed to is not on file. Delete the row.")
                line.tell(name, "not_agreed", text)
        first, second = said.get("community_on"), said.get("township_on")
        if first and second and second < first:
            text = _("The township's opinion is earlier than that of the neighborhood.")
            line.tell("township_on", "opinion_too_early", text, is_warning=True)


ROWS: Mapping[str, Callable[[Division, date], OrganizationRows | TeamRows]] = {
    "organizations": OrganizationRows,
    "teams": TeamRows,
}
# Table → personal field as it is read → where it is kept.
PERSONAL = {
    "organizations": ("contact_phone", Organization.SEALED["contact_phone"]),
    "teams": ("leader_phone", ActivityTeam.SEALED["leader_phone"]),
}


def seal(values: dict[str, Any], table: str) -> None:
    """Replace the telephone among ``values`` by its sealed form and its digest, as hexadecimals."""
    name, purpose = PERSONAL[table]
    phone = values.pop(name, None)
    if phone is not None:
        values[f"{name}_sealed"] = sealing.seal(phone, purpose=purpose).hex()
        values[f"{name}_digest"] = sealing.digest(phone, purpose=purpose).hex()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
