"""What the OpenAPI document says of each answer. No serializer below ever sees a row."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
)
from rest_framework import serializers as s

from portal.api import PROBLEM_TYPE
from portal.api.codes import CODES

SHAPES = {}
JSON = "application/json"
REFUSALS = {
    400: _("A parameter is wrong; errors names each."),
    401: _("No valid token."),
    403: _("Not in its scope."),
    405: _("The address is for reading."),
    406: _("None of the formats asked for is available."),
    429: _("Too many requests; Retry-After says how many seconds to wait."),
    500: _("The portal failed."),
    503: _("The database does not answer; Retry-After says when to try again."),
}
BODY_REFUSALS = {
    413: _("The body is longer than 64 kB."),
    415: _("The body is no JSON."),
}
NO_SUCH_THING = _("No such thing within your scope.")
UNCHANGED = _("What you have, by If-None-Match, is what you would get.")
ROWS = _("The rows of this page.")
FULL_ANSWER = _("What was asked for; with “fields” a part of it.")


def text(help_text="", **options):
    """A text; ``allow_null`` where it may be missing."""
    return s.CharField(help_text=help_text, **options)


def whole(help_text="", **options):
    """A count."""
    return s.IntegerField(min_value=0, help_text=help_text, **options)


def day(help_text="", **options):
    return s.DateField(help_text=help_text, **options)


def time(help_text="", **options):
    return s.DateTimeField(help_text=help_text or _("With offset +08:00."), **options)


def texts(help_text="", **options):
    return s.ListField(child=s.CharField(), help_text=help_text, **options)


def flag(help_text="", **options):
    return s.BooleanField(help_text=help_text, **options)


def choice(values, help_text="", **options):
    """One of these values."""
    return s.ChoiceField(choices=list(values), help_text=help_text, **options)


def document(help_text=""):
    """A document of any resource, or null."""
    return s.DictField(help_text=help_text, allow_null=True)


def values(help_text="", **options):
    """Any values by name."""
    return s.DictField(help_text=help_text, **options)


def shape(name, /, *, many=False, allow_null=False, help_text="", **fields):
    """A named object of these fields; ``class_`` is the field ``class``. A name means one shape."""
    fields = {key.removesuffix("_"): field for key, field in fields.items()}
    kind = type(f"{name}Serializer", (s.Serializer,), fields)
    known = SHAPES.setdefault(name, kind)
    if known is not kind and outline(known) != outline(kind):
        raise ValueError(f"Two shapes are named {name!r}.")
    return known(many=many, allow_null=allow_null, help_text=help_text)


def outline(kind):
    """What tells one shape from another."""
    declared = kind._declared_fields  # noqa: SLF001  (DRF's only way to them without an instance)
    return {name: repr(field) for name, field in declared.items()}


def page(name, row):
    """The envelope of a page of rows."""
    return shape(
        name,
        next=s.URLField(
            allow_null=True, help_text=_("Address of the next page; null on the last.")
        ),
        results=row,
        count=whole(_("Rows on all pages; only with count=true."), required=False),
    )


PROBLEM = shape(
    "Problem",
    type=text(_("Address of the code's explanation in the guide.")),
    title=text(_("The status in words.")),
    status=whole(_("The status of the answer.")),
    detail=text(_("What was refused, why, and what to do.")),
    instance=text(_("Path of the request.")),
    code=s.ChoiceField(
        choices=sorted(CODES),
        help_text=_("For programs, such as unknown_as_of."),
        style={"open": True},
    ),
    request_id=text(_("Leads to the request in the portal's logs.")),
    errors=shape(
        "Fault",
        many=True,
        help_text=_("Each thing that is wrong with the request."),
        field=text(_("The parameter, or the place in the body.")),
        value=text(_("What was given, shortened.")),
        message=text(_("What is wrong with it.")),
        accepted=texts(_("What would be accepted."), required=False),
    ),
)


def refusals(*, has_path, also=None):
    """(status, form) → the refusals that every operation may answer with, and its own."""
    statuses = REFUSALS | ({404: NO_SUCH_THING} if has_path else {}) | (also or {})
    return {
        (status, PROBLEM_TYPE): OpenApiResponse(PROBLEM, description)
        for status, description in sorted(statuses.items())
    } | {304: OpenApiResponse(None, UNCHANGED)}


def describe(
    operation, shape, parameters, example, *, media_type=JSON, path=(), tag="compliance", also=None
):
    """Describe a ``get``: its parameters, its answer with an example, and its refusals; ``also``
    are those of this operation alone."""
    examples = [OpenApiExample("one row", example, response_only=True, media_type=media_type)]
    answer = OpenApiResponse(shape, FULL_ANSWER, examples)
    return extend_schema(
        operation_id=operation,
        tags=[tag],
        parameters=[*path, *(parameter.documented() for parameter in parameters)],
        responses={(200, media_type): answer, **refusals(has_path=bool(path), also=also)},
    )


# --- shapes of declared fields


def words(field):
    """A field's meaning with its unit and its denominator."""
    said = [field.meaning]
    if field.unit:
        said.append(format_lazy(_("Unit: {unit}."), unit=field.unit))
    if field.denominator:
        said.append(format_lazy(_("Divided by {field}."), field=field.denominator))
    return format_lazy(" ".join(["{}"] * len(said)), *said)


def camel(name):
    """Such as ``compliance-centers`` → ``ComplianceCenters``."""
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))


PLAIN = {
    "code": s.CharField,
    "text": s.CharField,
    "day": s.DateField,
    "time": s.DateTimeField,
    "decimal": s.CharField,
    "integer": s.IntegerField,
    "flag": s.BooleanField,
    "figures": s.DictField,
}


def member(field, around):
    """A declared field as a member of the shape ``around``."""
    marks = {"open": field.is_open, "deprecated": field.deprecated is not None}
    options = {"help_text": words(field), "allow_null": field.nullable, "style": marks}
    if "object" in field.type:
        name = field.shape or f"{around}{camel(field.name)}"
        many, parts = field.type.startswith("list"), members(field.fields, name)
        del options["style"]
        return shape(name, many=many, **options, **parts)
    if field.type == "value":
        # Any value is null too; to say so twice would be to say that null fits two shapes.
        return s.JSONField(**options | {"allow_null": False})
    if field.type == "whole":
        return s.IntegerField(min_value=0, **options)
    if "choice" in field.type:
        choice = {"choices": list(field.values)}
        if field.type == "choice":
            return s.ChoiceField(**choice, **options)
        return s.ListField(child=s.ChoiceField(**choice, style=marks), **options)
    if field.type == "list(text)":
        return s.ListField(child=s.CharField(), **options)
    return PLAIN[field.type](**options)


def members(fields, around):
    """Declared fields as the members of a shape."""
    return {field.name: member(field, around) for field in fields}


def row(resource, *, many=False):
    """The shape of a resource's row."""
    name, said = camel(resource.name.removesuffix("s")), ROWS if many else ""
    return shape(name, many=many, help_text=said, **members(resource.fields, name))


class OperationSchema(AutoSchema):
    """What a declared resource's views say of themselves; others describe themselves, with a
    ``title`` and what they are ``about``."""

    @property
    def resource(self):
        return getattr(self.view, "resource", None)

    def get_operation_id(self):
        if self.resource is None:
            return super().get_operation_id()
        return self.view.operation.replace("-", "_")

    def get_tags(self):
        return [self.resource.dataset] if self.resource else super().get_tags()

    def get_summary(self):
        return getattr(self.resource or self.view, "title", None) or super().get_summary()

    def get_description(self):
        return getattr(self.resource or self.view, "about", None) or super().get_description()

    def get_override_parameters(self):
        if self.resource is None:
            return super().get_override_parameters()
        return [*self.view.in_path(), *(each.documented() for each in self.view.documented())]

    def get_operation(self, *args, **kwargs):
        operation = super().get_operation(*args, **kwargs)
        if operation and (dataset := getattr(self.view, "required_dataset", None)):
            operation["x-dataset"] = str(dataset)
            operation["x-scopes"] = [f"<division>:{dataset}:read"]
        return operation

    def is_deprecated(self):
        return getattr(self.view, "deprecated", None) is not None or super().is_deprecated()

    def _map_serializer_field(self, field, *args, **kwargs):
        described = super()._map_serializer_field(field, *args, **kwargs)
        # Clients must bear values that were not known when they were made.
        if field.style.get("open") and "enum" in described:
            described["x-extensible-enum"] = described.pop("enum")
        if field.style.get("deprecated"):
            described["deprecated"] = True
        return described

    def _get_format_parameters(self):
        # ``Accept`` and the address choose the form; ``?format=`` is no parameter.
        return []

    def get_response_serializers(self):
        if self.resource is None:
            return super().get_response_serializers()
        answers = {
            (200, media_type): OpenApiResponse(
                kind,
                FULL_ANSWER,
                [OpenApiExample("one row", example, response_only=True, media_type=media_type)],
            )
            for media_type, kind, example in self.view.answers()
        }
        has_body = hasattr(self.view, "asked_with")
        refused = refusals(has_path=bool(self.view.in_path()) or has_body)
        if has_body:
            refused |= {
                (status, PROBLEM_TYPE): OpenApiResponse(PROBLEM, words)
                for status, words in BODY_REFUSALS.items()
            }
        return {**answers, **refused}

    def get_request_serializer(self):
        if not hasattr(self.view, "asked_with"):
            return super().get_request_serializer()
        body, example = self.view.asked_with()
        shown = OpenApiExample("one question", example, request_only=True)
        return OpenApiRequest(body, examples=[shown])


STREAMED = OpenApiTypes.STR


def path_parameter(name, description, kind=str):
    """A part of the address."""
    return OpenApiParameter(name, kind, OpenApiParameter.PATH, description=description)
