"""The demonstration district and one account per role of the bureau."""

import secrets
from datetime import datetime
from typing import Any

from portal.clients.services import clients, tokens
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from portal.users import services as users
from portal.users.models import Dataset, User

BUREAU = (
    ("municipal_viewer", "周市民", "310000"),
    ("municipal_officer", "吴市办", "310000"),
    ("district_admin", "赵科长", "310199"),
    ("district_officer", "林经办", "310199"),
    ("district_leader", "郭局长", "310199"),
    ("district_auditor", "何审计", "310199"),
    ("township_reviewer", "徐镇办", "310199105"),
    ("evaluator", "高评审", "310199"),
    ("org_contact", "罗联系", "310199"),
)


def demo_password() -> str:
    """A password for an account of the demonstration, new at every loading."""
    return secrets.token_urlsafe(9)


def load(*, at: datetime) -> tuple[Division, User, dict[str, Any]]:
    """海棠区, its bureau's accounts by role, and the officer who works with them."""
    city = Division.objects.get(code="310000")
    district = jurisdictions.add(
        code="310199", name="海棠区", kind=Division.Kind.DISTRICT, parent=city
    )
    jurisdictions.add(
        code="310199105",
        name="桂花镇",
        kind=Division.Kind.TOWN,
        parent=district,
    )
    accounts = {}
    for role, name, code in BUREAU:
        password = demo_password()
        user = users.register(username=role, full_name=name, password=password, at=at)
        division = Division.objects.get(code=code)
        users.assign(user=user, role=role, division=division, by=None, at=at)
        accounts[role] = {"username": role, "password": password}
    return district, User.objects.get(username="district_officer"), accounts


def issue_token(*, district: Division, by: User, at: datetime) -> str:
    """A token of a client that reads everything of the district."""
    client = clients.open_client(
        username="api_client",
        title="市级平台",
        contact="信息中心 沈工",
        divisions=[district],
        by=None,
        at=at,
    )
    return tokens.issue(
        client=client,
        name="demonstration",
        datasets=Dataset.values,
        expires_at=at + tokens.LONGEST,
        by=by,
        at=at,
    )
