# ruff: noqa: S608 (names of tables and columns are ours; values are parameters)
"""What an upload of a register says, compared with the register and written into it set by set.

Rows are staged in ``TransferRow``; nothing here walks over them one by one except to tell a
problem. A blank cell says nothing: what is on record stays.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from organizations.models import ActivityTeam, Organization, Transfer, TransferRow
from portal import sealing
from portal.cells import match_key

ROW = TransferRow._meta.db_table
DIVISION = "jurisdictions_division"
PHONES_AT_ONCE = 5_000
# Statuses of a team that is still being filed, or was not.
IN_FLOW = ("draft", "community", "township", "refused")


@dataclass(frozen=True)
class Telling:
    """A problem found by comparing: the number of the row, the field, the rule, the sentence."""

    number: int
    field: str
    code: str
    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Register:
    """The table an upload goes into: its columns by name with their types in SQL.

    ``special`` are expressions that take the place of “what was said, else what stands”; ``more``
    says whether row ``r`` adds to the tables beside.
    """

    model: type[models.Model]
    fields: Mapping[str, str]
    phone: str
    special: Mapping[str, str] = field(default_factory=dict)
    more: str = "false"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def said(self, name: str) -> str:
        """What row ``r`` says of a field, or NULL."""
        kind = self.fields[name]
        if kind == "bytea":
            return f"decode(r.content->>'{name}', 'hex')"
        return f"(r.content->>'{name}')::{kind}"

    def merged(self, name: str) -> str:
        """The field of ``o`` as it is after row ``r``."""
        return self.special.get(name) or f"COALESCE({self.said(name)}, o.{name})"

    @property
    def differs(self) -> str:
        """Whether row ``r`` changes ``o``."""
        plain = [name for name, kind in self.fields.items() if kind != "bytea"]
        now = ", ".join(self.merged(name) for name in plain)
        before = ", ".join(f"o.{name}" for name in plain)
        sealed = f"r.content ? '{self.phone}_sealed'"
        return f"(({now}) IS DISTINCT FROM ({before}) OR {sealed})"


# The last two years, with what a row says of their inspections; not yet concluded says nothing.
SAID_OF_YEARS = (
    "(VALUES (%(year)s - 1, r.content->>'inspection_last'),"
    " (%(year)s - 2, r.content->>'inspection_before')) AS said (year, code)"
)
# A year that runs its course in a campaign is left alone.
NEW_INSPECTIONS = (
    f"EXISTS (SELECT 1 FROM {SAID_OF_YEARS} LEFT JOIN organizations_inspection i"
    " ON i.organization_id = o.id AND i.year = said.year WHERE said.code <> 'pending'"
    " AND (i.id IS NULL OR i.status = 'concluded' AND i.concluded_on IS NULL"
    " AND said.code NOT IN ('missed', 'exempt') AND i.conclusion <> said.code))"
)
LISTED = (
    "SELECT 1 FROM organizations_creditlisting c WHERE c.district_id = %(district_id)s"
    " AND c.uscc = {code} AND c.kind = r.content->>'listing'"
    " AND c.listed_on = (r.content->>'listed_on')::date"
)
SAID_CODE = "COALESCE(r.content->>'uscc', o.uscc)"

SAME_REPRESENTATIVE = (
    "COALESCE(r.content->>'legal_representative', o.legal_representative) = o.legal_representative"
)
# A number without a name is that of the leader who is named now.
SAME_LEADER = "o.leader_name IN ('', COALESCE(r.content->>'leader_name', o.leader_name))"
LEADER_PHONE = (
    "COALESCE(decode(r.content->>'leader_phone_{part}', 'hex'),"
    f" CASE WHEN {SAME_LEADER} THEN o.leader_phone_{{part}} END)"
)

ORGANIZATIONS = Register(
    Organization,
    {
        "name": "varchar",
        "uscc": "varchar",
        "org_type": "varchar",
        "division_id": "bigint",
        "registered_on": "date",
        "status": "varchar",
        "supervising_unit": "varchar",
        "community_kind": "varchar",
        "is_charity": "boolean",
        "grade": "varchar",
        "grade_until": "date",
        "authority_level": "varchar",
        "is_direct_registration": "boolean",
        "can_raise_publicly": "boolean",
        "old_certificate_no": "varchar",
        "registered_capital_yuan": "numeric(16, 2)",
        "scope": "text",
        "staff_count": "integer",
        "full_time_count": "integer",
        "party_unit": "varchar",
        "has_party_liaison": "boolean",
        "legal_representative": "varchar",
        "contact_name": "varchar",
        "domicile": "varchar",
        "actual_address": "varchar",
        "contact_phone_sealed": "bytea",
        "legal_rep_id_sealed": "bytea",
        "legal_rep_id_digest": "bytea",
        "initials": "varchar",
    },
    phone="contact_phone",
    special={
        # No workbook says the number; that of another person is not kept.
        "legal_rep_id_sealed": f"CASE WHEN {SAME_REPRESENTATIVE} THEN o.legal_rep_id_sealed END",
        "legal_rep_id_digest": f"CASE WHEN {SAME_REPRESENTATIVE} THEN o.legal_rep_id_digest END",
        # Made anew for the new name, as for every name that has none.
        "initials": "CASE WHEN COALESCE(r.content->>'name', o.name) = o.name THEN o.initials"
        " ELSE '' END",
        "is_direct_registration": (
            "CASE WHEN (r.content->>'is_direct_registration')::boolean THEN true"
            " WHEN r.content ? 'supervising_unit' AND o.is_direct_registration THEN false"
            " ELSE o.is_direct_registration END"
        ),
        "grade_until": (
            "CASE WHEN r.content->>'grade' = 'none' THEN NULL"
            " ELSE COALESCE((r.content->>'grade_until')::date, o.grade_until) END"
        ),
    },
    more=(
        f"({NEW_INSPECTIONS} OR r.content ? 'listing' AND {SAID_CODE} IS NOT NULL"
        f" AND NOT EXISTS ({LISTED.format(code=SAID_CODE)}))"
    ),
)
TEAMS = Register(
    ActivityTeam,
    {
        "name": "varchar",
        "division_id": "bigint",
        "neighborhood": "varchar",
        "founded_on": "date",
        "kind": "varchar",
        "place": "varchar",
        "content": "varchar",
        "schedule": "varchar",
        "times_per_week": "smallint",
        "member_count": "integer",
        "party_member_count": "integer",
        "leader_name": "varchar",
        "has_liaison": "boolean",
        "filing_no": "varchar",
        "filed_on": "date",
        "status": "varchar",
        "leader_phone_sealed": "bytea",
        "leader_phone_digest": "bytea",
    },
    phone="leader_phone",
    special={
        f"leader_phone_{part}": LEADER_PHONE.format(part=part) for part in ("sealed", "digest")
    },
)
REGISTERS: Mapping[str, Register] = {
    Transfer.Table.ORGANIZATIONS: ORGANIZATIONS,
    Transfer.Table.TEAMS: TEAMS,
}


def clear(transfer: Transfer) -> None:
    """Throw away what was staged of an upload."""
    TransferRow.objects.filter(transfer=transfer).delete()


def compare(transfer: Transfer, *, on: date) -> None:
    """Find what every staged row speaks of, what it would change, and what forbids it."""
    register = REGISTERS[transfer.table]
    _count_up(ROW)
    for statement in MATCHES[transfer.table]:
        _run(statement, transfer, district=transfer.district.path)
    _run(TAKE_VERSION.format(register=register), transfer)
    tell(transfer, _found_before_phones(transfer, register, on))
    _drop_known_phones(transfer, register)
    _run(
        DECIDE.format(register=register, row=ROW),
        transfer,
        year=on.year,
        district_id=transfer.district_id,
    )


def _found_before_phones(transfer: Transfer, register: Register, on: date) -> list[Telling]:
    found = [*_twice(transfer), *_elsewhere(transfer, register), *_moves(transfer, register)]
    if register is ORGANIZATIONS:
        found += [*_organization_rules(transfer, on), *_near_organizations(transfer)]
        return [*found, *_lost_listings(transfer)]
    return [*found, *_team_rules(transfer), *_near_teams(transfer), *_lost_phones(transfer)]


# Which row of the register each staged row speaks of.
TAKE_VERSION = (
    f"UPDATE {ROW} r SET target_version = o.version FROM {{register.table}} o"
    " WHERE r.transfer_id = %(transfer)s AND o.id = r.target_id"
)
DECIDE = (
    "UPDATE {row} r SET action = CASE WHEN r.target_id IS NULL THEN 'new' ELSE"
    " (SELECT CASE WHEN {register.differs} OR {register.more} THEN 'change' ELSE 'same' END"
    " FROM {register.table} o WHERE o.id = r.target_id) END"
    " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
)
BY_CODE = (
    f"UPDATE {ROW} r SET target_id = o.id FROM organizations_organization o"
    " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
    " AND o.uscc = r.content->>'uscc'"
)
# An organization whose code was not known, or is not said.
SAME_NAME = (
    "o.name_key = s.content->>'name_key' AND o.division_id = (s.content->>'division_id')::bigint"
    " AND (o.uscc IS NULL OR s.content->>'uscc' IS NULL)"
)
BY_NAME = (
    f"UPDATE {ROW} r SET target_id = m.id FROM ("
    f"SELECT s.id AS staged, min(o.id) AS id FROM {ROW} s JOIN organizations_organization o"
    f" ON {SAME_NAME}"
    " WHERE s.transfer_id = %(transfer)s AND s.action <> 'error' AND s.target_id IS NULL"
    " GROUP BY s.id HAVING count(*) = 1) m WHERE r.id = m.staged"
)
BY_FILING_NO = (
    f"UPDATE {ROW} r SET target_id = o.id FROM organizations_activityteam o"
    " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
    " AND o.filing_no = r.content->>'filing_no'"
)
# A team whose number was not known, or is not said.
SAME_PLACE = (
    "o.name_key = s.content->>'name_key' AND o.division_id = (s.content->>'division_id')::bigint"
    " AND o.neighborhood = s.content->>'neighborhood'"
    " AND (o.filing_no = '' OR s.content->>'filing_no' IS NULL)"
)
BY_PLACE = (
    f"UPDATE {ROW} r SET target_id = m.id FROM ("
    f"SELECT s.id AS staged, min(o.id) AS id FROM {ROW} s JOIN organizations_activityteam o"
    f" ON {SAME_PLACE}"
    " WHERE s.transfer_id = %(transfer)s AND s.action <> 'error' AND s.target_id IS NULL"
    " GROUP BY s.id HAVING count(*) = 1) m WHERE r.id = m.staged"
)
MATCHES: Mapping[str, Sequence[str]] = {
    Transfer.Table.ORGANIZATIONS: (BY_CODE, BY_NAME),
    Transfer.Table.TEAMS: (BY_FILING_NO, BY_PLACE),
}


def _twice(transfer: Transfer) -> Iterator[Telling]:
    """Rows that speak of one and the same row of the register."""
    rows = _rows(
        f"SELECT r.number, r.sheet, r.row, r.target_id FROM {ROW} r WHERE"
        " r.transfer_id = %(transfer)s AND r.action <> 'error' AND r.target_id IN ("
        f"SELECT target_id FROM {ROW} WHERE transfer_id = %(transfer)s AND action <> 'error'"
        " GROUP BY target_id HAVING count(*) > 1) ORDER BY r.number",
        transfer,
    )
    by_target: dict[int, list[str]] = {}
    for _number, sheet, row, target in rows:
        by_target.setdefault(target, []).append(f"{sheet} {row}")
    for number, _sheet, _row, target in rows:
        text = _("Several rows speak of the same entry of the register: %(places)s. Keep one.")
        places = "、".join(by_target[target][:5])
        yield Telling(number, "name", "twice_in_register", text % {"places": places})


def _elsewhere(transfer: Transfer, register: Register) -> Iterator[Telling]:
    """Rows whose code or number belongs to another district."""
    rows = _rows(
        f"SELECT r.number FROM {ROW} r JOIN {register.table} o ON o.id = r.target_id"
        f" JOIN {DIVISION} d ON d.id = o.division_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
        " AND NOT starts_with(d.path, %(district)s)",
        transfer,
        district=transfer.district.path,
    )
    name = "uscc" if register is ORGANIZATIONS else "filing_no"
    text = _("Another district has this on its register. Compare it, or delete the row.")
    for (number,) in rows:
        yield Telling(number, name, "in_another_district", text)


def _moves(transfer: Transfer, register: Register) -> Iterator[Telling]:
    """Statuses that do not follow from the one on record."""
    model: Any = register.model
    allowed = [
        f"{before}>{after}" for before, afters in model.TRANSITIONS.items() for after in afters
    ]
    rows = _rows(
        f"SELECT r.number, o.status, r.content->>'status' FROM {ROW} r"
        f" JOIN {register.table} o ON o.id = r.target_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
        " AND r.content->>'status' <> o.status"
        " AND NOT o.status || '>' || (r.content->>'status') = ANY(%(allowed)s)",
        transfer,
        allowed=allowed,
    )
    labels = dict(model.Status.choices)
    for number, before, after in rows:
        text = _("The register says “%(before)s”, from which nothing becomes “%(after)s”.")
        told = {"before": labels[before], "after": labels[after]}
        yield Telling(number, "status", "status_jump", text % told)


def _organization_rules(transfer: Transfer, on: date) -> Iterator[Telling]:
    """What the row and the register together must not say."""
    merged = ORGANIZATIONS.merged
    prefixes = "CASE {} WHEN 'association' THEN '51' WHEN 'foundation' THEN '53' ELSE '52' END"
    rules: dict[str, tuple[str, str, str]] = {
        "full_time_count": (
            "more_full_time",
            f"{merged('full_time_count')} > {merged('staff_count')}",
            _("With what is on record there are more full-time staff than staff. Fill in both."),
        ),
        "can_raise_publicly": (
            "raising_without_charity",
            f"{merged('can_raise_publicly')} AND {merged('is_charity')} IS NOT TRUE",
            _("Only a charity may raise funds from the public. Say that it is a charity."),
        ),
        "grade_until": (
            "grade_until_without_grade",
            f"{merged('grade_until')} IS NOT NULL AND COALESCE({merged('grade')}, 'none') = 'none'",
            _("The end of a grade needs the grade. Fill in both."),
        ),
        "org_type": (
            "code_kind",
            f"left({merged('uscc')}, 2) <> {prefixes.format(merged('org_type'))}",
            _("The type does not fit the credit code on record. Compare them."),
        ),
        "uscc": (
            "several_organizations",
            "r.target_id IS NULL AND r.content->>'uscc' IS NULL AND 1 < (SELECT count(*)"
            " FROM organizations_organization t WHERE t.name_key = r.content->>'name_key'"
            " AND t.division_id = (r.content->>'division_id')::bigint)",
            _("Several organizations of this name are on record here. Type the credit code."),
        ),
        "registered_on": (
            "registered_after_change",
            f"{merged('registered_on')} > LEAST((SELECT min(n.to_on) FROM"
            " organizations_organizationname n WHERE n.organization_id = o.id), (SELECT"
            " min(d.to_on) FROM organizations_organizationdomicile d"
            " WHERE d.organization_id = o.id))",
            _("Its name or domicile changed before this day already. Compare the day."),
        ),
        "name": (
            "renamed_today",
            "r.content->>'name_key' <> o.name_key AND COALESCE((SELECT n.from_on FROM"
            " organizations_organizationname n WHERE n.organization_id = o.id"
            " AND n.to_on IS NULL), o.registered_on) >= %(on)s",
            _("The organization was renamed today or later already. Import the row tomorrow."),
        ),
        "domicile": (
            "moved_today",
            f"(o.domicile <> '' AND {merged('domicile')} <> o.domicile"
            f" OR {merged('division_id')} <> o.division_id) AND COALESCE((SELECT n.from_on FROM"
            " organizations_organizationdomicile n WHERE n.organization_id = o.id"
            " AND n.to_on IS NULL), o.registered_on) >= %(on)s",
            _("The organization moved today or later already. Import the row tomorrow."),
        ),
    }
    yield from _judged(transfer, ORGANIZATIONS, rules, on=on)


def _team_rules(transfer: Transfer) -> Iterator[Telling]:
    """What the row and the register together must not say."""
    merged = TEAMS.merged
    in_flow = ", ".join(f"'{status}'" for status in IN_FLOW)
    rules: dict[str, tuple[str, str, str]] = {
        "party_member_count": (
            "more_party_members",
            f"{merged('party_member_count')} > {merged('member_count')}",
            _("With what is on record there are more party members than members."),
        ),
        "status": (
            "converted_elsewhere",
            "r.content->>'status' = 'converted' AND o.status IS DISTINCT FROM 'converted'",
            _("Conversion is recorded on the page of the team, with the organization it became."),
        ),
        "name": (
            "being_filed",
            f"o.status IN ({in_flow})",
            _("This team is being filed or was not filed. Finish that on its page."),
        ),
        "neighborhood": (
            "several_teams",
            "r.target_id IS NULL AND r.content->>'filing_no' IS NULL AND 1 < (SELECT count(*)"
            " FROM organizations_activityteam t WHERE t.name_key = r.content->>'name_key'"
            " AND t.division_id = (r.content->>'division_id')::bigint"
            " AND t.neighborhood = r.content->>'neighborhood')",
            _("Several teams of this name are on file here. Add the filing number."),
        ),
    }
    yield from _judged(transfer, TEAMS, rules)


def _judged(
    transfer: Transfer,
    register: Register,
    rules: Mapping[str, tuple[str, str, str]],
    **parameters: Any,
) -> Iterator[Telling]:
    """One pass over the staged rows for all rules of a table."""
    names = list(rules)
    flags = ", ".join(f"COALESCE({rules[name][1]}, false)" for name in names)
    rows = _rows(
        f"SELECT * FROM (SELECT r.number, ARRAY[{flags}] AS broken FROM {ROW} r"
        f" LEFT JOIN {register.table} o ON o.id = r.target_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error') judged"
        " WHERE true = ANY(broken) ORDER BY number",
        transfer,
        **parameters,
    )
    for number, broken in rows:
        for name, is_broken in zip(names, broken, strict=True):
            if is_broken:
                code, _condition, text = rules[name]
                yield Telling(number, name, code, text)


def _near_organizations(transfer: Transfer) -> Iterator[Telling]:
    """New rows that are called like an organization on record, the district in front aside."""
    rows = _rows(
        f"SELECT r.number, o.name FROM {ROW} r JOIN organizations_organization o"
        " ON o.name_key = ANY(ARRAY[r.content->>'name_key', %(prefix)s || (r.content->>'name_key'),"
        " CASE WHEN starts_with(r.content->>'name_key', %(prefix)s)"
        " THEN substr(r.content->>'name_key', length(%(prefix)s) + 1) END])"
        f" JOIN {DIVISION} d ON d.id = o.division_id AND starts_with(d.path, %(district)s)"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error' AND r.target_id IS NULL"
        " ORDER BY r.number",
        transfer,
        prefix=match_key(transfer.district.name),
        district=transfer.district.path,
    )
    for number, name in rows:
        text = _("Is this %(name)s, which is on record with another code? Compare the two.")
        yield Telling(number, "name", "near_duplicate", text % {"name": name}, is_warning=True)


def _near_teams(transfer: Transfer) -> Iterator[Telling]:
    """New rows with the leader and the place of a team on file."""
    rows = _rows(
        f"SELECT r.number, o.name FROM {ROW} r JOIN organizations_activityteam o"
        " ON o.leader_phone_digest = decode(r.content->>'leader_phone_digest', 'hex')"
        " AND o.place = r.content->>'place'"
        f" JOIN {DIVISION} d ON d.id = o.division_id AND starts_with(d.path, %(district)s)"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error' AND r.target_id IS NULL"
        " ORDER BY r.number",
        transfer,
        district=transfer.district.path,
    )
    for number, name in rows:
        text = _("%(name)s has the same leader and place. Is it the same team?")
        yield Telling(number, "name", "near_duplicate", text % {"name": name}, is_warning=True)


def _lost_listings(transfer: Transfer) -> Iterator[Telling]:
    """Credit lists of organizations whose code nobody knows: lists are kept by the code."""
    rows = _rows(
        f"SELECT r.number FROM {ROW} r LEFT JOIN organizations_organization o"
        " ON o.id = r.target_id WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
        f" AND r.content ? 'listing' AND {SAID_CODE} IS NULL ORDER BY r.number",
        transfer,
    )
    text = _("Without a credit code the list is not taken. Type the code.")
    for (number,) in rows:
        yield Telling(number, "listing", "listing_without_code", text, is_warning=True)


def _lost_phones(transfer: Transfer) -> Iterator[Telling]:
    """Teams with another leader of whom no telephone is said: that of the former one goes."""
    rows = _rows(
        f"SELECT r.number FROM {ROW} r JOIN organizations_activityteam o ON o.id = r.target_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
        " AND o.leader_phone_sealed IS NOT NULL AND NOT r.content ? 'leader_phone_sealed'"
        f" AND NOT {SAME_LEADER} ORDER BY r.number",
        transfer,
    )
    text = _("The leader is another: the telephone on record goes with the former one.")
    for (number,) in rows:
        yield Telling(number, "leader_phone", "phone_of_another", text, is_warning=True)


def tell(transfer: Transfer, tellings: Iterable[Telling]) -> None:
    """Add problems to their rows; an error takes the row out of what is written."""
    found = list(tellings)
    if not found:
        return
    numbers = sorted({telling.number for telling in found})
    rows = TransferRow.objects.filter(transfer=transfer, number__in=numbers)
    staged = {row.number: row for row in rows.only("number", "sheet", "row", "content")}
    places = transfer.form.get("places", {})
    added: dict[int, list[dict[str, Any]]] = {}
    for telling in found:
        row = staged[telling.number]
        letter, header = places.get(row.sheet, {}).get(telling.field, ("", ""))
        added.setdefault(telling.number, []).append(
            {
                "sheet": row.sheet,
                "row": row.row,
                "column": letter,
                "header": header,
                "value": str(row.content.get(telling.field) or "")[:60],
                "code": telling.code,
                "text": telling.text,
                "is_warning": telling.is_warning,
            }
        )
    changes = [
        (number, json.dumps(problems), any(not problem["is_warning"] for problem in problems))
        for number, problems in added.items()
    ]
    with connection.cursor() as cursor:
        execute_values(
            cursor,
            f"UPDATE {ROW} r SET problems = r.problems || v.problems::jsonb, action ="
            " CASE WHEN v.is_error THEN 'error' ELSE r.action END FROM (VALUES %s)"
            " AS v (number, problems, is_error)"
            f" WHERE r.transfer_id = {int(transfer.pk)} AND r.number = v.number",
            changes,
        )


def _drop_known_phones(transfer: Transfer, register: Register) -> None:
    """A telephone that is on record already says nothing new; sealed, no two look the same."""
    name, model = register.phone, register.model
    purpose = model.SEALED[name]  # type: ignore[attr-defined]
    same_person = SAME_LEADER if register is TEAMS else "true"
    rows = _rows(
        f"SELECT r.number, o.{name}_sealed, r.content->>'{name}_digest' FROM {ROW} r"
        f" JOIN {register.table} o ON o.id = r.target_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action <> 'error'"
        f" AND o.{name}_sealed IS NOT NULL AND r.content ? '{name}_sealed' AND {same_person}",
        transfer,
    )
    same = [number for number, sealed, said in rows if _digest_of(sealed, purpose) == said]
    _run(
        f"UPDATE {ROW} r SET content = r.content - '{name}_sealed' - '{name}_digest'"
        " WHERE r.transfer_id = %(transfer)s AND r.number = ANY(%(numbers)s)",
        transfer,
        numbers=same,
    )


def _digest_of(sealed: memoryview, purpose: str) -> str | None:
    """The digest of what is sealed; None where no key opens it, which is then like no other."""
    try:
        return sealing.digest(sealing.unseal(sealed, purpose=purpose), purpose=purpose).hex()
    except sealing.SealBroken:
        return None


def is_overtaken(transfer: Transfer) -> bool:
    """Whether the register changed, in what the upload speaks of, since they were compared.

    Holds every row that will be changed until the transaction ends.
    """
    register = REGISTERS[transfer.table]
    changed = _rows(
        f"SELECT r.target_version IS DISTINCT FROM o.version FROM {ROW} r"
        f" JOIN {register.table} o ON o.id = r.target_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action IN ('change', 'same')"
        " ORDER BY o.id FOR NO KEY UPDATE OF o",
        transfer,
    )
    return any(is_changed for (is_changed,) in changed) or _is_entered(transfer, register)


def _is_entered(transfer: Transfer, register: Register) -> bool:
    """Whether the register has by now what was to be entered: a check would find it.

    By its code or number, else by its name as ``MATCHES`` does; of several namesakes a check takes
    none.
    """
    key, same = ("uscc", SAME_NAME) if register is ORGANIZATIONS else ("filing_no", SAME_PLACE)
    staged = f"FROM {ROW} s JOIN {register.table} o ON"
    whose = "WHERE s.transfer_id = %(transfer)s AND s.action = 'new'"
    by_key = f"SELECT 1 {staged} o.{key} = s.content->>'{key}' {whose} LIMIT 1"
    by_name = (
        f"SELECT 1 {staged} {same} {whose} GROUP BY s.id"
        f" HAVING count(*) = 1 OR NOT bool_or(s.content ? '{key}') LIMIT 1"
    )
    return any(_rows(statement, transfer) for statement in (by_key, by_name))


def new_statuses(transfer: Transfer) -> dict[int, list[str]]:
    """Organization → its status now and the one that is written; nothing of teams, whose steps
    tell it."""
    if REGISTERS[transfer.table] is not ORGANIZATIONS:
        return {}
    rows = _rows(
        f"SELECT o.id, o.status, r.content->>'status' FROM {ROW} r"
        " JOIN organizations_organization o ON o.id = r.target_id"
        " WHERE r.transfer_id = %(transfer)s AND r.action = 'change'"
        " AND r.content->>'status' <> o.status ORDER BY o.id",
        transfer,
    )
    return {pk: [before, after] for pk, before, after in rows}


def sentence_of(transfer: Transfer, constraint: str) -> str:
    """What a constraint of the table that an upload goes into says, else its name."""
    for each in REGISTERS[transfer.table].model._meta.constraints:
        if each.name == constraint:
            return str(each.get_violation_error_message())
    return constraint


def write(transfer: Transfer, *, on: date, at: datetime) -> None:
    """Write what is new and what changes, in the order of the register; all in one transaction."""
    register = REGISTERS[transfer.table]
    who = {
        "by": transfer.confirmed_by_id,
        "at": at,
        "on": on,
        "year": on.year,
        "district_id": transfer.district_id,
    }
    _run(
        f"UPDATE {ROW} r SET target_id = nextval(pg_get_serial_sequence(%(table)s, 'id'))"
        " WHERE r.transfer_id = %(transfer)s AND r.action = 'new'",
        transfer,
        table=register.table,
    )
    _count_up(ROW)
    for statement in BEFORE[transfer.table]:
        _run(statement, transfer, **who)
    _run(_insertion(register), transfer)
    _count_up(register.table)
    _run(_change(register), transfer)
    for statement in AFTER[transfer.table]:
        _run(statement, transfer, **who, text=transfer.file_name)


def _insertion(register: Register) -> str:
    columns, values = ["id"], ["r.target_id"]
    for column in register.model._meta.concrete_fields:
        if column.primary_key or getattr(column, "generated", False):
            continue
        columns.append(str(column.column))
        values.append(_initial(register, column))
    return (
        f"INSERT INTO {register.table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM {ROW} r WHERE r.transfer_id = %(transfer)s AND r.action = 'new'"
        " ORDER BY r.number"
    )


def _initial(register: Register, column: Any) -> str:
    """What a new row holds in a column: what was said, else the model's default."""
    if column.name == "center" and register is ORGANIZATIONS:
        return (
            "(SELECT c.id FROM centers_center c WHERE c.uscc = r.content->>'uscc' AND NOT EXISTS"
            " (SELECT 1 FROM organizations_organization x WHERE x.center_id = c.id))"
        )
    default = column.get_default()
    blank = "NULL" if default is None else f"'{default}'" if isinstance(default, str) else default
    if column.name == "kind":
        blank = "'other'"
    if column.column not in register.fields:
        return str(blank)
    said = register.said(column.column)
    return said if blank == "NULL" else f"COALESCE({said}, {blank})"


def _change(register: Register) -> str:
    changes = ", ".join(f"{name} = {register.merged(name)}" for name in register.fields)
    return (
        f"UPDATE {register.table} o SET {changes}, version = o.version + 1 FROM {ROW} r"
        " WHERE r.transfer_id = %(transfer)s AND r.action = 'change' AND o.id = r.target_id"
        f" AND {register.differs}"
    )


RENAMED = "r.content->>'name_key' <> o.name_key"
MOVED = (
    f"(o.domicile <> '' AND {ORGANIZATIONS.merged('domicile')} <> o.domicile"
    f" OR {ORGANIZATIONS.merged('division_id')} <> o.division_id)"
)
CHANGED = (
    " FROM organizations_transferrow r JOIN organizations_organization o ON o.id = r.target_id"
    " WHERE r.transfer_id = %(transfer)s AND r.action = 'change'"
)
NAME_COLUMNS = "(organization_id, name, from_on, to_on, doc_no, entered_by_id, entered_at)"
DOMICILE_COLUMNS = (
    "(organization_id, address, division_id, from_on, to_on, doc_no, entered_by_id, entered_at)"
)
NAMES, DOMICILES = "organizations_organizationname", "organizations_organizationdomicile"
# What was entered holds since the registration.
FIRST_NAMES = (
    f"INSERT INTO {NAMES} {NAME_COLUMNS}"
    " SELECT o.id, o.name, o.registered_on, NULL, '', %(by)s, %(at)s"
    f" FROM {ROW} r JOIN organizations_organization o ON o.id = r.target_id"
    " WHERE r.transfer_id = %(transfer)s AND r.action = 'new' ORDER BY r.number"
)
FIRST_DOMICILES = (
    f"INSERT INTO {DOMICILES} {DOMICILE_COLUMNS}"
    " SELECT o.id, o.domicile, o.division_id, o.registered_on, NULL, '', %(by)s, %(at)s"
    f" FROM {ROW} r JOIN organizations_organization o ON o.id = r.target_id"
    " WHERE r.transfer_id = %(transfer)s AND r.action = 'new' ORDER BY r.number"
)
REGISTERED_ON = ORGANIZATIONS.merged("registered_on")
FOLLOW_REGISTRATION = (
    f"UPDATE {{rows}} n SET from_on = {REGISTERED_ON}{CHANGED}"
    f" AND {REGISTERED_ON} IS DISTINCT FROM o.registered_on AND n.organization_id = o.id"
    " AND n.from_on IS NOT DISTINCT FROM o.registered_on"
)
# What was only written otherwise, or not known, was wrong from its first day.
CORRECTED_NAMES = (
    f"UPDATE {NAMES} n SET name = r.content->>'name'{CHANGED} AND NOT {RENAMED}"
    " AND r.content->>'name' <> o.name AND n.organization_id = o.id AND n.to_on IS NULL"
)
CORRECTED_DOMICILES = (
    f"UPDATE {DOMICILES} n SET address = {ORGANIZATIONS.merged('domicile')}{CHANGED}"
    f" AND NOT {MOVED} AND {ORGANIZATIONS.merged('domicile')} <> o.domicile"
    " AND n.organization_id = o.id AND n.to_on IS NULL"
)
# What was never dated held since the registration, as ``registered_changes`` has it.
FORMER_NAMES = (
    f"INSERT INTO {NAMES} {NAME_COLUMNS}"
    f" SELECT o.id, o.name, {REGISTERED_ON}, %(on)s::date - 1, '', %(by)s, %(at)s"
    f"{CHANGED} AND {RENAMED}"
    f" AND NOT EXISTS (SELECT 1 FROM {NAMES} n WHERE n.organization_id = o.id)"
)
END_NAMES = (
    f"UPDATE {NAMES} n SET to_on = %(on)s::date - 1{CHANGED} AND {RENAMED}"
    " AND n.organization_id = o.id AND n.to_on IS NULL"
)
NEW_NAMES = (
    f"INSERT INTO {NAMES} {NAME_COLUMNS}"
    " SELECT o.id, r.content->>'name', %(on)s::date, NULL, '', %(by)s, %(at)s"
    f"{CHANGED} AND {RENAMED}"
)
FORMER_DOMICILES = (
    f"INSERT INTO {DOMICILES} {DOMICILE_COLUMNS} SELECT o.id, o.domicile, o.division_id,"
    f" {REGISTERED_ON}, %(on)s::date - 1, '', %(by)s, %(at)s"
    f"{CHANGED} AND {MOVED}"
    f" AND NOT EXISTS (SELECT 1 FROM {DOMICILES} n WHERE n.organization_id = o.id)"
)
END_DOMICILES = (
    f"UPDATE {DOMICILES} n SET to_on = %(on)s::date - 1{CHANGED} AND {MOVED}"
    " AND n.organization_id = o.id AND n.to_on IS NULL"
)
NEW_DOMICILES = (
    f"INSERT INTO {DOMICILES} {DOMICILE_COLUMNS}"
    f" SELECT o.id, {ORGANIZATIONS.merged('domicile')}, {ORGANIZATIONS.merged('division_id')},"
    " %(on)s::date, NULL, '', %(by)s, %(at)s"
    f"{CHANGED} AND {MOVED}"
)
# How a past year ended, as a table tells, replaces nothing but what a table told: a row that says
# on which day stays as it is.
NOTED = """
    ON CONFLICT (organization_id, year) DO UPDATE
        SET conclusion = EXCLUDED.conclusion, version = organizations_inspection.version + 1
        WHERE organizations_inspection.status = 'concluded'
            AND EXCLUDED.status = 'concluded'
            AND organizations_inspection.concluded_on IS NULL
            AND organizations_inspection.conclusion <> EXCLUDED.conclusion
"""
INSPECTIONS = (
    "INSERT INTO organizations_inspection"
    " (organization_id, year, kind, status, exempt_reason, return_count, conclusion, doc_no,"
    " version)"
    " SELECT o.id, said.year, CASE WHEN o.is_charity THEN 'charity_report' WHEN o.org_type ="
    " 'social_service_institution' THEN 'institution' ELSE o.org_type END,"
    " CASE WHEN said.code IN ('missed', 'exempt') THEN said.code ELSE 'concluded' END,"
    " CASE said.code WHEN 'exempt' THEN 'other' END, 0,"
    " CASE WHEN said.code NOT IN ('missed', 'exempt') THEN said.code END, '', 1"
    " FROM organizations_transferrow r JOIN organizations_organization o ON o.id = r.target_id"
    f" CROSS JOIN LATERAL {SAID_OF_YEARS}"
    " WHERE r.transfer_id = %(transfer)s AND r.action IN ('new', 'change')"
    f" AND said.code <> 'pending' ORDER BY o.id, said.year {NOTED}"
)
LISTINGS = (
    "INSERT INTO organizations_creditlisting"
    " (district_id, organization_id, uscc, name, kind, grounds, listed_on, authority, doc_no,"
    " ignore_reason, entered_by_id, entered_at)"
    " SELECT %(district_id)s, o.id, o.uscc, o.name, r.content->>'listing', '',"
    " (r.content->>'listed_on')::date, '', '', '', %(by)s, %(at)s"
    " FROM organizations_transferrow r JOIN organizations_organization o ON o.id = r.target_id"
    " WHERE r.transfer_id = %(transfer)s AND r.action IN ('new', 'change')"
    " AND r.content ? 'listing' AND o.uscc IS NOT NULL ORDER BY o.id"
    " ON CONFLICT (district_id, uscc, kind, listed_on) DO NOTHING"
)
# What was said of the status, told in the line of the team.
STATUS_STEPS = (
    "INSERT INTO organizations_teamstep (team_id, kind, happened_on, text, doc_no, by_id, at)"
    " SELECT o.id, CASE WHEN COALESCE(r.content->>'status', o.status) = o.status THEN 'change'"
    " WHEN r.content->>'status' = 'suspended' THEN 'suspend'"
    " WHEN r.content->>'status' = 'cleared' THEN 'clear' ELSE 'resume' END,"
    " %(on)s::date, '', '', %(by)s, %(at)s"
    f" FROM {ROW} r JOIN organizations_activityteam o ON o.id = r.target_id"
    " WHERE r.transfer_id = %(transfer)s AND r.action = 'change' ORDER BY r.number"
)
OPINION_STEPS = (
    "INSERT INTO organizations_teamstep (team_id, kind, happened_on, text, doc_no, by_id, at)"
    " SELECT r.target_id, '{kind}', (r.content->>'{on}')::date,"
    " COALESCE(r.content->>'{text}', ''), '', %(by)s, %(at)s"
    f" FROM {ROW} r WHERE r.transfer_id = %(transfer)s AND r.action = 'new'"
    " AND r.content ? '{on}' ORDER BY r.number"
)
FILE_STEPS = (
    "INSERT INTO organizations_teamstep (team_id, kind, happened_on, text, doc_no, by_id, at)"
    " SELECT r.target_id, 'file', COALESCE((r.content->>'filed_on')::date, %(on)s::date),"
    " %(text)s, COALESCE(r.content->>'filing_no', ''), %(by)s, %(at)s"
    f" FROM {ROW} r WHERE r.transfer_id = %(transfer)s AND r.action = 'new' ORDER BY r.number"
)


def _opinions(kind: str, text: str, on: str) -> str:
    return OPINION_STEPS.replace("{kind}", kind).replace("{text}", text).replace("{on}", on)


BEFORE: Mapping[str, Sequence[str]] = {
    Transfer.Table.ORGANIZATIONS: (
        *(FOLLOW_REGISTRATION.format(rows=rows) for rows in (NAMES, DOMICILES)),
        *(CORRECTED_NAMES, FORMER_NAMES, END_NAMES, NEW_NAMES),
        *(CORRECTED_DOMICILES, FORMER_DOMICILES, END_DOMICILES, NEW_DOMICILES),
    ),
    Transfer.Table.TEAMS: (STATUS_STEPS,),
}
AFTER: Mapping[str, Sequence[str]] = {
    Transfer.Table.ORGANIZATIONS: (FIRST_NAMES, FIRST_DOMICILES, INSPECTIONS, LISTINGS),
    Transfer.Table.TEAMS: (
        _opinions("opinion", "community_opinion", "community_on"),
        _opinions("review", "township_opinion", "township_on"),
        FILE_STEPS,
    ),
}


def _count_up(table: str) -> None:
    """Renew the statistics of what was written a moment ago: rows by the ten thousand that the
    planner takes for one are joined in time that grows with their square."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def _run(statement: str, transfer: Transfer, **parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"transfer": transfer.pk, **parameters})
        return cursor.rowcount


def _rows(statement: str, transfer: Transfer, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"transfer": transfer.pk, **parameters})
        return cursor.fetchall()
