"""Annual inspections, the adviser, and the check before a grade assessment."""

from django.urls import URLPattern, path

from organizations.views import advisers, gradings, inspections

urlpatterns: list[URLPattern] = [
    path("adviser/", advisers.adviser, name="adviser"),
    path("centers/<slug:code>/inspections/", inspections.inspection_list, name="inspection-list"),
    path("inspections/<int:pk>/", inspections.inspection_detail, name="inspection"),
    path("inspections/<int:pk>/help/", inspections.inspection_help, name="inspection-help"),
    path(
        "inspection-helps/<int:pk>/void/",
        inspections.inspection_help_void,
        name="inspection-help-void",
    ),
    path("inspections/<int:pk>/move/", inspections.inspection_move, name="inspection-move"),
    path(
        "inspections/<int:pk>/materials/",
        inspections.inspection_materials,
        name="inspection-materials",
    ),
    path("organizations/<int:pk>/grading/", gradings.grading_check, name="grading-check"),
]
