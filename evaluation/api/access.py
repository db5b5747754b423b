"""Whose results are asked for, and of which moment.

A new endpoint derives from ``ComplianceView``, names its capability where it is another one, lists
its query parameters, and returns ``self.answer(...)``.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.api import filters
from evaluation.selectors import findings
from portal.api import Fault, Problem, parameters
from portal.api.views import ScopedView
from portal.users import roles

SCOPE = (parameters.DIVISION, parameters.CENTER)
MOMENT = (filters.AS_OF, parameters.KNOWN_AT)


class ComplianceView(ScopedView):
    """Compliance data, for accounts of the bureau and of the centers alike."""

    required_dataset = "compliance"
    required_capability = roles.Capability.COMPLIANCE_VIEW

    def centers(self):
        """The centers the user sees, narrowed as the query asks."""
        centers = Center.objects.visible_to(self.request.user, self.required_capability)
        if division := self.query.get("division"):
            centers = centers.within(division)
        if code := self.query.get("center"):
            centers = centers.filter(code=code)
        return centers

    def moment(self):
        """The moment asked for; today's results are the standing ones."""
        as_of, known_at = self.query["as_of"], self.query["known_at"]
        if known_at is not None and as_of is None:
            message = _("known_at needs as_of: the day to judge by what was known then.")
            fault = Fault("known_at", known_at.isoformat(), message)
            raise Problem(400, "known_at_needs_as_of", message, [fault])
        if as_of == timezone.localdate() and known_at is None:
            as_of = None
        return findings.Moment(at=timezone.now(), as_of=as_of, known_at=known_at)

    def needs_judging(self, centers, moment):
        """Whether results have to be judged live; more than one answer carries is refused."""
        try:
            return findings.needs_judging(centers, moment)
        except findings.LiveLimitError as refusal:
            fault = Fault("as_of", moment.as_of.isoformat(), str(refusal))
            raise Problem(400, "evaluation_needed", str(refusal), [fault]) from refusal
