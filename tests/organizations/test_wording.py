"""The center helps and the township keeps a register: no word of it decides anything."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from portal.management.commands.messages import extract

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACES = ("organizations", "templates/organizations", "templates/admin/organizations")
DECIDING = ("审批", "批准", "核准")


@pytest.fixture(scope="module")
def said():
    """msgid → its Chinese, of every message of the register and the casework."""
    with CATALOG.open("rb") as file:
        catalog = read_po(file, locale="zh_Hans")
    said = extract([ROOT / place for place in PLACES])
    found = {msgid: catalog.get(msgid, context=context or None) for context, msgid in said}
    # One that is missing there is told of by the catalog's own test.
    return {msgid: " ".join(_strings(message)) for msgid, message in found.items() if message}


def _strings(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("word", DECIDING)
def test_filing_and_help_are_no_approval(said, word):
    assert {msgid: text for msgid, text in said.items() if word in text} == {}


def test_the_messages_are_those_of_teams_too(said):
    assert said["Enter the township's opinion"] == "录入街镇意见"
