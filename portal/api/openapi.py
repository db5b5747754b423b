"""The OpenAPI document and its page, open to everybody."""

import hashlib
from functools import lru_cache

import orjson
from django.conf import settings
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.response import Response

from portal.api import PROBLEM_TYPE, TITLES
from portal.api.codes import CODES

WHOLE = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}


class TokenScheme(OpenApiAuthenticationExtension):
    """How a client shows its token."""

    target_class = "knox.auth.TokenAuthentication"
    match_subclasses = True
    priority = 1
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": _("The token that the bureau issued: Authorization: Bearer ssp_…"),
        }


class Schema(SpectacularAPIView):
    """OpenAPI 3.1: JSON, or YAML on demand by ``?format=yaml`` or ``Accept``."""

    authentication_classes = []
    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]

    def _get_schema_response(self, request):
        document, tag = written(get_language(), settings.API_VERSION)
        form = request.accepted_renderer.format
        etag = f'W/"{tag}-{form}"'
        name = self._get_filename(request, settings.API_VERSION)
        headers = {"ETag": etag, "Content-Disposition": f'inline; filename="{name}"'}
        response = Response(document, headers=headers)
        patch_vary_headers(response, ("Accept", "Accept-Language"))
        return get_conditional_response(request, etag=etag, response=response)


@lru_cache(maxsize=4)
def written(language, version):
    """The document of a release in a language, and what tells it from another."""
    with override(language):
        document = Schema.generator_class().get_schema(public=True)
    text = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
    return document, hashlib.blake2b(text, digest_size=16).hexdigest()


class Docs(SpectacularSwaggerSplitView):
    """The document as a page to try requests on."""

    authentication_classes = []
    url_name = "api:schema"
    template_name = "portal/api_docs.html"


def complete(result, generator, request, public):
    """Add what is the same for every operation: headers, and an example of every refusal."""
    components = result.setdefault("components", {})
    components["headers"] = headers()
    components["examples"] = {code: example(code) for code in CODES}
    for shape in components.get("schemas", {}).values():
        strip(shape)
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                finish(int(status), response)
    return result


def strip(shape):
    """Leave out the generator's own marks."""
    for member in shape.get("properties", {}).values():
        for described in (member, member.get("items", {})):
            described.pop("x-spec-enum-id", None)


def finish(status, response):
    """One response of one operation, complete."""
    names = [*ALWAYS, *(name for name, statuses in SOMETIMES.items() if status in statuses)]
    if status == 200 and not set(response.get("content", {})) & {"application/json"}:
        names.remove("ETag")
    response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    if PROBLEM_TYPE in response.get("content", {}):
        response["content"][PROBLEM_TYPE]["examples"] = {
            code: {"$ref": f"#/components/examples/{code}"}
            for code, (its, _meaning) in CODES.items()
            if its == status
        }


def example(code):
    """A refusal with this code."""
    status, meaning = CODES[code]
    value = {
        "type": f"/api/v1/guide/#error-{code}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": str(meaning),
        "instance": "/api/v1/…",
        "code": code,
        "request_id": "5e0f…",
        "errors": [],
    }
    return {"summary": str(meaning), "value": value}


# Header → (description, schema, whether every such answer has it).
ALWAYS = (
    "API-Version",
    "X-Request-ID",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
)
SOMETIMES = {
    "ETag": {200, 304},
    "Vary": {200, 304},
    "Deprecation": {200, 304},
    "Sunset": {200, 304},
    "Link": {200, 304},
    "Retry-After": {429, 503},
    "WWW-Authenticate": {401},
}


def headers():
    """Every header that an answer may carry."""
    described = {
        "API-Version": (_("Version of this contract."), TEXT, True),
        "X-Request-ID": (_("Leads to the request in the portal's logs."), TEXT, True),
        "RateLimit-Limit": (_("Requests that the client may make in a minute."), WHOLE, False),
        "RateLimit-Remaining": (_("Requests that are left of them."), WHOLE, False),
        "RateLimit-Reset": (_("Seconds until they are counted anew."), WHOLE, False),
        "ETag": (_("Mark of this answer, for If-None-Match."), TEXT, False),
        "Vary": (_("Headers of the request on which the answer depends."), TEXT, False),
        "Deprecation": (_("Since when something in this answer goes away."), TEXT, False),
        "Sunset": (_("When it is gone."), TEXT, False),
        "Link": (_("Where the guide tells what replaces it."), TEXT, False),
        "Retry-After": (_("Seconds to wait."), WHOLE, False),
        "WWW-Authenticate": (_("How to show a token."), TEXT, False),
    }
    return {
        name: {"description": text, "schema": schema, "required": required}
        for name, (text, schema, required) in described.items()
    }
