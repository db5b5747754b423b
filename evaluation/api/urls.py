"""Addresses of compliance data below /api/v1/, in the namespace of the API."""

from django.urls import path

from evaluation.api import centers, districts, findings, reference, runs, summary

urlpatterns = [
    path("compliance/centers/", centers.CenterList.as_view(), name="compliance-centers"),
    path(
        "compliance/centers/<str:code>/", centers.CenterDetail.as_view(), name="compliance-center"
    ),
    path(
        "compliance/centers/<str:code>/history/",
        centers.CenterHistory.as_view(),
        name="compliance-center-history",
    ),
    path("compliance/findings/", findings.FindingList.as_view(), name="compliance-findings"),
    path(
        "compliance/findings.ndjson",
        findings.FindingNdjson.as_view(),
        name="compliance-findings-ndjson",
    ),
    path("compliance/findings.csv", findings.FindingCsv.as_view(), name="compliance-findings-csv"),
    path("compliance/summary/", summary.SummaryList.as_view(), name="compliance-summary"),
    path("compliance/districts/", districts.DistrictList.as_view(), name="compliance-districts"),
    path("compliance/runs/", runs.RunList.as_view(), name="compliance-runs"),
    path("compliance/runs/<int:pk>/", runs.RunDetail.as_view(), name="compliance-run"),
    path("standards/", reference.Standards.as_view(), name="standards"),
]
