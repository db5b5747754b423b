"""The API's manners: who may ask, what a question may say, how a refusal looks.

The settings name this package for every view, so it may not import a view itself. A new resource
declares its fields (``resources``), lists its rows (``views``), and names its addresses (``urls``).
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission

from portal.errors import DomainError
from portal.middleware import current_request_id
from portal.users.models import ApiToken

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
# What is the same for everybody opens to every valid token and is never stored on one.
REFERENCE = "reference"
ECHO_LENGTH = 200
TITLES = {
    400: _("The request cannot be answered"),
    401: _("Not logged in"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("Method not allowed"),
    406: _("Format not available"),
    409: _("Refused"),
    410: _("No longer available"),
    413: _("Too long"),
    415: _("Format not understood"),
    429: _("Too many requests"),
    500: _("The server failed"),
    503: _("Not available at the moment"),
}
NOT_FOUND = _("There is no such address or object.")
# Exceptions that say too much or too little for themselves.
TRANSLATED = (
    ((Http404, exceptions.NotFound), 404, "not_found", NOT_FOUND),
    (PermissionDenied, 403, "permission_denied", _("Your account may not see this.")),
    (
        (OverflowError, RecursionError, UnicodeError, DataError),
        400,
        "unreadable_request",
        _("The request holds a value that cannot be read."),
    ),
    (
        (OperationalError, InterfaceError),
        503,
        "database_unavailable",
        _("The database does not answer. Try again in a moment."),
    ),
)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a request: where, what was said, and what would be accepted."""

    field: str
    value: str
    message: str
    accepted: Iterable[str] | None = None

    def document(self) -> dict[str, Any]:
        """As clients read it."""
        fault = {
            "field": self.field,
            "value": self.value[:ECHO_LENGTH],
            "message": str(self.message),
        }
        return fault if self.accepted is None else fault | {"accepted": list(self.accepted)}


class Problem(exceptions.APIException):
    """A refusal with a code of its own and, where parameters are wrong, each fault."""

    def __init__(self, status: int, code: str, detail: Any, errors: Iterable[Fault] = ()) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.errors = list(errors)


class UnreadableError(ValueError):
    """A parameter's value is refused: the sentence why, and the values that are accepted."""

    def __init__(
        self, message: Any, accepted: Iterable[str] | None = None, code: str = "unknown_value"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.accepted = accepted
        self.code = code


@dataclass(frozen=True)
class Parameter:
    """One query parameter: ``read`` turns its text into a value or raises ``UnreadableError``."""

    name: str
    read: Callable[[str], Any]
    description: Any
    schema: Mapping[str, Any]
    deprecated: Any = None
    examples: tuple[str, ...] = ()

    def documented(self) -> OpenApiParameter:
        """As the OpenAPI document describes it."""
        return OpenApiParameter(
            self.name,
            type=dict(self.schema),
            description=self.description,
            required=False,
            deprecated=self.deprecated is not None,
        )


def read_query(given: Any, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Name → value, None where nothing was given.

    Raises a 400 ``Problem`` that names every parameter that is unknown, repeated or unreadable.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = dict.fromkeys(known)
    faults: list[tuple[str, Fault]] = []
    for name, texts in given.lists():
        try:
            values[name] = _read(known, name, texts)
        except UnreadableError as error:
            fault = Fault(name[:ECHO_LENGTH], texts[-1], str(error.message), error.accepted)
            faults.append((error.code, fault))
    if faults:
        code, first = faults[0]
        raise Problem(400, code, first.message, [fault for _code, fault in faults])
    return values


def _read(known: Mapping[str, Parameter], name: str, texts: list[str]) -> Any:
    if name not in known:
        message = gettext("There is no parameter “%(name)s” here.") % {"name": name[:ECHO_LENGTH]}
        raise UnreadableError(message, sorted(known), code="unknown_parameter")
    if len(texts) > 1:
        message = gettext("Parameter “%(name)s” is given more than once.") % {"name": name}
        raise UnreadableError(message, code="repeated_parameter")
    if "\0" in texts[0]:
        raise UnreadableError(gettext("A parameter may not hold a null character."))
    return known[name].read(texts[0])


class HasScope(BasePermission):
    """The token opens the view's data set, and the user holds its capability somewhere.

    What is the same for everybody opens to every token. A view that declares neither is closed to
    everybody.
    """

    def has_permission(self, request, view):
        dataset = getattr(view, "required_dataset", None)
        capability = getattr(view, "required_capability", None)
        if not (dataset and capability and request.user.is_authenticated):
            return False
        if isinstance(request.auth, ApiToken) and dataset == REFERENCE:
            return True
        if isinstance(request.auth, ApiToken) and dataset not in request.auth.datasets:
            raise Problem(
                403,
                "scope_missing",
                gettext("This token does not open the data set “%(dataset)s”.")
                % {"dataset": dataset},
            )
        return view.opens_to(request.user)


class AcceptHeader(DefaultContentNegotiation):
    """``Accept`` alone chooses the form of an answer; ``?format=`` is no parameter."""

    settings = SimpleNamespace(URL_FORMAT_OVERRIDE=None)


def problem_handler(exc, context):
    """Any refusal as a problem document; None, and so a server error, for a defect."""
    status, code, detail = _refusal(exc)
    if status is None:
        return None
    if status >= 500:
        logger.error("%s: %s", code, exc, exc_info=exc)
    response = problem(context["request"], status, code, detail, _faults(exc))
    for name, value in getattr(exc, "headers", {}).items():
        response[name] = value
    if getattr(exc, "auth_header", None):
        response["WWW-Authenticate"] = exc.auth_header
    if status == 503 or getattr(exc, "wait", None):
        response["Retry-After"] = str(int(getattr(exc, "wait", None) or 5))
    return response


def _refusal(exc):
    for kinds, status, code, message in TRANSLATED:
        if isinstance(exc, kinds):
            return status, code, message
    if isinstance(exc, DomainError):
        return 409, "refused", exc.message
    if isinstance(exc, (ValidationError, exceptions.ValidationError)):
        return 400, "invalid", gettext("The request holds values that are not accepted.")
    if isinstance(exc, exceptions.APIException):
        return exc.status_code, exc.get_codes(), exc.detail
    return None, None, None


def _faults(exc):
    if isinstance(exc, Problem):
        return exc.errors
    if isinstance(exc, ValidationError):
        fields = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
    elif isinstance(exc, exceptions.ValidationError):
        fields = exc.detail if isinstance(exc.detail, dict) else {"": exc.detail}
    else:
        return []
    return [
        Fault(field, "", str(message)) for field, messages in fields.items() for message in messages
    ]


def problem(request, status, code, detail, errors=()):
    """A refusal as RFC 9457 has it, with a code for programs and the request's id."""
    document = {
        "type": f"/api/v1/guide/#error-{code}",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
        "detail": str(detail),
        "instance": request.path,
        "code": code,
        "request_id": current_request_id.get(),
        "errors": [fault.document() for fault in errors],
    }
    headers = {"API-Version": settings.API_VERSION}
    return HttpResponse(
        body_of(document), status=status, headers=headers, content_type=PROBLEM_TYPE
    )


def body_of(document):
    """A document as bytes of JSON, whatever its texts hold."""
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        # Half of a character, as a damaged address may hold.
        return json.dumps(document, ensure_ascii=False).encode(errors="replace")


def server_error(request):
    """The answer below /api/ when the portal itself fails."""
    detail = gettext("Something went wrong here. The request's id leads to it in the logs.")
    return problem(request, 500, "server_error", detail)
