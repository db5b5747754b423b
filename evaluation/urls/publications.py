"""Desk pages of what a center publishes."""

from django.urls import path

from evaluation.views import publications

urlpatterns = [
    path("publications/", publications.publication_home, name="publication-home"),
    path(
        "centers/<slug:code>/publications/", publications.publication_list, name="publication-list"
    ),
    path(
        "centers/<slug:code>/publications/<int:year>/",
        publications.publication_list,
        name="publication-year",
    ),
    path(
        "centers/<slug:code>/publications/prepare/",
        publications.publication_prepare,
        name="publication-prepare",
    ),
    path("publications/<int:pk>/", publications.publication, name="publication"),
    path(
        "publications/<int:pk>/publish/",
        publications.publication_publish,
        name="publication-publish",
    ),
    path(
        "publications/<int:pk>/withdraw/",
        publications.publication_withdraw,
        name="publication-withdraw",
    ),
    path(
        "publications/<int:pk>/prove/", publications.publication_prove, name="publication-prove"
    ),
    path(
        "publications/<int:pk>/picture/",
        publications.publication_picture,
        name="publication-picture",
    ),
    path("publications/<int:pk>/drop/", publications.publication_drop, name="publication-drop"),
]
