"""The guide: complete in both languages, and what it shows works."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
import standardwebhooks
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from portal.api import guide
from portal.api.codes import CODES
from portal.api.resources import REGISTRY
from portal.users.models import Dataset
from portal.webhooks.models import Event, event_choices
from portal.webhooks.selectors import FEEDS
from portal.webhooks.services import deliveries
from tests.factories.webhooks import DeliveryFactory

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = ("zh-hans", "en")


@pytest.fixture
def page(client, db):
    """The page in a language."""

    def read(language):
        answer = client.get(reverse("api:guide"), headers={"Accept-Language": language})
        assert answer.status_code == 200
        return answer.content.decode()

    return read


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_every_resource_is_explained(page, language):
    text = page(language)
    told = {entry.resource.name: entry for entry in guide.entries()}
    assert set(REGISTRY) <= set(told)
    with translation.override(language):
        for name, entry in told.items():
            assert f'id="{name}"' in text
            for row in entry.fields:
                assert f"{row.field.name}</code>" in text
                assert row.around in text
                assert escape(str(row.field.meaning)) in text, (name, row.place)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_and_data_set_is_explained(page, language):
    text = page(language)
    for code in CODES:
        assert f'id="error-{code}"' in text
    for dataset in Dataset.values:
        assert f"<code>{dataset}</code>" in text
    assert 'id="deprecation"' in text


def test_every_meaning_is_translated():
    """No field, code or table is left in English on the Chinese page."""
    said = [
        (f"{entry.resource.name}.{row.place}", text)
        for entry in guide.entries()
        for row in entry.fields
        for text in (row.field.meaning, row.type, *(label for _value, label in row.field.values))
        if not str(text).isascii() or " " in str(text)
    ]
    said += [(code, meaning) for code, (_status, meaning) in CODES.items()]
    said += [
        (entry.resource.name, text)
        for entry in guide.entries()
        for text in (entry.resource.title, entry.resource.about)
    ]
    said += [
        (f"{entry.resource.name}?{each.name}", each.description)
        for entry in guide.entries()
        for each in entry.filters
    ]
    with translation.override("zh-hans"):
        assert [place for place, text in said if not CHINESE.search(str(text))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rate_names_its_denominator(page, language):
    text = page(language)
    rates = text.partition('id="rates"')[2].partition('id="resources"')[0]
    for name in ("filed_rate", "on_time_rate", "accepted_rate"):
        assert f"<code>{name}</code>" in rates
    assert "<code>expected</code>" in rates
    for entry in guide.entries():
        named = {row.field.name for row in entry.fields}
        for row in entry.fields:
            if row.field.name.endswith("rate"):
                assert row.field.denominator in named, row.place


def test_the_page_is_open_and_runs_nothing(client, db):
    answer = client.get(reverse("api:guide"))
    text = answer.content.decode()
    assert "<script" not in text
    assert "style=" not in text
    assert client.post(reverse("api:guide")).status_code in (403, 405)


def test_examples_name_the_portal_they_are_read_on(client, db):
    text = client.get(reverse("api:guide")).content.decode()
    assert guide.PLACEHOLDER not in text
    assert "export PORTAL_URL=http://testserver" in text


def run(command, live_server, token):
    """What the example prints on a machine of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_URL": live_server.url,
        "PORTAL_TOKEN": token,
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["start_sh", "pages_py", "stream_py", "follow_py"])
def test_examples_run_as_they_are_printed(name, live_server, center, issue):
    token = issue(center.division.parent).headers["Authorization"].removeprefix("Bearer ")
    text = guide.SNIPPETS[name]
    if name.endswith("_sh"):
        out = run(["bash", "-c", text], live_server, token)
        assert '"code":"C90"' in out
        assert '"count":1' in out
        return
    out = run([sys.executable, "-c", text], live_server, token)
    expected = {"pages_py": "C90", "stream_py": "", "follow_py": "1 "}
    assert out.startswith(expected[name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_is_explained(page, language):
    text = page(language)
    with translation.override(language):
        for event, label in event_choices():
            assert f"<code>{event}</code>" in text
            assert str(label) in text


def test_the_printed_call_is_one_that_is_sent():
    printed = json.loads(guide.SNIPPETS["call_json"])
    item = printed["data"]["items"][0]
    delivery = DeliveryFactory.build(
        endpoint=None,
        event_id=printed["id"],
        event=printed["type"],
        data=printed["data"],
        created_at=datetime.fromisoformat(printed["timestamp"]),
    )
    assert json.loads(deliveries.message(delivery)) == printed
    feed = FEEDS[Event(printed["type"])]
    assert item["resource"] == feed.resource
    assert item["url"] == f"{guide.PLACEHOLDER}/api/v1/{feed.address_of(item['key'])}"


def test_the_example_knows_a_genuine_call_from_a_forged_one():
    """Signed by the reference library of Standard Webhooks."""
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    hook, body, moment = standardwebhooks.Webhook(secret), '{"type": "test"}', int(time.time())
    space = {}
    exec(guide.SNIPPETS["verify_py"], space)
    at = datetime.fromtimestamp(moment, UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,AAAA {hook.sign('msg_1', at, body)}",
    }
    is_genuine = space["is_genuine"]
    assert is_genuine(secret, headers, body.encode())
    assert not is_genuine(secret, headers, body.encode() + b" ")
    assert not is_genuine(secret, headers | {"webhook-id": "msg_2"}, body.encode())
    old = str(moment - 301)
    assert not is_genuine(secret, headers | {"webhook-timestamp": old}, body.encode())
