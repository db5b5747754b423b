"""Personal data as the database may hold it: sealed, and comparable by a digest; and what the
portal says of itself, signed.

Each purpose, such as ``organizations.team.leader_phone``, has a key of its own, and what was sealed
for one opens for no other.
"""

import hmac
import secrets
from collections.abc import Iterator
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from portal.errors import DomainError

VERSION = b"\x01"
KEY_LENGTH = 32
NONCE_LENGTH = 12


class SealBroken(DomainError):
    """What is stored was sealed with no key of the portal, for another purpose, or was altered."""


def seal(text: str, *, purpose: str) -> bytes:
    """``text`` encrypted by AES-256-GCM; twice the same text gives two different values."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    key = _derived(settings.SECRET_KEY, b"personal:" + purpose.encode())
    return VERSION + nonce + AESGCM(key).encrypt(nonce, text.encode(), purpose.encode())


def unseal(sealed: bytes | memoryview, *, purpose: str) -> str:
    """What ``seal`` was given; keys of the portal that were replaced still open it.

    Raises ``SealBroken``.
    """
    value = bytes(sealed)
    nonce, body = value[1 : NONCE_LENGTH + 1], value[NONCE_LENGTH + 1 :]
    if value[:1] == VERSION and len(nonce) == NONCE_LENGTH:
        for key in _keys(b"personal:" + purpose.encode()):
            try:
                return AESGCM(key).decrypt(nonce, body, purpose.encode()).decode()
            except InvalidTag:
                continue
    raise SealBroken(
        _(
            "The stored value cannot be opened: no key of the portal fits it. Ask whoever keeps "
            "the keys to add the one it was stored with to SECRET_KEY_FALLBACKS."
        )
    )


def digest(text: str, *, purpose: str) -> bytes:
    """A keyed hash: the same text and purpose give the same 32 bytes, which tell nothing else.

    With a new ``SECRET_KEY`` the digests of before match no more.
    """
    key = _derived(settings.SECRET_KEY, b"digest:" + purpose.encode())
    return hmac.new(key, text.encode(), sha256).digest()


def sign(content: bytes, *, purpose: str) -> bytes:
    """The portal's Ed25519 signature, 64 bytes, of what it says for a purpose."""
    key = _derived(settings.SECRET_KEY, b"signature:" + purpose.encode())
    return Ed25519PrivateKey.from_private_bytes(key).sign(content)


def is_signed(content: bytes, signature: bytes, *, purpose: str) -> bool:
    """Whether the portal signed exactly this for the purpose, by its key or one replaced since."""
    for key in _keys(b"signature:" + purpose.encode()):
        try:
            Ed25519PrivateKey.from_private_bytes(key).public_key().verify(signature, content)
        except InvalidSignature:
            continue
        return True
    return False


def _keys(info: bytes) -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield _derived(secret, info)


def _derived(secret: str | bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=info).derive(
        force_bytes(secret)
    )
