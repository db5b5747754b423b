"""Pages of early warnings."""

from django.urls import URLPattern, path

from organizations.views import warnings

urlpatterns: list[URLPattern] = [
    path("centers/<slug:code>/warnings/", warnings.warning_list, name="warning-list"),
    path("centers/<slug:code>/warnings/report/", warnings.warning_report, name="warning-report"),
    path("centers/<slug:code>/warnings/zero/", warnings.warning_zero, name="warning-zero"),
    path("warnings/<int:pk>/", warnings.warning_detail, name="warning"),
]
