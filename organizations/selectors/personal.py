"""Personal data as pages may show them: without their middle."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal import sealing
from portal.cells import mask_identity_number, mask_phone
from portal.sealing import SealBroken

HIDDEN = "****"
# What a sealed field is called.
LABELS = {
    "leader_phone": _("telephone of the leader"),
    "contact_phone": _("telephone of the contact"),
    "legal_rep_id": _("identity number of the legal representative"),
    "enquirer_name": _("name of the enquirer"),
    "enquirer_phone": _("telephone of the enquirer"),
}


def masked(holder: Any, field: str) -> str:
    """``138****1234`` of what is sealed in ``field``, "" where nothing is.

    For the page of one row, never for a list: each value is opened for it.
    """
    sealed = getattr(holder, f"{field}_sealed")
    if not sealed:
        return ""
    try:
        value = sealing.unseal(sealed, purpose=holder.SEALED[field])
    except SealBroken:
        return HIDDEN
    if field.endswith("_phone"):
        return mask_phone(value)
    return mask_identity_number(value) if field.endswith("_id") else value[:1] + "**"
