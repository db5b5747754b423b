"""Public pages of centers, and open data."""

from django.urls import path

from evaluation.views import opens

urlpatterns = [
    path("centers/", opens.centers, name="centers"),
    path("centers/<slug:code>/", opens.center, name="center"),
    path("centers/<slug:code>/<slug:item>/<int:year>/", opens.center_text, name="center-text"),
    path(
        "districts/<slug:code>/<slug:item>/<int:year>/", opens.district_text, name="district-text"
    ),
    path("data/", opens.data, name="data"),
    path("data/centers.csv", opens.centers_csv, name="centers-csv"),
    path("data/centers.json", opens.centers_json, name="centers-json"),
    path("data/publications.csv", opens.publications_csv, name="publications-csv"),
    path("data/publications.json", opens.publications_json, name="publications-json"),
    path("sitemap.xml", opens.sitemap, name="sitemap"),
]
