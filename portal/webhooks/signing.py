"""Secrets of endpoints, and signatures by the Standard Webhooks specification."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

PREFIX = "whsec_"
LENGTH = 32


def new_secret() -> str:
    """The text a receiver keeps: ``whsec_`` and 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(LENGTH)).decode()


def seal(secret: str) -> bytes:
    """``secret`` as the database may hold it."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """What ``seal`` was given; keys of the portal that were replaced still open it."""
    return _box().decrypt(bytes(sealed)).decode()


def _box() -> MultiFernet:
    keys = map(force_bytes, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: bytes) -> bytes:
    material = HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=b"webhooks")
    return base64.urlsafe_b64encode(material.derive(key))


def headers(
    *, event_id: str, body: bytes, sent_at: datetime, secrets_in_force: Iterable[str]
) -> dict[str, str]:
    """The three headers of the specification; one signature per secret that is in force."""
    stamp = str(int(sent_at.timestamp()))
    signed = f"{event_id}.{stamp}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets_in_force),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
