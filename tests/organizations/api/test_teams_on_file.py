"""Of teams those on file go out, and of a team what is nobody's personal data."""

import pytest

from organizations.models import ActivityTeam
from portal import sealing
from tests.factories.organizations import ActivityTeamFactory

pytestmark = pytest.mark.django_db
PHONE = "13812341234"


def test_a_team_that_is_being_filed_or_was_not_does_not_go_out(wutong, api):
    shown = [ActivityTeamFactory(division=wutong, status=each) for each in ("active", "cleared")]
    hidden = [
        ActivityTeamFactory(division=wutong, status=each)
        for each in ("draft", "community", "township", "refused")
    ]
    rows = api.json("teams/")["results"]
    assert [row["code"] for row in rows] == [f"T{team.pk}" for team in shown]
    for team in hidden:
        assert api.get(f"teams/T{team.pk}/").status_code == 404
    assert api.get("teams/?status=draft").status_code == 400


def test_leader_and_telephone_never_go_out(wutong, api):
    purpose = ActivityTeam.SEALED["leader_phone"]
    team = ActivityTeamFactory(
        division=wutong,
        leader_name="王芳",
        leader_phone_sealed=sealing.seal(PHONE, purpose=purpose),
        leader_phone_digest=sealing.digest(PHONE, purpose=purpose),
    )
    for address in ("teams/", f"teams/T{team.pk}/", "teams.csv", "teams.ndjson"):
        answer = api.get(address)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert team.name in said.decode()
        assert not {text for text in (PHONE, "1234", "王芳", "leader") if text in said.decode()}
