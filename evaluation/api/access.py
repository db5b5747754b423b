"""Whose results are asked for, and of which moment."""

from functools import cached_property

from django.utils import timezone

from centers.api import places
from evaluation.api.documents import Documents
from evaluation.selectors import findings
from portal.api import Fault, Problem, parameters, schema
from portal.api.parameters import FIELDS
from portal.api.views import ResourceView
from portal.users import roles

SCOPE = (parameters.DIVISION, parameters.CENTER)


class Compliance:
    """Compliance data, for accounts of the bureau and of the centers alike."""

    required_capability = roles.Capability.COMPLIANCE_VIEW

    def centers(self):
        """The centers the user sees, narrowed as the query asks."""
        return places.centers_asked(self)

    @cached_property
    def moment(self):
        """The moment asked for; today's results are the standing ones."""
        as_of, known_at = self.query.get("as_of"), self.query.get("known_at")
        parameters.known_on_a_day(known_at, as_of)
        if as_of == timezone.localdate() and known_at is None:
            as_of = None
        return findings.Moment(at=timezone.now(), as_of=as_of, known_at=known_at)

    def needs_judging(self, centers):
        """Whether results have to be judged live; more than one answer carries is refused."""
        try:
            return findings.needs_judging(centers, self.moment)
        except findings.LiveLimitError as refusal:
            fault = Fault("as_of", self.moment.as_of.isoformat(), str(refusal))
            raise Problem(400, "evaluation_needed", str(refusal), [fault]) from refusal

    @cached_property
    def is_live(self):
        """The same of all the centers asked for."""
        return self.needs_judging(self.centers())

    @cached_property
    def words(self):
        """What every document of the answer shares."""
        return Documents(self.moment)


class DetailView(Compliance, ResourceView):
    """One thing that says more than its row in the list; ``shape`` names the document."""

    filters = ()
    shape = ""

    @property
    def operation(self):
        return self.resource.name

    @property
    def parameters(self):
        return (*self.moment_parameters, *self.filters, FIELDS)

    # What the OpenAPI document asks for.

    def answers(self):
        members = schema.members(self.resource.fields, self.shape)
        shown = schema.shape(self.shape, **members)
        return [(schema.JSON, shown, dict(self.resource.example))]
