"""Who may ask, whose results are asked for, and of which moment.

A new endpoint derives from ``ComplianceView``, names its capability where it is another one, lists
its query parameters, and returns ``self.answer(...)``.
"""

import hashlib
import json
import logging

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.views import APIView

from centers.models import Center
from evaluation.api import filters
from evaluation.selectors import findings
from portal.api import AcceptHeader, Fault, Parameter, Problem, read_query
from portal.users import roles
from portal.users import services as users
from portal.users.models import ApiToken

logger = logging.getLogger(__name__)

SCOPE = (filters.DIVISION, filters.CENTER)
MOMENT = (filters.AS_OF, filters.KNOWN_AT)


class ScopedView(APIView):
    """A read-only view for those whose token and account open it; every use is logged."""

    required_dataset: str | None = None
    required_capability: str | None = None
    parameters: tuple[Parameter, ...] = ()
    content_negotiation_class = AcceptHeader
    http_method_names = ["get", "head", "options"]

    client = "-"
    rows: int | None = 0

    def opens_to(self, user):
        """Whether ``user`` holds the capability anywhere."""
        return user.has_capability(self.required_capability)

    def perform_authentication(self, request):
        super().perform_authentication(request)
        if isinstance(request.auth, ApiToken):
            self.client = f"{request.user.username}/{request.auth.name}"
            users.touch_token(token=request.auth, at=timezone.now())
        else:
            self.client = request.user.username or "-"

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        self.query = read_query(request.query_params, self.parameters)

    def answer(self, payload, rows=1):
        """The payload as JSON with a weak ETag; 304 to a client that has it."""
        self.rows = rows
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        etag = f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
        response = HttpResponse(body, content_type="application/json", headers={"ETag": etag})
        return get_conditional_response(self.request, etag=etag, response=response)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
        response.setdefault("Cache-Control", "private, no-cache")
        if self.rows is not None:
            self.log(response.status_code, self.rows)
        return response

    def log(self, status, rows):
        """Who read what, and who was denied."""
        denied = status in (401, 403, 404)
        logger.log(
            logging.WARNING if denied else logging.INFO,
            "api %s client=%r path=%r status=%s rows=%s",
            "denied" if denied else "read" if status < 400 else "refused",
            self.client,
            self.request.get_full_path(),
            status,
            rows,
        )


class ComplianceView(ScopedView):
    """Compliance data, for accounts of the bureau and of the centers alike."""

    required_dataset = "compliance"
    required_capability = roles.Capability.COMPLIANCE_VIEW

    def opens_to(self, user):
        """Also to those who hold the capability at a center."""
        codes = roles.roles_with(self.required_capability)
        return super().opens_to(user) or user.memberships.filter(role__in=codes).exists()

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
