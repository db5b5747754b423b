"""What a token opens, told to whoever holds it."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from portal.api import REFERENCE, values
from portal.api.schema import describe, shape, text, texts, time, whole
from portal.api.views import ScopedView
from portal.jurisdictions.models import Division
from portal.users import roles

SHAPE = shape(
    "Me",
    client=shape(
        "MeClient",
        name=text(_("The client that the token belongs to.")),
        account=text(_("Name of its service account.")),
        help_text=_("Who reads."),
    ),
    token=shape(
        "MeToken",
        name=text(_("What the bureau called the token.")),
        begins_with=text(_("The first characters of its text.")),
        issued_at=time(_("When it was issued.")),
        expires_at=time(_("From this moment on it is refused.")),
        is_replaced=s.BooleanField(
            help_text=_("Whether a successor was issued already: change over before it expires.")
        ),
        help_text=_("The token of this request."),
    ),
    datasets=texts(_("Data sets it opens; reference data open to every token.")),
    divisions=shape(
        "MeDivision",
        many=True,
        code=text(_("Official code.")),
        name=text(_("Official name.")),
        help_text=_("Divisions it reads, each with everything below it."),
    ),
    scopes=texts(_("The same as one text each: division, data set and what may be done.")),
    limits=shape(
        "MeLimits",
        requests_per_minute=whole(_("Requests that are answered within a minute.")),
        streams_at_a_time=whole(_("Streams that may run at the same time.")),
        networks=texts(_("Networks the client may ask from; empty: from anywhere.")),
        help_text=_("How much it may ask."),
    ),
)
EXAMPLE = {
    "client": {"name": "市大数据中心", "account": "city-data"},
    "token": {
        "name": "生产环境",
        "begins_with": "ssp_3f9c1a77b20",
        "issued_at": "2026-03-02T09:00:00+08:00",
        "expires_at": "2027-03-02T00:00:00+08:00",
        "is_replaced": False,
    },
    "datasets": ["centers", "compliance"],
    "divisions": [{"code": "310199", "name": "海棠区"}],
    "scopes": ["310199:centers:read", "310199:compliance:read"],
    "limits": {"requests_per_minute": 120, "streams_at_a_time": 2, "networks": []},
}


class Me(ScopedView):
    """What this token opens: data sets, divisions, limits, and until when."""

    title = _("This token")
    about = _("What this token opens: data sets, divisions, limits, and until when.")
    required_dataset = REFERENCE
    required_capability = roles.Capability.SUMMARY_VIEW

    def opens_to(self, user):
        """A person has no token to ask about."""
        return False

    @describe("me", SHAPE, (), EXAMPLE, tag=REFERENCE)
    def get(self, request):
        client, token = request.user.client, request.auth
        paths = {path for _role, path in request.user.grants}
        codes = {path.rstrip("/").rsplit("/", 1)[-1] for path in paths}
        places = list(Division.objects.filter(code__in=codes).order_by("path"))
        return self.answer(
            {
                "client": {"name": client.title, "account": request.user.username},
                "token": {
                    "name": token.name,
                    "begins_with": token.token_key,
                    "issued_at": values.time(token.created),
                    "expires_at": values.time(token.expiry),
                    "is_replaced": hasattr(token, "replaced_by"),
                },
                "datasets": token.datasets,
                "divisions": [{"code": place.code, "name": place.name} for place in places],
                "scopes": [
                    f"{place.code}:{dataset}:read"
                    for place in places
                    for dataset in token.datasets
                ],
                "limits": {
                    "requests_per_minute": client.requests_per_minute,
                    "streams_at_a_time": client.stream_limit,
                    "networks": client.networks,
                },
            }
        )
