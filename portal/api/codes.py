"""Every code a refusal may carry: for programs, and for the guide."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Code → status and meaning. A code keeps its meaning; a new meaning is a new code.
CODES: dict[str, tuple[int, Any]] = {
    "unknown_parameter": (
        400,
        _("A parameter does not exist at this address; nothing is ignored."),
    ),
    "repeated_parameter": (400, _("A parameter is given more than once.")),
    "unknown_value": (400, _("A parameter's value cannot be read or is none of the known ones.")),
    "unknown_as_of": (400, _("as_of is no day from 2000-01-01 to today.")),
    "unknown_known_at": (400, _("known_at lies in the future.")),
    "known_at_needs_as_of": (400, _("known_at is given without as_of.")),
    "year_after_as_of": (400, _("The year had not begun on the day asked for.")),
    "evaluation_needed": (
        400,
        _(
            "The day was never evaluated and more than 5,000 centers would have to be judged while "
            "you wait. Narrow the question, or have the bureau evaluate the day."
        ),
    ),
    "pack_does_not_fit": (
        400,
        _("The rule pack cannot take a value that a division set; the detail names each."),
    ),
    "unknown_field": (400, _("“fields” names a field that the resource does not have.")),
    "unknown_cursor": (400, _("The cursor was given out for another question, or never.")),
    "not_with_streams": (
        400,
        _("A stream holds every row: page_size, cursor and count mean nothing for it."),
    ),
    "invalid": (400, _("The body holds values that are not accepted; errors names each.")),
    "unreadable_request": (400, _("The request holds a value that cannot be read.")),
    "unreadable_body": (400, _("The body is no JSON text in UTF-8, or is nested too deep.")),
    "parse_error": (400, _("The body cannot be read in the form it claims to have.")),
    "not_authenticated": (401, _("The request carries no token.")),
    "authentication_failed": (401, _("The token is unknown.")),
    "token_expired": (401, _("The token has expired. Ask the bureau for another one.")),
    "token_revoked": (401, _("The token was revoked. Ask the bureau for another one.")),
    "client_suspended": (403, _("The bureau suspended the client; its tokens stay as they are.")),
    "network_not_allowed": (403, _("The client may not ask from this network address.")),
    "scope_missing": (403, _("The token does not open this data set.")),
    "permission_denied": (403, _("The account has no role that opens this.")),
    "not_found": (
        404,
        _("There is no such address, or no such object within your divisions."),
    ),
    "method_not_allowed": (405, _("This address does not take this method.")),
    "not_acceptable": (406, _("None of the formats in Accept is available here.")),
    "refused": (409, _("The office's rules refuse it; the detail says why and what to do.")),
    "cursor_expired": (
        410,
        _("The cursor of the feed leads nowhere any more: take a new one and load again."),
    ),
    "body_too_long": (413, _("The body is longer than 64 kB.")),
    "unsupported_media_type": (415, _("The body is not in a format that is read here.")),
    "rate_limited": (429, _("Too many requests. Wait as many seconds as Retry-After says.")),
    "too_many_at_once": (
        429,
        _("As many streams or simulations of the client run as it may have at a time."),
    ),
    "server_error": (500, _("The portal failed. The request's id leads to it in its logs.")),
    "database_unavailable": (503, _("The database does not answer. Try again in a moment.")),
}
