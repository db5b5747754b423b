"""Signatures, judged by the specification's own library."""

import base64
import random
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from portal.webhooks import signing

BODY = '{"id":"msg_1","type":"center.changed","data":{"items":[{"key":"海棠"}]}}'.encode()


def signed(*secrets, at=None, event_id="msg_1", body=BODY):
    return signing.headers(
        event_id=event_id,
        body=body,
        sent_at=at or datetime.now(UTC),
        secrets_in_force=secrets,
    )


def test_the_reference_library_takes_our_signature():
    secret = signing.new_secret()
    assert Webhook(secret).verify(BODY, signed(secret))["type"] == "center.changed"


def test_a_secret_is_as_long_as_the_specification_wants():
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert signing.new_secret() != secret


def test_either_secret_verifies_while_both_hold():
    new, old = signing.new_secret(), signing.new_secret()
    headers = signed(new, old)
    assert Webhook(new).verify(BODY, headers)
    assert Webhook(old).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(BODY, signed(new))


def test_an_old_message_is_refused_by_the_receiver():
    secret = signing.new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed(secret, at=datetime.now(UTC) - timedelta(minutes=6)))


def test_no_byte_can_be_changed():
    """A hundred messages with one byte, the id, the time or the secret changed: all refused."""
    secret, chance = signing.new_secret(), random.Random(4)
    webhook, headers = Webhook(secret), signed(secret)
    for number in range(100):
        body, changed = bytearray(BODY), dict(headers)
        match number % 4:
            case 0:
                place = chance.randrange(len(body))
                body[place] = 33 + (body[place] + 1 + chance.randrange(90)) % 94
                if bytes(body) == BODY:
                    continue
            case 1:
                changed["webhook-id"] += str(number)
            case 2:
                stamp = int(headers["webhook-timestamp"])
                changed["webhook-timestamp"] = str(stamp - 1 - number)
            case _:
                raw = bytearray(base64.b64decode(headers["webhook-signature"].split(",")[1]))
                raw[chance.randrange(32)] ^= 1 + chance.randrange(255)
                changed["webhook-signature"] = "v1," + base64.b64encode(raw).decode()
        with pytest.raises((WebhookVerificationError, ValueError)):
            webhook.verify(bytes(body), changed)


def test_what_the_database_holds_is_not_the_secret():
    secret = signing.new_secret()
    sealed = signing.seal(secret)
    assert secret.encode() not in sealed
    assert signing.seal(secret) != sealed
    assert signing.unseal(memoryview(sealed)) == secret


def test_a_replaced_key_of_the_portal_still_opens_it(settings):
    sealed = signing.seal("whsec_eA==")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert signing.unseal(sealed) == "whsec_eA=="
