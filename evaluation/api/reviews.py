"""Final results of the reviews of centers: points by section, and the grade.

Nobody is named, no mark of anybody is shown, and nothing before the round is published.
"""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from centers.api import places
from evaluation.api.filters import REVIEW_YEAR
from evaluation.models import Band, Review
from evaluation.rules.reviewing import half_up
from portal.api import pages
from portal.api.parameters import CENTER, DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.api.projects import narrowed, place_of

GRADE = listed("grade", Band.Grade.values, _("Grade of the review."))
SECTIONS = (
    Field("code", "code", _("Code of the section in the scheme.")),
    Field("name", "text", _("Name of the section.")),
    Field(
        "points", "decimal", _("How many of the 100 points the section weighs."), unit=_("points")
    ),
    Field(
        "got",
        "decimal",
        _("Points that the indicators of the section got, rounded to two decimals."),
        unit=_("points"),
        denominator="of",
    ),
    Field(
        "of",
        "decimal",
        _("Points of the indicators that applied: what “got” is divided by; 0: none applied."),
        unit=_("points"),
    ),
    Field(
        "score",
        "decimal",
        _(
            "What counts of the section: its points times got divided by of, rounded to two "
            "decimals. Null: nothing of it applied, and the other sections stand for the 100."
        ),
        nullable=True,
        unit=_("points"),
    ),
    Field("left_out", "list(text)", _("Codes of the indicators that did not count.")),
)
FIELDS = (
    Field("code", "code", _("Code of the review: V and a number that never changes.")),
    Field("center_code", "code", _("Code of the center.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field("year", "whole", _("The year that was reviewed.")),
    Field("scheme", "text", _("Title of the scheme that it was reviewed by, in Chinese.")),
    Field("as_of", "day", _("The day whose figures were counted.")),
    Field(
        "total",
        "decimal",
        _(
            "Final points: the sections of 100, and the bonus; rounded once, half up, to two "
            "decimals."
        ),
        unit=_("points"),
    ),
    Field("bonus", "decimal", _("Points of the total that are a bonus."), unit=_("points")),
    Field("grade", "choice", _("Grade of the review."), values=Band.Grade.choices),
    Field("grade_label", "text", _("The same in words.")),
    Field(
        "is_beyond_quota",
        "flag",
        _(
            "Whether the points are excellent and the grade is one lower, because the scheme lets "
            "only a share of the centers be excellent."
        ),
    ),
    Field(
        "vetoes",
        "list(text)",
        _("What gave the lowest grade whatever the points, in Chinese; empty: nothing did."),
    ),
    Field(
        "sections",
        "list(object)",
        _("The sections of the scheme, in its order."),
        shape="ReviewSection",
        fields=SECTIONS,
    ),
    Field("published_at", "time", _("When the results of the round became final.")),
)
EXAMPLE = {
    "code": "V5",
    "center_code": "C05",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "year": 2025,
    "scheme": "2025年度社会组织服务中心绩效考评方案",
    "as_of": "2025-12-31",
    "total": "82.25",
    "bonus": "2.00",
    "grade": "good",
    "grade_label": "良好",
    "is_beyond_quota": False,
    "vetoes": [],
    "sections": [
        {
            "code": "B",
            "name": "职能任务",
            "points": "45.00",
            "got": "38.57",
            "of": "45.00",
            "score": "38.57",
            "left_out": [],
        }
    ],
    "published_at": "2026-05-20T09:00:00+08:00",
}


def points(text):
    """An exact number of ``Review.result`` with two decimals; None stays None."""
    return None if text is None else str(half_up(Fraction(text)))


def sections_of(result):
    """The sections as they are told; what is exact in the portal has two decimals here."""
    return [
        {
            "code": each["code"],
            "name": each["name"],
            "points": points(each["weight"]),
            "got": points(each["got"]),
            "of": points(each["max"]),
            "score": points(each["score"]),
            "left_out": each["left_out"],
        }
        for each in result.get("sections", ())
    ]


@register
class ReviewList(TableView):
    """Final results, by code."""

    required_capability = roles.Capability.COMPLIANCE_VIEW
    resource = Resource(
        "reviews",
        "reviews/",
        Dataset.REVIEWS,
        FIELDS,
        key=("code",),
        title=_("Results of reviews"),
        about=_(
            "What centers were given in the yearly reviews, by code, once the results are final. "
            "A review that is under way, or announced for objections, is not told of; who gave "
            "what never is."
        ),
        feed="reviews",
        rests_on=("reviews", "centers", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, REVIEW_YEAR, GRADE)
    parts = (pages.WHOLE,)
    prefix = "V"
    columns = {
        "code": ("pk", "V{}".format),
        "center_code": "center__code",
        **place_of("center__division__"),
        "year": "round__year",
        "scheme": "round__scheme__title",
        "as_of": "round__as_of",
        "total": "final_total",
        "bonus": ("result", lambda result: points(result.get("bonus", "0"))),
        "grade": "grade",
        "grade_label": ("grade", labels(Band.Grade)),
        "is_beyond_quota": ("result", lambda result: bool(result.get("is_beyond_quota"))),
        "vetoes": ("result", lambda result: list(result.get("vetoes", ()))),
        "sections": ("result", sections_of),
        "published_at": "round__published_at",
    }

    def queryset(self):
        found = Review.objects.visible_to(self.request.user).final()
        named = {"center": "center__code", "year": "round__year"}
        return narrowed(self, found, "center__division__path", **named)


class ReviewDetail(OneView):
    """One final result."""

    list_view = ReviewList
