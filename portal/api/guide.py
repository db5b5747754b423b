"""The guide for those who read the API: every resource, field and refusal, as the code has them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from portal.api import pages
from portal.api.codes import CODES
from portal.api.parameters import MOMENTS
from portal.api.resources import Field, Resource
from portal.users.models import Dataset
from portal.webhooks.selectors import FEEDS

SNIPPETS = {
    path.name.removesuffix(".txt").replace(".", "_"): path.read_text(encoding="utf-8").strip()
    for path in (Path(__file__).parent / "snippets").glob("*.txt")
}
# What a client has to read there, whatever the language of its examples.
PLACEHOLDER = "https://portal.example"
TYPES = {
    "code": _("code (text)"),
    "text": pgettext_lazy("type of a field", "text"),
    "day": _("day"),
    "time": _("time"),
    "decimal": _("decimal (text)"),
    "whole": _("whole number from 0"),
    "integer": _("whole number"),
    "flag": _("true or false"),
    "choice": _("one of the values"),
    "figures": _("figures by name, decimals as text"),
    "value": _("any value"),
    "object": _("object"),
    "list(object)": _("list of objects"),
    "list(text)": _("list of texts"),
    "list(choice)": _("list of values"),
}
WHAT_DATASETS_OPEN = {
    Dataset.COMPLIANCE: _("Roll-ups, findings, summaries, runs. No person."),
    Dataset.CENTERS: _("Centers and the rows they declared. No person, no telephone."),
    Dataset.FILINGS: _("Reporting rounds, obligations and where filings stand."),
    Dataset.REGISTER: _("Social organizations and activity teams."),
    Dataset.CASEWORK: _("Figures of the work of centers, never a single record."),
    Dataset.WARNINGS: _("Early warnings of organizations and teams: internal, never published."),
    Dataset.PROJECTS: _(
        "Projects, procurements once announced, what was published of them, contracts once signed. "
        "Nothing of a bid before its opening is announced, no person."
    ),
    Dataset.REVIEWS: _(
        "Final results of the reviews of centers, and rectifications once issued. No person."
    ),
    Dataset.PUBLICATION: _(
        "What centers and districts disclosed, and the yearly packs they submitted. No person."
    ),
    Dataset.SIMULATION: _("Trying other parameters without storing anything."),
}


@dataclass(frozen=True)
class FieldRow:
    """One field as the guide shows it; ``place`` is its name with those of what it lies in."""

    place: str
    field: Field
    depth: int

    @property
    def around(self) -> str:
        """The names of what it lies in."""
        return self.place.removesuffix(self.field.name)

    @property
    def type(self) -> Any:
        """The type in words."""
        return TYPES[self.field.type]


@dataclass(frozen=True)
class Entry:
    """One resource: its view, and every address that answers with it."""

    resource: Resource
    addresses: list[str]
    view: Any
    base: str = PLACEHOLDER

    @property
    def fields(self) -> list[FieldRow]:
        """Every field, parts after what they are parts of."""
        return list(rows_of(self.resource.fields))

    @property
    def moments(self) -> list[str]:
        """The parameters of time that mean something here."""
        return [parameter.name for parameter in MOMENTS[self.resource.moment]]

    @property
    def filters(self) -> list[Any]:
        """The parameters that choose rows."""
        return list(getattr(self.view, "filters", ()))

    @property
    def example(self) -> str:
        """One row as JSON, its addresses on the portal it is read on."""
        row = json.dumps(dict(self.resource.example), ensure_ascii=False, indent=2)
        return row.replace(PLACEHOLDER, self.base)

    @property
    def dataset(self) -> str:
        """The data set a token needs."""
        return str(self.resource.dataset)


@require_safe
def guide(request):
    """The page, for everybody."""
    base = pages.address(request).removesuffix(request.path)
    shown = entries(base)
    context = {
        "base": base,
        "version": settings.API_VERSION,
        "snippets": {name: text.replace(PLACEHOLDER, base) for name, text in SNIPPETS.items()},
        "entries": shown,
        "codes": sorted(CODES.items(), key=lambda item: (item[1][0], item[0])),
        "events": list(FEEDS.items()),
        "datasets": [(value, label, WHAT_DATASETS_OPEN[value]) for value, label in Dataset.choices],
        "rates": [
            (entry.resource, row)
            for entry in shown
            for row in entry.fields
            if row.field.denominator
        ],
    }
    return render(request, "portal/api_guide.html", context)


def rows_of(fields: Any, around: str = "", depth: int = 0) -> Iterator[FieldRow]:
    """Fields with their parts, however deep."""
    for field in fields:
        place = f"{around}{field.name}"
        yield FieldRow(place, field, depth)
        mark = "[]" if field.type.startswith("list") else ""
        yield from rows_of(field.fields, f"{place}{mark}.", depth + 1)


@cache
def entries(base: str = PLACEHOLDER) -> list[Entry]:
    """Every declared resource in the order of its addresses."""
    found: dict[str, Entry] = {}
    for address, view in addresses(get_resolver().url_patterns):
        resource = _resource_of(view)
        if resource is None:
            continue
        entry = found.setdefault(resource.name, Entry(resource, [], view, base))
        entry.addresses.append(address)
    return list(found.values())


def _resource_of(view: Any) -> Resource | None:
    """The resource a view answers with; of a single thing its list has it."""
    view = getattr(view, "list_view", view)
    resource = getattr(view, "resource", None)
    return resource if isinstance(resource, Resource) else None


def addresses(patterns: Any, above: str = "/") -> Iterator[tuple[str, Any]]:
    """(address, view class) of everything below /api/."""
    for each in patterns:
        address = f"{above}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, address)
        elif isinstance(each, URLPattern) and address.startswith("/api/"):
            yield (
                address.replace("<str:", "{").replace(">", "}"),
                getattr(each.callback, "cls", None),
            )
