"""Desk pages of the evaluation."""

from django.urls import path

from evaluation.urls import documents, publications, rectifications, reviews
from evaluation.views import (
    centers,
    clauses,
    findings,
    lookaheads,
    self_checks,
    timelines,
    waivers,
)

app_name = "evaluation"
urlpatterns = [
    path("clauses/<str:clause>/", clauses.clause_detail, name="clause"),
    path("centers/<slug:code>/", centers.center_detail, name="center"),
    path("centers/<slug:code>/timeline/", timelines.center_timeline, name="timeline"),
    path("centers/<slug:code>/findings/<slug:rule>/", findings.finding_detail, name="finding"),
    path(
        "centers/<slug:code>/findings/<slug:rule>/waiver/",
        waivers.waiver_request,
        name="waiver-request",
    ),
    path("waivers/<int:pk>/", waivers.waiver_detail, name="waiver"),
    path("waivers/<int:pk>/withdraw/", waivers.waiver_withdraw, name="waiver-withdraw"),
    path("waivers/<int:pk>/evidence/", waivers.waiver_evidence, name="waiver-evidence"),
    path("centers/<slug:code>/lookahead/", lookaheads.look_ahead, name="lookahead"),
    path("filings/<int:pk>/<slug:kind>/self-check/", self_checks.self_check, name="self-check"),
    *reviews.urlpatterns,
    *rectifications.urlpatterns,
    *documents.urlpatterns,
    *publications.urlpatterns,
]
