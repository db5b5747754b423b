"""Desk pages of performance reviews."""

from django.urls import URLPattern, path

from evaluation.views import reviews

urlpatterns: list[URLPattern] = [
    path("centers/<slug:code>/reviews/", reviews.review_list, name="review-list"),
    path("reviews/<int:pk>/", reviews.review_detail, name="review"),
    path("reviews/<int:pk>/submit/", reviews.review_submit, name="review-submit"),
    path("reviews/<int:pk>/reply/", reviews.review_reply, name="review-reply"),
    path("reviews/<int:pk>/evidence/", reviews.review_evidence, name="review-evidence"),
    path("reviews/<int:pk>/claim/", reviews.review_claim, name="review-claim"),
    path(
        "reviews/<int:pk>/evidence/<int:evidence_pk>/",
        reviews.review_evidence_file,
        name="review-evidence-file",
    ),
]
