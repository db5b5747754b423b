"""The REST API, version 1."""

from django.urls import path

from evaluation.api import centers, districts, findings, openapi, reference, runs, summary

app_name = "api"
urlpatterns = [
    path("compliance/centers/", centers.CenterList.as_view(), name="centers"),
    path("compliance/centers/<str:code>/", centers.CenterDetail.as_view(), name="center"),
    path(
        "compliance/centers/<str:code>/history/",
        centers.CenterHistory.as_view(),
        name="center-history",
    ),
    path("compliance/findings/", findings.FindingList.as_view(), name="findings"),
    path("compliance/findings.ndjson", findings.FindingNdjson.as_view(), name="findings-ndjson"),
    path("compliance/findings.csv", findings.FindingCsv.as_view(), name="findings-csv"),
    path("compliance/summary/", summary.SummaryList.as_view(), name="summary"),
    path("compliance/districts/", districts.DistrictList.as_view(), name="districts"),
    path("compliance/runs/", runs.RunList.as_view(), name="runs"),
    path("compliance/runs/<int:pk>/", runs.RunDetail.as_view(), name="run"),
    path("standards/", reference.Standards.as_view(), name="standards"),
    path("divisions/", reference.DivisionList.as_view(), name="divisions"),
    path("schema/", openapi.Schema.as_view(), name="schema"),
    path("docs/", openapi.Docs.as_view(), name="docs"),
]
