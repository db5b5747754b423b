"""What changed since a client last asked: the feed, with each document as it is now.

The entries are read first and the documents after them, so a document is as new as its entry or
newer; and what made it newer has an entry that is still to come.
"""

import hashlib
import json
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.urls import is_valid_path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.api import REFERENCE, Fault, Parameter, Problem, UnreadableError, pages, schema, values
from portal.api.parameters import DIVISION, TEXT, listed, read_whole
from portal.api.resources import LISTED
from portal.api.views import ScopedView
from portal.errors import together
from portal.feeds import cursors
from portal.feeds import selectors as feeds
from portal.feeds.cursors import Cursor
from portal.users import roles
from portal.users.models import ApiToken

NOW = "now"
# Entries on one page: keys alone, or with their documents.
MAX_KEYS, MAX_DOCUMENTS = 1000, 200
LOAD_AGAIN = gettext_lazy(
    "Take a new cursor by cursor=now, then load everything again, then follow from that cursor."
)


def read_cursor(text):
    """``now``, or a cursor that was given out."""
    if text == NOW:
        return NOW
    try:
        return cursors.decode(text)
    except ValueError:
        raise UnreadableError(pages.STRANGE, code="unknown_cursor") from None


def read_resources(text):
    """Names with commas between them."""
    names, known = dict.fromkeys(name.strip() for name in text.split(",")), lists()
    for name in names:
        if name not in known:
            message = _("The feed does not tell of “%(name)s”.") % {"name": name[:60]}
            raise UnreadableError(message, sorted(known))
    return tuple(names)


def read_limit(text):
    """A whole number from 1 to 1000."""
    message = _("limit is a whole number from 1 to %(most)s.") % {"most": MAX_KEYS}
    return read_whole(text, message, least=1, most=MAX_KEYS)


def lists():
    """Name in the feed → the list whose documents it names."""
    found = {}
    for view in LISTED.values():
        name = view.resource.feed
        # Of several lists of one thing, the one with a row for each.
        if name and (name not in found or len(view.resource.key) < len(found[name].resource.key)):
            found[name] = view
    return found


def digest(value):
    """What tells one question from another."""
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=6).hexdigest()


RESOURCE = Parameter(
    "resource",
    read_resources,
    gettext_lazy(
        "Names of resources with commas between them, such as compliance,centers. Without it all "
        "that the token opens."
    ),
    TEXT,
)
CURSOR = Parameter(
    "cursor",
    read_cursor,
    gettext_lazy(
        "“now” to begin, then “cursor” of the answer before; or “cursor” of a webhook's call, from "
        "which on what it names is told. Without it the changes of the last 89 days from the first "
        "one on."
    ),
    TEXT,
    examples=(NOW,),
)
LIMIT = Parameter(
    "limit",
    read_limit,
    gettext_lazy("Entries read for one answer; at most 200 where it holds the documents."),
    {"type": "integer", "minimum": 1, "maximum": MAX_KEYS, "default": MAX_DOCUMENTS},
)
DATA = listed(
    "data", ("true", "false"), gettext_lazy("false: only which documents changed, without them.")
)
CHANGE = schema.shape(
    "Change",
    many=True,
    help_text=gettext_lazy("What changed, in the order in which it is to be taken over."),
    resource=schema.text(gettext_lazy("Name of the resource.")),
    key=schema.text(gettext_lazy("Key of the document within it.")),
    kind=schema.choice(
        ("upsert", "delete"),
        gettext_lazy(
            "upsert: put the document in the place of what you have of this key, whole. delete: "
            "drop what you have of it, if anything; it is gone or no longer yours to see."
        ),
    ),
    changed_at=schema.time(gettext_lazy("When the change that is told of began.")),
    url=schema.text(gettext_lazy("Address of the document.")),
    data=schema.document(
        gettext_lazy(
            "The document as it is now, as its address gives it; null where it is gone or "
            "data=false."
        )
    ),
)
ANSWER = schema.shape(
    "Changes",
    cursor=schema.text(
        gettext_lazy("Where to go on, always given: keep it once everything here is stored.")
    ),
    has_more=schema.flag(gettext_lazy("Whether more can be read at once.")),
    settled_until=schema.time(
        gettext_lazy(
            "Up to when changes can be read; earlier than now while somebody is still writing."
        )
    ),
    results=CHANGE,
)
EXAMPLE = {
    "cursor": "WzEsIjc0Li4u",
    "has_more": False,
    "settled_until": "2026-03-02T09:00:00+08:00",
    "results": [
        {
            "resource": "divisions",
            "key": "310199105",
            "kind": "upsert",
            "changed_at": "2026-03-02T08:59:58+08:00",
            "url": "https://portal.example/api/v1/divisions/310199105/",
            "data": {"code": "310199105", "name": "桂花镇"},
        }
    ],
}


class Changes(ScopedView):
    """Which documents changed, in an order that skips nothing and repeats nothing."""

    title = gettext_lazy("Changes since")
    about = gettext_lazy(
        "Which documents changed, in an order that skips nothing and repeats nothing. First a "
        "cursor by cursor=now, then everything from the lists, then what changed since: what is "
        "met twice is the same. A document that changed several times on one page is given once. "
        "The feed tells of what was written, not of days that pass: counts that depend on today, "
        "such as what is overdue, are asked for."
    )
    required_dataset = REFERENCE
    required_capability = roles.Capability.SUMMARY_VIEW
    parameters = (RESOURCE, DIVISION, CURSOR, LIMIT, DATA)

    @schema.describe(
        "changes",
        ANSWER,
        parameters,
        EXAMPLE,
        tag="changes",
        also={410: gettext_lazy("The cursor leads nowhere any more: load everything again.")},
    )
    def get(self, request):
        at, sources = timezone.now(), self.sources()
        wanted = {name: self.paths(view) for name, view in sources.items()}
        after, limit = self.start(wanted, at), self.limit()
        # Before the entries: what settles between the two is read next time.
        watermark = feeds.now()
        if after is None:
            entries, after = [], watermark
        else:
            entries = feeds.settled(wanted=wanted, after=after, limit=limit + 1)
        has_more = len(entries) > limit
        entries = entries[:limit]
        last = entries[-1:]
        place = last[0].place if has_more else max([watermark, *(entry.place for entry in last)])
        seen = last[0].at if has_more else at
        waiting = feeds.waiting_since(list(wanted))
        results = self.results(sources, entries)
        answer = {
            "cursor": self.cursor(place, seen, wanted).encode(),
            "has_more": has_more,
            "settled_until": values.time(waiting or at),
            "results": results,
        }
        return self.answer(answer, rows=len(results))

    # --- what is asked for

    def sources(self):
        """Name in the feed → its list, of what was asked for or of all that opens."""
        known = lists()
        if self.query["resource"] is None:
            opened = {name: view for name, view in known.items() if not self.refusal(view)}
            if not opened:
                raise Problem(403, "permission_denied", _("Your account may not see this."))
            return opened
        asked = {name: known[name] for name in self.query["resource"]}
        for view in asked.values():
            if refusal := self.refusal(view):
                raise refusal
        return asked

    def refusal(self, view):
        """Why a list does not open to whoever asks, or None."""
        dataset, auth = view.resource.dataset, self.request.auth
        if dataset == REFERENCE:
            return None
        if isinstance(auth, ApiToken) and dataset not in auth.datasets:
            message = _("This token does not open the data set “%(dataset)s”.")
            return Problem(403, "scope_missing", message % {"dataset": dataset})
        if not self.request.user.has_capability(view.required_capability):
            return Problem(403, "permission_denied", _("Your account may not see this."))
        return None

    def paths(self, view):
        """How the paths of the divisions begin of which the reader is told."""
        user, division = self.request.user, self.query["division"]
        if user.is_superuser or view.resource.dataset == REFERENCE:
            paths = [""]
        else:
            paths = user.paths_with(view.required_capability)
        if division is None:
            return paths
        within = [division.path for path in paths if division.path.startswith(path)]
        return within[:1] or [path for path in paths if path.startswith(division.path)]

    def limit(self):
        """How many entries are read."""
        asked = self.query["limit"] or MAX_DOCUMENTS
        return asked if self.query["data"] == "false" else min(asked, MAX_DOCUMENTS)

    # --- where the client is

    def asked(self):
        division = self.query["division"]
        return digest([sorted(self.query["resource"] or ()), division and division.code])

    def cursor(self, place, seen, wanted):
        """The cursor of a place."""
        reach = digest(sorted(wanted.items()))
        return Cursor(feeds.epoch(), *place, int(seen.timestamp()), self.asked(), reach)

    def start(self, wanted, at):
        """After which place to read; None is where everything has been read."""
        cursor = self.query["cursor"]
        if cursor is None:
            # A day less than is kept: else the first page's cursor had expired when it is used.
            oldest = at - timedelta(days=settings.FEED_DAYS - 1)
            return feeds.before(oldest, feeds.now())
        if cursor == NOW:
            return None
        if cursor.asked and cursor.asked != self.asked():
            given = self.request.query_params["cursor"]
            raise Problem(
                400, "unknown_cursor", pages.STRANGE, [Fault("cursor", given, pages.STRANGE)]
            )
        if why := self.expiry(cursor, wanted, at):
            raise Problem(410, "cursor_expired", together([why, LOAD_AGAIN]))
        return cursor.place

    def expiry(self, cursor, wanted, at):
        """Why nothing can be told from a cursor on, or None."""
        if cursor.epoch != feeds.epoch() or feeds.is_ahead(cursor.place):
            return _("The database was restored or moved since this cursor was given out.")
        days = settings.FEED_DAYS
        if at.timestamp() - cursor.seen > timedelta(days=days).total_seconds():
            return _("Changes are kept for %(days)s days; this cursor is older.") % {"days": days}
        if cursor.reach and cursor.reach != digest(sorted(wanted.items())):
            return _("What this account is told of is not the same as when it got this cursor.")
        return None

    # --- what is answered

    def results(self, sources, entries):
        """The entries with their documents, each document once, at its last place."""
        last = {(entry.resource, entry.key): entry for entry in entries}
        entries = sorted(last.values(), key=lambda entry: entry.place)
        found = {
            name: self.documents(view, [each.key for each in entries if each.resource == name])
            for name, view in sources.items()
        }
        return [self.result(sources, found, entry) for entry in entries]

    def documents(self, view, keys):
        """Key → document of those the client may see, as their list gives them."""
        if not keys:
            return {}
        only_keys = self.query["data"] == "false"
        wanted = dict.fromkeys(view.resource.key) if only_keys else None
        reading = view.reading(self.request, wanted, division=self.query["division"])
        return reading.documents(keys)

    def result(self, sources, found, entry):
        document = found[entry.resource].get(entry.key)
        return {
            "resource": entry.resource,
            "key": entry.key,
            "kind": "delete" if document is None else "upsert",
            "changed_at": values.time(entry.at),
            "url": pages.root(self.request) + address(sources[entry.resource], entry.key),
            "data": None if self.query["data"] == "false" else document,
        }


def address(view, key):
    """Where a document is found: its own address, or its list, narrowed to it where it can be."""
    path = f"/api/v1/{view.resource.path}"
    if hasattr(view, "narrowed_to"):
        return path + view.narrowed_to(key)
    own = f"{path}{quote(key)}/"
    return own if is_valid_path(own) else path
