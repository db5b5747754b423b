"""Desk pages of the evaluation."""

from django.urls import path

from evaluation.views import centers, clauses, findings, self_checks

app_name = "evaluation"
urlpatterns = [
    path("clauses/<str:clause>/", clauses.clause_detail, name="clause"),
    path("centers/<slug:code>/", centers.center_detail, name="center"),
    path("centers/<slug:code>/findings/<slug:rule>/", findings.finding_detail, name="finding"),
    path("filings/<int:pk>/<slug:kind>/self-check/", self_checks.self_check, name="self-check"),
]
