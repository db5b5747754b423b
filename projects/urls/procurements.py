"""Pages of procurements at the desk."""

from django.urls import path

from projects.views import procurements

urlpatterns: list = [
    path("centers/<slug:code>/procurements/", procurements.procurement_list, name="procurements"),
    path("procurements/<int:pk>/", procurements.procurement_detail, name="procurement"),
    path(
        "centers/<slug:code>/procurements/<int:pk>/guide/",
        procurements.procurement_guide,
        name="procurement-guide",
    ),
]
