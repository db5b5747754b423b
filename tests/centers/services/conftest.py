"""A center's filing in each of its states, brought there by the services."""

from decimal import Decimal

import pytest

from centers.models import Section
from centers.services import evidence, filings
from tests.factories.centers import hand_in
from tests.factories.evidence import paper

ROOM = {"exclusive_area_m2": Decimal("40.00"), "has_signage": True, "has_equipment": True}


@pytest.fixture
def filing(center, diane, at, pack):
    """A draft without sections; the pack is there because acceptance evaluates."""
    return filings.open_change(center=center, by=diane, at=at)


@pytest.fixture
def section_of(diane, at):
    """(filing, kind, rows) → a saved draft section."""

    def save(filing, kind="premises", rows=(ROOM,)):
        section = filings.add_section(filing=filing, kind=kind, by=diane, at=at)
        return filings.save_section(
            section=section, version=section.version, rows=rows, by=diane, at=at
        )

    return save


@pytest.fixture
def submitted(filing, section_of, diane, at):
    """kinds → their sections, submitted together."""

    def submit(*kinds):
        for kind in kinds:
            section_of(filing, kind, (ROOM,) if kind == "premises" else ())
        hand_in(filing, by=diane, at=at)
        return [Section.objects.get(filing=filing, kind=kind) for kind in kinds]

    return submit


@pytest.fixture
def accepted(submitted, alice, at):
    """kind → its section, accepted."""

    def accept(kind="premises"):
        (section,) = submitted(kind)
        return filings.accept_section(section=section, version=section.version, by=alice, at=at)

    return accept


@pytest.fixture
def store_of_its_own(settings, tmp_path):
    """The test's files lie in a folder of its own; gives a function that lists them."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return lambda: [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.fixture
def attach(store_of_its_own, diane, at):
    """(section, what differs) → a lease attached to it."""

    def put(section, **what):
        given = {
            "upload": paper(),
            "title": "租赁合同",
            "kind": "contract",
            "line": None,
            "expires_on": None,
            "by": diane,
            "at": at,
        }
        return evidence.attach(section=section, **given | what)

    return put
