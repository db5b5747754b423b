"""Key holders: officers who each make a key for one procurement and register its public half.

The private halves stay with them, each in a file. Once the procurement is announced the holders
are fixed: bids are sealed to them.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Conflict, DomainError, given
from portal.users.models import User
from projects.models import KeyHolder, Procurement
from projects.services import bid_seals
from projects.services.procurement_states import trail


class HoldersFixed(Conflict):
    """The procurement is no draft any more."""


class HoldersComplete(DomainError):
    """As many officers as asked for hold a key already."""


class KeyUsedBefore(DomainError):
    """The key is registered already; each procurement has keys of its own."""


@transaction.atomic
def register(*, procurement: Procurement, public_key: bytes, by: User, at: datetime) -> KeyHolder:
    """``by`` holds a key from now on; the key registered before, if any, is replaced.

    Raises ``KeyUnusable``, ``KeyUsedBefore``, ``HoldersFixed`` and ``HoldersComplete``.
    """
    bid_seals.check_public(public_key)
    held = _draft(procurement)
    fingerprint = bid_seals.fingerprint(public_key)
    if KeyHolder.objects.filter(fingerprint=fingerprint).exists():
        raise KeyUsedBefore(_("This key is registered already. Make a new key."))
    before = held.key_holders.filter(user=by).first()
    position = before.position if before else _free_position(held)
    if before:
        before.delete()
    holder = KeyHolder.objects.create(
        procurement=held,
        position=position,
        user=by,
        public_key=public_key,
        fingerprint=fingerprint,
        registered_at=at,
    )
    changes = {"fingerprint": [before and before.fingerprint, fingerprint]}
    trail(held, "register_key", by=by, at=at, changes=changes)
    return holder


@transaction.atomic
def release(*, holder: KeyHolder, reason: str, by: User, at: datetime) -> None:
    """Free the place of a holder while the procurement is a draft. Raises ``HoldersFixed`` and
    ``ReasonMissing``."""
    reason = given(reason, _("Say why this officer holds no key any more."))
    held = _draft(holder.procurement)
    changes = {"fingerprint": [holder.fingerprint, None], "holder": [str(holder.user), None]}
    trail(held, "release_key", by=by, at=at, changes=changes, reason=reason)
    holder.delete()


def _draft(procurement: Procurement) -> Procurement:
    """The procurement, held until the transaction ends."""
    held = Procurement.objects.select_for_update().get(pk=procurement.pk)
    if held.status != Procurement.Status.DRAFT:
        raise HoldersFixed(
            _("The procurement is announced: its key holders cannot be changed any more.")
        )
    return held


def _free_position(procurement: Procurement) -> int:
    taken = set(procurement.key_holders.values_list("position", flat=True))
    free = [place for place in range(1, procurement.key_total + 1) if place not in taken]
    if not free:
        raise HoldersComplete(
            _("%(total)s officers hold a key already. Where one is to be replaced, free his place.")
            % {"total": procurement.key_total}
        )
    return free[0]
