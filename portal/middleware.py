"""What every request passes through."""

import logging
import uuid
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

current_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Puts the request's id on every log line."""

    def filter(self, record):
        record.request_id = current_request_id.get()
        return True


def request_id(get_response):
    """One id per request: in the logs, the audit rows, and the answer's ``X-Request-ID``."""

    def middleware(request):
        token = current_request_id.set(uuid.uuid4().hex)
        try:
            response = get_response(request)
            response["X-Request-ID"] = current_request_id.get()
            return response
        finally:
            current_request_id.reset(token)

    return middleware


def body_size(get_response):
    """Refuse what is far too long before any of it is read and put on disk."""

    def middleware(request):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY_BYTES:
            text = _("What you sent is far too large. A file may have at most 20 MB.")
            return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


def compress(get_response):
    """The API's long answers are sent compressed to whoever accepts it.

    Pages are not: they carry secrets of the session beside what a visitor may have put there.
    """
    zipped = GZipMiddleware(get_response)

    def middleware(request):
        is_api = request.path.startswith("/api/")
        return zipped(request) if is_api else get_response(request)

    return middleware


def address(get_response):
    """Refuse an address with the one character that no text in the database holds.

    The API refuses it itself, with a problem document.
    """

    def middleware(request):
        has_null = "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        if has_null and not request.path_info.startswith("/api/"):
            text = _("The address is damaged. Go back and follow the link again.")
            return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


def language(get_response):
    """Chinese unless the user switched; a browser set to English does not decide.

    The API answers in the language its client names in ``Accept-Language``.
    """

    def middleware(request):
        if request.path.startswith("/api/"):
            chosen = translation.get_language_from_request(request)
        else:
            chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = get_response(request)
        response.setdefault("Content-Language", chosen)
        return response

    return middleware


def method(get_response):
    """What an address does not take gets the portal's own page; a machine's answer stays as it is.

    Django answers it with nothing, which a browser fills with a page of its own.
    """

    def middleware(request):
        response = get_response(request)
        is_bare = isinstance(response, HttpResponseNotAllowed) and not response.content
        if not is_bare or request.path.startswith("/api/"):
            return response
        own = render(request, "405.html", status=response.status_code)
        own["Allow"] = response["Allow"]
        return own

    return middleware


def content_security_policy(get_response):
    """The admin's scripts need eval; every other page does without."""

    def middleware(request):
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = settings.ADMIN_CSP  # noqa: SLF001  (django-csp's contract)
        return response

    return middleware


def second_factor(get_response):
    """With PORTAL_REQUIRE_MFA on, bureau users enrol a second factor before anything else."""

    def middleware(request):
        if _lacks_second_factor(request):
            return redirect("mfa_activate_totp")
        return get_response(request)

    return middleware


def _lacks_second_factor(request):
    if not settings.PORTAL_REQUIRE_MFA or not request.user.is_authenticated:
        return False
    if request.path.startswith(("/accounts/", "/static/", "/api/")) or not request.user.is_staff:
        return False
    return not request.user.authenticator_set.exists()
