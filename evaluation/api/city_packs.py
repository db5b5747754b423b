"""Yearly packs of districts: of each district and year the version that holds."""

import orjson
from django.utils.translation import gettext_lazy as _

from centers.api import places
from evaluation.models import CityPack, Verdict
from evaluation.rules.city_pack import GROUPS
from portal.api import Parameter, parameters
from portal.api.parameters import DIVISION
from portal.api.resources import Field, Resource, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset

YEAR = Parameter("year", parameters.read_year, _("Year that the pack is of."), {"type": "integer"})
UNITS = [
    ("count", _("as a number")),
    ("percent", "%"),
    ("m2", _("m²")),
    ("ten_thousand_yuan", _("10,000 yuan")),
]
FIGURES = (
    Field("key", "code", _("Name of the figure; the part before the dot is its group.")),
    Field(
        "group",
        "choice",
        _("One of the ten groups."),
        values=[(group, group) for group in GROUPS],
        is_open=True,
    ),
    Field("unit", "choice", _("What the value counts."), values=UNITS, is_open=True),
    Field(
        "value",
        "decimal",
        _("The value; null while nobody told anything of it, which is not 0."),
        nullable=True,
    ),
    Field("numerator", "whole", _("How many; null where nothing is divided."), nullable=True),
    Field("denominator", "whole", _("Of how many; null where nothing is divided."), nullable=True),
    Field("of", "text", _("What the denominator counts; empty where nothing is divided.")),
    Field("parts", "figures", _("What the value is made of, by name.")),
    Field("last_year", "decimal", _("The value of the year before, or null."), nullable=True),
    Field("change", "decimal", _("Value less that of the year before, or null."), nullable=True),
    Field("evidence", "list(text)", _("Entries of the index that prove it: kind and key.")),
)
EVIDENCE = (
    Field("kind", "code", _("What kind of thing it is.")),
    Field("key", "code", _("Its name within its kind.")),
    Field("label", "text", _("What it is; it names no person.")),
    Field("sha256", "code", _("SHA-256 of its canonical text as it was known.")),
)
CENTERS = (
    Field("code", "code", _("Code of the center.")),
    Field("township", "code", _("Code of its street or town.")),
    Field(
        "rollup",
        "choice",
        _("How it stood as a whole."),
        values=Verdict.Rollup.choices,
        is_open=True,
    ),
    Field("outcomes", "figures", _("Outcome of each rule of the standard and the functions.")),
)
NOTES = (
    Field("figure", "code", _("The figure that is explained.")),
    Field("kind", "code", _("exception or practice.")),
    Field("text", "text", _("What the district says of it.")),
)
FIELDS = (
    Field("code", "code", _("Code of the pack: B and a number that never changes.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    Field("year", "whole", _("Calendar year that the figures are of.")),
    Field("version", "whole", _("Version of the year's pack; a correction has a higher one.")),
    Field("reason", "text", _("Why it corrects an earlier version; empty for the first.")),
    Field("as_of", "day", _("The day that the figures speak of.")),
    Field("known_at", "time", _("The moment up to which what was known counts.")),
    Field("submitted_at", "time", _("When it was submitted to the municipality.")),
    Field("sha256", "code", _("SHA-256 of the pack's canonical text.")),
    Field(
        "figures",
        "list(object)",
        _("The figures, group by group."),
        shape="CityPackFigure",
        fields=FIGURES,
    ),
    Field(
        "evidence",
        "list(object)",
        _("The index of what proves the figures."),
        shape="CityPackEvidence",
        fields=EVIDENCE,
    ),
    Field(
        "centers",
        "list(object)",
        _("How each center stood on the day; empty in packs that do not tell of single ones."),
        shape="CityPackCenter",
        fields=CENTERS,
    ),
    Field(
        "notes",
        "list(object)",
        _("Explanations of figures: exceptions and good practice."),
        shape="CityPackNote",
        fields=NOTES,
    ),
)
EXAMPLE = {
    "code": "B3",
    "division_code": "310199",
    "division_name": "海棠区",
    "year": 2025,
    "version": 1,
    "reason": "",
    "as_of": "2025-12-31",
    "known_at": "2026-01-20T09:00:00+08:00",
    "submitted_at": "2026-01-22T10:30:00+08:00",
    "sha256": "5c1f3ae0e5d05f1a17b9a9a5bb4a4a5ee1d5b5fb8a5d7a2d7e8e1ce2b8a1c0de",
    "figures": [
        {
            "key": "standards.ST-04",
            "group": "standards",
            "unit": "percent",
            "value": "87.50",
            "numerator": 7,
            "denominator": 8,
            "of": "judged",
            "parts": {"met": 7, "not_met": 1, "not_applicable": 0, "no_data": 0},
            "last_year": "75.00",
            "change": "12.50",
            "evidence": ["finding:C01/ST-04/2025-12-31"],
        }
    ],
    "evidence": [
        {
            "kind": "finding",
            "key": "C01/ST-04/2025-12-31",
            "label": "C01 ST-04 2025-12-31",
            "sha256": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
        }
    ],
    "centers": [
        {
            "code": "C01",
            "township": "310199001",
            "rollup": "compliant",
            "outcomes": {"ST-04": "met", "ST-08": "met"},
        }
    ],
    "notes": [{"figure": "standards.ST-04", "kind": "practice", "text": "区、街镇两级联动招聘。"}],
}


def _part(name, fields):
    """A function from the text of a pack to one of its lists, in the contract's order."""
    names = [field.name for field in fields]

    def read(text):
        rows = orjson.loads(text).get(name, [])
        return [{each: row.get(each) for each in names} for row in rows]

    return read


@register
class CityPackList(TableView):
    """Submitted packs, by code."""

    required_capability = roles.Capability.SUMMARY_VIEW
    resource = Resource(
        "city-packs",
        "city-packs/",
        Dataset.PUBLICATION,
        FIELDS,
        key=("code",),
        title=_("Yearly packs of districts"),
        about=_(
            "What districts submitted to the municipality: of each district and year the version "
            "that holds, with every figure, what it was the year before, and what proves it."
        ),
        feed="city-packs",
        rests_on=("city-packs", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, YEAR)
    prefix = "B"
    columns = {
        "code": ("pk", "B{}".format),
        "division_code": "division__code",
        "division_name": "division__name",
        "year": "year",
        "version": "number",
        "reason": "reason",
        "as_of": "as_of",
        "known_at": "known_at",
        "submitted_at": "submitted_at",
        "sha256": "sha256",
        "figures": ("content", _part("figures", FIGURES)),
        "evidence": ("content", _part("evidence", EVIDENCE)),
        "centers": ("content", _part("centers", CENTERS)),
        "notes": ("content", _part("notes", NOTES)),
    }

    def queryset(self):
        found = CityPack.objects.visible_to(self.request.user).submitted()
        if division := self.query["division"]:
            found = found.filter(division__path__startswith=division.path)
        if year := self.query["year"]:
            found = found.filter(year=year)
        return found


class CityPackDetail(OneView):
    """One submitted pack."""

    list_view = CityPackList
