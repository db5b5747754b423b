"""Desk pages of rectification, and of feedback that was handed to a center."""

from django.urls import path

from evaluation.views import feedbacks, rectifications

urlpatterns = [
    path(
        "centers/<slug:code>/rectifications/",
        rectifications.rectification_list,
        name="rectification-list",
    ),
    path(
        "rectifications/<int:pk>/", rectifications.rectification_detail, name="rectification"
    ),
    path(
        "rectifications/<int:pk>/receive/",
        rectifications.rectification_receive,
        name="rectification-receive",
    ),
    path(
        "rectifications/items/<int:pk>/respond/",
        rectifications.rectification_respond,
        name="rectification-respond",
    ),
    path(
        "rectifications/items/<int:pk>/extend/",
        rectifications.rectification_extend,
        name="rectification-extend",
    ),
    path(
        "rectifications/files/<int:pk>/",
        rectifications.rectification_file,
        name="rectification-file",
    ),
    path("feedback/", feedbacks.feedback_list, name="feedback-list"),
    path("feedback/<int:pk>/", feedbacks.feedback_detail, name="feedback"),
    path("feedback/<int:pk>/reply/", feedbacks.feedback_reply, name="feedback-reply"),
]
