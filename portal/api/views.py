"""Views of the API: for those whose token and account open them; every use is recorded."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from datetime import time as clock
from functools import cached_property
from itertools import islice
from typing import Any

import orjson
from django.conf import settings
from django.db.models import IntegerField, Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from portal.api import (
    AcceptHeader,
    Fault,
    Parameter,
    Problem,
    calls,
    limits,
    pages,
    read_query,
    resources,
    schema,
    streams,
    tags,
    values,
)
from portal.api.parameters import FIELDS, MOMENTS
from portal.api.resources import Resource
from portal.middleware import current_request_id
from portal.users import roles
from portal.users import services as users
from portal.users.models import ApiToken

# The answer depends on who asks, how, and in which language.
VARY = ("Authorization", "Cookie", "Accept", "Accept-Encoding", "Accept-Language")
CHUNK = 2000


class ScopedView(APIView):
    """A read-only view for those whose token and account open it; every use is recorded."""

    required_dataset: str | None = None
    required_capability: str | None = None
    parameters: tuple[Parameter, ...] = ()
    deprecated: resources.Deprecation | None = None
    content_negotiation_class = AcceptHeader
    http_method_names = ["get", "head", "options"]

    client = "-"
    # What left the house.
    sent = 0
    size = 0

    def dispatch(self, request, *args, **kwargs):
        self.started, self.request_id = time.monotonic(), current_request_id.get()
        self.limit_headers: dict[str, str] = {}
        self.query: dict[str, Any] = {}
        return super().dispatch(request, *args, **kwargs)

    def opens_to(self, user):
        """Whether ``user`` holds the capability in any division or at any center."""
        codes = roles.roles_with(self.required_capability)
        return (
            user.has_capability(self.required_capability)
            or user.memberships.filter(role__in=codes).exists()
        )

    def perform_authentication(self, request):
        """Done by ``initial`` already."""

    def identify(self, request):
        """Who asks; raises what authentication raises, and a 429 beyond the client's limit."""
        super().perform_authentication(request)
        if isinstance(request.auth, ApiToken):
            self.client = f"{request.user.username}/{request.auth.name}"
            users.touch_token(token=request.auth, at=timezone.now())
        else:
            self.client = request.user.username or "-"

        self.limit_headers = limits.check(request)

    def initial(self, request, *args, **kwargs):
        # Before anything can be refused: whoever is refused is counted and recorded too.
        self.identify(request)
        super().initial(request, *args, **kwargs)
        # No code holds it, and the database cannot even be asked.
        if any("\0" in str(value) for value in kwargs.values()):
            raise Http404
        self.query = read_query(request.query_params, self.parameters)
        if isinstance(self.query.get("cursor"), pages.Cursor):
            self.query["cursor"] = pages.opened(request, self.query["cursor"])

    def answer(self, payload, rows=1, etag=None):
        """The payload as JSON with a weak ETag; 304 to a client that has it."""
        self.sent = rows
        body = orjson.dumps(payload)
        etag = etag or tags.of_body(body)
        response = HttpResponse(body, content_type="application/json", headers={"ETag": etag})
        return get_conditional_response(self.request, etag=etag, response=response)

    def stream(self, pieces, form, name):
        """The pieces as one answer of unknown length; HEAD reads none of them."""
        headers = {}
        if form == "csv":
            headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        content_type = streams.CONTENT_TYPES[form]
        if self.request.method == "HEAD":
            return HttpResponse(content_type=content_type, headers=headers)
        leave = limits.occupy(self.request, "stream")
        whole = self.recorded(streams.snapshot(streams.worded(pieces)))
        return streams.Stream(whole, leave=leave, content_type=content_type, headers=headers)

    def recorded(self, pieces):
        """The pieces; what left the house is recorded at their end. One that fails is cut, never
        ended politely: a client must not take a part for the whole."""
        status = 500
        try:
            # Its transaction has ended when the record is written.
            with closing(pieces):
                for piece in pieces:
                    self.size += len(piece)
                    yield piece
            status = 200
        except GeneratorExit:
            status = 499
            raise
        finally:
            self.record(status)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, VARY)
        response.setdefault("Cache-Control", "private, no-cache")
        response["API-Version"] = settings.API_VERSION
        for name, value in {**self.limit_headers, **self.deprecations(response)}.items():
            response[name] = value
        if not response.streaming:
            self.size = len(response.content)
            self.record(response.status_code)
        return response

    def record(self, status):
        """Who read what, and who was denied."""
        calls.record(view=self, status=status, rows=self.sent, size=self.size, started=self.started)

    def deprecated_parts(self):
        """What this answer uses that goes away."""
        given = self.request.query_params
        return [
            each.deprecated
            for each in (self, *(it for it in self.parameters if it.name in given))
            if each.deprecated
        ]

    def deprecations(self, response):
        """Headers that tell a client what goes away of what it uses (RFC 9745, RFC 8594)."""
        parts = self.deprecated_parts() if response.status_code < 400 else []
        if not parts:
            return {}
        first = min(parts, key=lambda part: part.sunset)
        links = ['</api/v1/guide/#deprecation>; rel="deprecation"']
        if first.successor:
            links.append(f'<{first.successor}>; rel="successor-version"')
        return {
            "Deprecation": f"@{_midnight(first.since)}",
            "Sunset": http_date(_midnight(first.sunset)),
            "Link": ", ".join(links),
        }


def _midnight(day):
    return int(datetime.combine(day, clock(), UTC).timestamp())


class ResourceView(ScopedView):
    """What the list and the single thing of a declared resource share."""

    resource: Resource

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        names = self.query["fields"]
        self.wanted = None if names is None else resources.chosen(self.resource.fields, names)

    @property
    def required_dataset(self):
        return self.resource.dataset

    @property
    def moment_parameters(self):
        return MOMENTS[self.resource.moment]

    def cut(self, document):
        """The part of a row that was asked for."""
        return resources.cut(document, self.wanted)

    def asks_for(self, name):
        """Whether the answer holds the field ``name``."""
        return self.wanted is None or name in self.wanted

    def deprecated_parts(self):
        used = [
            field.deprecated
            for field in self.resource.fields
            if field.deprecated and self.query and self.asks_for(field.name)
        ]
        return super().deprecated_parts() + used

    # What the OpenAPI document asks for.

    def documented(self):
        return self.parameters

    def in_path(self):
        return []


class ListView(ResourceView):
    """Every row of a resource that the user sees: in pages, as NDJSON and as CSV.

    The suffix addresses are the same class with another ``form``.
    """

    filters: tuple[Parameter, ...] = ()
    form = "json"
    # Patterns of the key's texts, one for each; any text where there are none.
    parts: tuple[Any, ...] = ()

    @property
    def operation(self):
        return self.resource.name if self.form == "json" else f"{self.resource.name}-{self.form}"

    @property
    def renderer_classes(self):
        streamed = {"ndjson": streams.NdjsonRenderer, "csv": streams.CsvRenderer}
        if self.form != "json":
            return [streamed[self.form]]
        return [JSONRenderer, *(streamed.values() if self.resource.streams else ())]

    @property
    def parameters(self):
        always = (*self.moment_parameters, *self.filters, FIELDS)
        if self.form != "json":
            return always
        part = self.parts or pages.TEXT
        return (*always, *pages.paging(len(self.resource.key), part))

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.form == "json" and self.asked_form != "json":
            self.refuse_paging()

    @property
    def asked_form(self):
        """The form of the address, or the one that Accept asks for."""
        return self.request.accepted_renderer.format

    def refuse_paging(self):
        """A stream is not cut into pages."""
        names = [name for name in ("page_size", "cursor", "count") if self.query[name] is not None]
        if names:
            message = _("A stream holds every row: “%(name)s” means nothing for it.")
            said = message % {"name": names[0]}
            given = self.request.query_params
            faults = [Fault(name, given[name], said) for name in names]
            raise Problem(400, "not_with_streams", said, faults)

    def get(self, request, *args, **kwargs):
        etag = tags.of_question(self)
        if etag:
            asked_before = HttpResponse(headers={"ETag": etag})
            known = get_conditional_response(request, etag=etag, response=asked_before)
            if known is not asked_before:
                return known
        return self.page(etag) if self.asked_form == "json" else self.whole(etag)

    def page(self, etag):
        """One page."""
        size = pages.size_of(self.query)
        rows = list(islice(self.rows(self.query["cursor"], size + 1), size + 1))
        shown = rows[:size]
        self.prepare(shown)
        page = {"next": None, "results": [self.cut(self.show(row)) for row in shown]}
        if len(rows) > size:
            page["next"] = pages.following(self.request, self.key(shown[-1]))
        if self.query["count"] == "true":
            page["count"] = self.count()
        return self.answer(page, rows=len(shown), etag=etag)

    def whole(self, etag):
        """Every row in one answer."""
        form = self.asked_form
        pieces = self.lines(form)
        response = self.stream(
            self.written(form) if pieces is None else pieces, form, self.resource.name
        )
        if etag:
            response["ETag"] = etag
        return response

    def written(self, form):
        """Rows as pieces of text."""
        documents = self.shown()
        if form == "ndjson":
            yield from streams.ndjson(documents)
            return
        columns = resources.columns(self.resource.fields, self.wanted)
        places = [place for _heading, place in columns]
        cells = ([streams.cell_at(document, place) for place in places] for document in documents)
        yield from streams.comma_separated([heading for heading, _place in columns], cells)

    def shown(self):
        """Every row's document, prepared some hundred at once."""
        for chunk in streams.chunks(self.rows(None, None)):
            self.prepare(chunk)
            for row in chunk:
                self.sent += 1
                yield self.cut(self.show(row))

    # What a resource says.

    def rows(self, after: tuple[str, ...] | None, limit: int | None) -> Iterator[Any]:
        """Rows by key, after a key, at most ``limit``."""
        raise NotImplementedError

    def prepare(self, rows: Sequence[Any]) -> None:
        """Read what these rows need besides, in a fixed number of queries."""

    def key(self, row: Any) -> tuple[str, ...]:
        """The row's key as texts."""
        raise NotImplementedError

    def show(self, row: Any) -> dict[str, Any]:
        """The row's document: every field, in the contract's order."""
        raise NotImplementedError

    def count(self) -> int:
        """How many rows there are on all pages."""
        raise NotImplementedError

    def lines(self, form: str) -> Iterator[bytes] | None:
        """A faster writer of a stream; it counts ``sent`` itself. None: there is none."""
        return None

    def documents(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Code → document of those that the user sees."""
        raise NotImplementedError

    @classmethod
    def reading(cls, request, wanted=None, **query):
        """The list as the request's user sees it, for reading documents by their codes."""
        view = cls()
        view.setup(request)
        view.query = dict.fromkeys(each.name for each in view.parameters) | query
        view.wanted = wanted
        return view

    # What the OpenAPI document asks for.

    def answers(self):
        """(form, shape, example) of every form of the answer."""
        example = dict(self.resource.example)
        line = orjson.dumps(example).decode() + "\n"
        streamed = [("application/x-ndjson", schema.STREAMED, line)]
        streamed.append(("text/csv", schema.STREAMED, self.table_of(example)))
        if self.form != "json":
            return [each for each in streamed if self.form in each[0]]
        name = schema.camel(self.resource.name.removesuffix("s"))
        page = schema.page(f"{name}Page", schema.row(self.resource, many=True))
        shown = {"next": None, "results": [example]}
        return [(schema.JSON, page, shown), *(streamed if self.resource.streams else [])]

    def table_of(self, example):
        """The example as a table."""
        columns = resources.columns(self.resource.fields)
        cells = [streams.cell_at(example, place) for _heading, place in columns]
        pieces = streams.comma_separated([heading for heading, _place in columns], [cells])
        return b"".join(pieces).decode().removeprefix(streams.MARK)


def shown_as(field, value):
    """A plain column's value as its field is written."""
    if value is None:
        return None
    if field.type == "time":
        return values.time(value)
    if field.type == "day":
        return values.day(value)
    return str(value) if field.type == "decimal" else value


class TableView(ListView):
    """A list whose fields are columns of one queryset; only the columns asked for are read."""

    # Field → column, or (column or columns, function of their values).
    columns: Mapping[str, Any] = {}
    # Columns of the key; with a minus before each, the list runs downward.
    keys: tuple[str, ...] = ("pk",)
    # Stands before the number in a code, such as O in O12.
    prefix = ""

    def queryset(self) -> QuerySet[Any]:
        """The rows that the user sees, narrowed as the query asks."""
        raise NotImplementedError

    def constants(self) -> dict[str, Any]:
        """Fields that are the same in every row."""
        return {}

    @cached_property
    def same(self):
        return self.constants()

    @cached_property
    def key_columns(self):
        return [column.removeprefix("-") for column in self.keys]

    @cached_property
    def places(self):
        """Column → where it stands in a row; the key's come first."""
        names = list(self.key_columns)
        for field in self.resource.fields:
            if self.asks_for(field.name) and field.name in self.columns:
                names += self.sources(field.name)
        return {name: place for place, name in enumerate(dict.fromkeys(names))}

    def sources(self, name):
        """The columns a field is made of."""
        column = self.columns[name]
        source = column[0] if isinstance(column, tuple) else column
        return source if isinstance(source, tuple) else (source,)

    def rows(self, after, limit):
        found = self.queryset()
        if after is not None:
            found = found.filter(self.beyond(found.model, after))
        found = found.order_by(*self.keys).values_list(*self.places)
        return iter(found[:limit]) if limit else found.iterator(CHUNK)

    def beyond(self, model, after):
        """The condition of the rows that follow a key."""
        comparison = "lt" if self.keys[0].startswith("-") else "gt"
        condition = None
        for column, text in reversed(list(zip(self.key_columns, after, strict=True))):
            value = key_value(model, column, text)
            later = Q(**{f"{column}__{comparison}": value})
            condition = later if condition is None else later | (Q(**{column: value}) & condition)
        return condition

    def key(self, row):
        return tuple(str(value) for value in row[: len(self.keys)])

    def show(self, row):
        return {
            field.name: self.value(field, row)
            for field in self.resource.fields
            if self.asks_for(field.name)
        }

    def value(self, field, row):
        """One field of a row."""
        if field.name in self.same:
            return self.same[field.name]
        cells = [row[self.places[name]] for name in self.sources(field.name)]
        column = self.columns[field.name]
        return column[1](*cells) if isinstance(column, tuple) else shown_as(field, cells[0])

    def count(self):
        return self.queryset().count()

    def documents(self, keys):
        (column,) = self.key_columns
        found = self.queryset()
        wanted = [self.number(found.model, column, key) for key in keys]
        named = {f"{column}__in": [each for each in wanted if each is not None]}
        rows = list(found.filter(**named).values_list(*self.places))
        self.prepare(rows)
        return {f"{self.prefix}{row[0]}": self.cut(self.show(row)) for row in rows}

    def number(self, model, column, code):
        """The key's value behind a code; None for what is no code."""
        if not code.startswith(self.prefix) or "\0" in code:
            return None
        try:
            return key_value(model, column, code.removeprefix(self.prefix))
        except Problem:
            return None


def key_value(model, column, text):
    """A text of a key as its column has it."""
    field = model._meta
    for name in column.split("__"):
        options = getattr(field, "related_model", None)
        options = options._meta if options else field
        field = options.pk if name == "pk" else options.get_field(name)
    if not isinstance(field, IntegerField):
        return text
    if not pages.WHOLE.fullmatch(text):
        raise Problem(400, "unknown_cursor", pages.STRANGE)
    return int(text)


class OneView(ResourceView):
    """One thing by its code: the row of its list."""

    list_view: type[ListView]

    @property
    def resource(self):
        return self.list_view.resource

    @property
    def required_capability(self):
        return self.list_view.required_capability

    @property
    def operation(self):
        return self.resource.name.removesuffix("s")

    @property
    def parameters(self):
        return (*self.moment_parameters, FIELDS)

    def get(self, request, *args, **kwargs):
        return self.answer(self.document(kwargs["code"]))

    def document(self, code):
        """The row, unless the user does not see it: then there is none."""
        asked = {each.name: self.query[each.name] for each in self.moment_parameters}
        reading = self.list_view.reading(request=self.request, wanted=self.wanted, **asked)
        found = reading.documents([code])
        if code not in found:
            raise Http404
        return found[code]

    # What the OpenAPI document asks for.

    def in_path(self):
        return [schema.path_parameter("code", _("Code of the thing, as its list gives it."))]

    def answers(self):
        return [(schema.JSON, schema.row(self.resource), dict(self.resource.example))]


def addresses(list_view, one_view=None):
    """The addresses of a resource: its list, one of it, and its streams."""
    resource = list_view.resource
    stem = resource.path.removesuffix("/")
    found = [path(resource.path, list_view.as_view(), name=resource.name)]
    if one_view is not None:
        name = resource.name.removesuffix("s")
        found.append(path(f"{resource.path}<str:code>/", one_view.as_view(), name=name))
    if resource.streams:
        found += [
            path(f"{stem}.{form}", list_view.as_view(form=form), name=f"{resource.name}-{form}")
            for form in ("ndjson", "csv")
        ]
    return found
