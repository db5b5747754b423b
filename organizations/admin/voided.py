"""Records that may be voided, on their own page."""

from portal.voids import VOIDED


class VoidedLast:
    """The page of a record tells what was recorded first, and then whether it was voided."""

    def get_fields(self, request, obj=None):
        return sorted(super().get_fields(request, obj), key=lambda name: name in VOIDED)
