"""Of nobody is read what must not be, in whatever part of a publication it was typed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate

from centers.models import Section, StaffRow
from evaluation.selectors import disclosure_sources
from evaluation.services import publications
from tests.factories.centers import PersonFactory
from tests.factories.organizations import ActivityTeamFactory
from tests.factories.publications import PublishedFactory

pytestmark = pytest.mark.django_db

MOBILE = "139\u20131234\u00a05678"


@pytest.fixture
def draft(golden, alice, at):
    PersonFactory(center=golden["C01"], name="王芳")
    return publications.prepare(center=golden["C01"], item="contact", year=2026, by=alice, at=at)


def test_title_and_channel_are_looked_through(draft, alice, at):
    hidden = publications.edit(
        publication=draft,
        version=draft.version,
        title=f"联系{MOBILE}",
        texts={"hours": "请找王芳"},
        by=alice,
        at=at,
    )
    assert set(hidden) == {"mobile", "name"}
    publications.prove(
        publication=draft,
        channel=f"公众号，{MOBILE}",
        upload=None,
        version=draft.version,
        by=alice,
        at=at,
    )
    for part in (draft.title, draft.channel, str(draft.content)):
        assert "5678" not in part
        assert "王芳" not in part


def test_a_note_on_the_bureaus_text_names_nobody_of_its_centers(draft, haitang, alice, at):
    text = PublishedFactory(division=haitang, item="publicity", subject="2026")
    publications.withdraw(
        publication=text,
        version=text.version,
        note=f"名单有误，请找王芳，{MOBILE}",
        by=alice,
        at=at,
    )
    assert text.withdraw_note == "名单有误，请找●●●●，●●●●"


def test_leaders_of_teams_and_whoever_left_are_named_nowhere(draft, golden, alice, at):
    one, today = golden["C01"], localdate(at)
    ActivityTeamFactory(division=one.division, leader_name="欧阳队长")
    ActivityTeamFactory(division=golden["C02"].division, leader_name="司马队长")
    section = Section.objects.get(center=one, kind="staff", status="accepted")
    head = StaffRow.objects.filter(section=section, post="director").first().person.name
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        StaffRow.objects.create(
            section=section,
            position=99,
            person=PersonFactory(center=one, name="欧阳前任"),
            post="director",
            ends_on=today - timedelta(days=1),
        )
        cursor.execute("SET session_replication_role = origin")
    names = disclosure_sources.names_within(one, today)
    assert {"欧阳前任", "欧阳队长"} <= set(names)
    assert not {head, "司马队长"} & set(names)
    hidden = publications.edit(
        publication=draft,
        version=1,
        title="",
        texts={"hours": "找欧阳队长、欧阳前任"},
        by=alice,
        at=at,
    )
    assert hidden == ("name",)
    assert "欧阳" not in str(draft.content)
    _numbers, names = disclosure_sources.to_hide_by(None, one.division.parent, today)
    assert {"欧阳队长", "司马队长", head} <= set(names)
