"""Pages of the bureau under ``/admin/compliance/``."""

from django.urls import path

from evaluation.admin import alarms, center_pages, heatmap

app_name = "compliance"
urlpatterns = [
    path("heatmap/", heatmap.heat_map, name="heatmap"),
    path("heatmap/<slug:code>/", heatmap.heat_map, name="heatmap-division"),
    path("centers/<slug:code>/", center_pages.center_detail, name="center"),
    path("centers/<slug:code>/rules/<slug:rule>/", center_pages.rule_detail, name="rule"),
    path("alarms/", alarms.alarms, name="alarms"),
]
