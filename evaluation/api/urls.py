"""Addresses of the compliance data and of what it refers to."""

from django.urls import path

from evaluation.api import (
    centers,
    city_packs,
    districts,
    findings,
    publications,
    rectifications,
    reference,
    reviews,
    runs,
    simulations,
    summary,
)
from portal.api.views import addresses

urlpatterns = [
    *addresses(centers.CenterList),
    path(
        "compliance/centers/<str:code>/",
        centers.CenterDetail.as_view(),
        name="compliance-center",
    ),
    path(
        "compliance/centers/<str:code>/history/",
        centers.CenterHistory.as_view(),
        name="compliance-center-history",
    ),
    *addresses(findings.FindingList),
    *addresses(summary.SummaryList),
    *addresses(districts.DistrictList),
    *addresses(runs.RunList),
    path("compliance/runs/<int:pk>/", runs.RunDetail.as_view(), name="compliance-run"),
    path(
        "compliance/simulations/",
        simulations.Simulations.as_view(),
        name="compliance-simulations",
    ),
    *addresses(rectifications.RectificationList),
    path(
        "rectifications/<str:code>/",
        rectifications.RectificationDetail.as_view(),
        name="rectification",
    ),
    *addresses(reviews.ReviewList, reviews.ReviewDetail),
    *addresses(publications.PublicationList, publications.PublicationDetail),
    path("standards/", reference.Standards.as_view(), name="standards"),
    *addresses(city_packs.CityPackList, city_packs.CityPackDetail),
    *addresses(reference.VersionList),
    path(
        "standards/versions/<str:code>/<int:version>/",
        reference.VersionDetail.as_view(),
        name="standards-version",
    ),
]
