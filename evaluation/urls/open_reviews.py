"""Public pages of announced results, and objections to them."""

from django.urls import URLPattern, path

from evaluation.views import open_reviews

urlpatterns: list[URLPattern] = [
    path("reviews/", open_reviews.round_list, name="review-rounds"),
    path("reviews/<int:pk>/", open_reviews.round_detail, name="review-round"),
    path(
        "reviews/<int:pk>/<slug:code>/objection/", open_reviews.object_to, name="review-objection"
    ),
]
