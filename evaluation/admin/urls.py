"""Pages of the bureau under ``/admin/compliance/``."""

from django.urls import path

from evaluation.admin import (
    alarms,
    center_pages,
    city_comparison,
    duties,
    heatmap,
    lookahead,
    packs,
    parameters,
    simulation,
    tilemap,
    timeline,
    trend,
)

app_name = "compliance"
urlpatterns = [
    path("heatmap/", heatmap.heat_map, name="heatmap"),
    path("heatmap/<slug:code>/", heatmap.heat_map, name="heatmap-division"),
    path("centers/<slug:code>/", center_pages.center_detail, name="center"),
    path("centers/<slug:code>/timeline/", timeline.center_timeline, name="timeline"),
    path("centers/<slug:code>/rules/<slug:rule>/", center_pages.rule_detail, name="rule"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("duties/", duties.overview, name="duties"),
    path("duties/<slug:code>/", duties.district, name="duties-district"),
    path("duties/<slug:code>/export/", duties.export, name="duties-export"),
    path("duties/<slug:code>/record/<slug:kind>/", duties.record, name="duties-record"),
    path("duties/<slug:code>/none/<slug:kind>/", duties.declare_none, name="duties-none"),
    path("duty-records/<int:pk>/", duties.record_detail, name="duty-record"),
    path("duty-records/<int:pk>/void/", duties.void, name="duty-void"),
    path("duty-records/<int:pk>/settle/", duties.settle, name="duty-settle"),
    path("duty-records/<int:pk>/prove/", duties.prove, name="duty-prove"),
    path("duty-records/<int:pk>/files/<uuid:key>/", duties.evidence_file, name="duty-file"),
    path("simulation/", simulation.what_if, name="simulation"),
    path("packs/<int:pk>/dry-run/", simulation.dry_run, name="dry-run"),
    path("lookahead/", lookahead.look_ahead, name="lookahead"),
    path("packs/", packs.pack_list, name="packs"),
    path("packs/<int:pk>/", packs.pack_detail, name="pack"),
    path("packs/<int:pk>/activate/", packs.activate, name="pack-activate"),
    path("packs/activations/<int:pk>/withdraw/", packs.withdraw, name="pack-withdraw"),
    path("parameters/", parameters.parameter_sheet, name="parameters"),
    path("parameters/<slug:code>/<slug:key>/", parameters.parameter_detail, name="parameter"),
    path("trend/", trend.trend, name="trend"),
    path("trend/<slug:code>/", trend.trend, name="trend-division"),
    path("trend/<slug:code>/export/", trend.export, name="trend-export"),
    path("city-packs/", city_comparison.comparison, name="city-comparison"),
    path("city-packs/export/", city_comparison.export, name="city-comparison-export"),
    path("map/", tilemap.tile_map, name="map"),
]
