"""Of nobody is read what must not be, in whatever part of a publication it was typed."""

import pytest

from evaluation.services import publications
from tests.factories.centers import PersonFactory
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
