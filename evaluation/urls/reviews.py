"""Desk pages of performance reviews."""

from django.urls import URLPattern, path

from evaluation.views import reviews

urlpatterns: list[URLPattern] = [
    path("reviews/", reviews.review_home, name="review-home"),
    path("opinions/", reviews.opinion_list, name="opinion-list"),
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
    path(
        "reviews/<int:pk>/evidence/<int:evidence_pk>/void/",
        reviews.review_evidence_void,
        name="review-evidence-void",
    ),
    path(
        "reviews/<int:pk>/extras/<int:extra_pk>/",
        reviews.review_extra_file,
        name="review-extra-file",
    ),
    path("reviews/<int:pk>/opinion/", reviews.review_opinion, name="review-opinion"),
    path("reviews/<int:pk>/opinion/give/", reviews.opinion_give, name="opinion-give"),
    path("reviews/<int:pk>/opinion/return/", reviews.opinion_return, name="opinion-return"),
]
