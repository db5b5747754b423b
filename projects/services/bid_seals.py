"""The cryptography of sealed bids: nobody reads one before enough key holders bring their keys.

A bid is encrypted by AES-256-GCM under a fresh key. That key is split, so many shares of so many,
and each share is wrapped by HPKE to the public half of one holder; then the key is dropped. What
a bid belongs to is bound into every step, so nothing opens in the place of something else. The
private halves never reach the database.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from Cryptodome.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.utils.translation import gettext as _

from portal.errors import DomainError

KEY_BYTES = 32
HALF_BYTES = 16
NONCE_BYTES = 12
# Number of the share, and the two halves of it.
SHARE_BYTES = 1 + 2 * HALF_BYTES
# Shares for us alone, not for the ``ssss`` utility.
PLAIN = False
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealUnreadable(Exception):
    """What was sealed does not open: another key, another place, or altered."""


class KeyUnusable(DomainError):
    """The bytes are no half of a key with which something can be sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed bid: nonce and ciphertext, its SHA-256 in hexadecimal, the size of what was sealed,
    and one wrapped share for each holder, by position."""

    sealed: bytes
    sha256: str
    padded_bytes: int
    wrapped: dict[int, bytes]


def label(*, procurement_no: str, organization: int, number: int, padded_bytes: int) -> bytes:
    """What a bid is bound to; ``organization`` is the key of its row."""
    return f"bid|{procurement_no}|{organization}|{number}|{padded_bytes}".encode()


def seal(
    *, packed: bytearray, bound_to: bytes, keys: Mapping[int, bytes], needed: int
) -> Sealed:
    """Encrypt a packed bid so that ``needed`` of the holders open it together; wipes ``packed``.

    ``keys`` are the public halves by position. Nothing of the fresh key is kept.
    """
    key = bytearray(secrets.token_bytes(KEY_BYTES))
    nonce = secrets.token_bytes(NONCE_BYTES)
    size = len(packed)
    sealed = nonce + AESGCM(key).encrypt(nonce, packed, bound_to)
    shares = _split(key, needed, len(keys))
    wrapped = {
        position: wrap(share, keys[position], bound_to=bound_to, of=position, to=position)
        for position, share in zip(sorted(keys), shares, strict=True)
    }
    for secret in (key, packed, *shares):
        wipe(secret)
    return Sealed(sealed, sha256(sealed).hexdigest(), size, wrapped)


def wrap(share: bytes | bytearray, public: bytes, *, bound_to: bytes, of: int, to: int) -> bytes:
    """The share of the holder ``of``, for nobody but the holder ``to`` whose half this is."""
    key = X25519PublicKey.from_public_bytes(bytes(public))
    return SUITE.encrypt(bytes(share), key, info=_info(bound_to, of, to))


def unwrap(wrapped: bytes, private: bytes, *, bound_to: bytes, of: int, to: int) -> bytearray:
    """The share again, by the private half of the holder ``to``. Raises ``SealUnreadable``."""
    key = X25519PrivateKey.from_private_bytes(bytes(private))
    try:
        return bytearray(SUITE.decrypt(bytes(wrapped), key, info=_info(bound_to, of, to)))
    except (InvalidTag, ValueError) as error:
        raise SealUnreadable("the share does not open") from error


def unseal(sealed: bytes, shares: Sequence[bytes | bytearray], *, bound_to: bytes) -> bytes:
    """The packed bid, by exactly as many shares as are needed. Raises ``SealUnreadable``."""
    value = bytes(sealed)
    nonce, body = value[:NONCE_BYTES], value[NONCE_BYTES:]
    key = _joined(shares)
    try:
        return AESGCM(key).decrypt(nonce, body, bound_to)
    except (InvalidTag, ValueError) as error:
        raise SealUnreadable("the bid does not open") from error
    finally:
        wipe(key)


def public_half(private: bytes) -> bytes:
    """The public half that belongs to a private one. Raises ``KeyUnusable``."""
    try:
        key = X25519PrivateKey.from_private_bytes(bytes(private))
    except ValueError as error:
        raise KeyUnusable(_("This is no key: a key has 32 bytes.")) from error
    return key.public_key().public_bytes_raw()


def check_public(public: bytes) -> None:
    """Refuse a public half to which nothing can be sealed. Raises ``KeyUnusable``."""
    try:
        wrap(bytes(SHARE_BYTES), public, bound_to=b"check", of=0, to=0)
    except ValueError as error:
        raise KeyUnusable(
            _("This is no public half of a key. Make a new key on this page and send it again.")
        ) from error


def make_key() -> tuple[bytes, bytes]:
    """A new private half and its public half, 32 bytes each."""
    key = X25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public half, in hexadecimal."""
    return sha256(public).hexdigest()


def wipe(secret: bytearray) -> None:
    """Overwrite a secret where it lies."""
    secret[:] = bytes(len(secret))


def _info(bound_to: bytes, of: int, to: int) -> bytes:
    return bound_to + f"|{of}>{to}".encode()


def _split(key: bytearray, needed: int, total: int) -> list[bytearray]:
    first = Shamir.split(needed, total, bytes(key[:HALF_BYTES]), PLAIN)
    second = Shamir.split(needed, total, bytes(key[HALF_BYTES:]), PLAIN)
    return [
        bytearray([number]) + left + right
        for (number, left), (_number, right) in zip(first, second, strict=True)
    ]


def _joined(shares: Sequence[bytes | bytearray]) -> bytearray:
    if any(len(share) != SHARE_BYTES for share in shares):
        raise SealUnreadable("a share has another length")
    middle = 1 + HALF_BYTES
    try:
        first = Shamir.combine([(share[0], bytes(share[1:middle])) for share in shares], PLAIN)
        second = Shamir.combine([(share[0], bytes(share[middle:])) for share in shares], PLAIN)
    except ValueError as error:
        raise SealUnreadable("the shares do not go together") from error
    return bytearray(first + second)
