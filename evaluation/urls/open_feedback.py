"""What residents write, and where they find the answer."""

from django.urls import path

from evaluation.views import open_feedback

urlpatterns = [
    path("feedback/", open_feedback.write, name="feedback"),
    path("feedback/sent/", open_feedback.sent, name="feedback-sent"),
    path("feedback/status/", open_feedback.status, name="feedback-status"),
    path("feedback/again/", open_feedback.again, name="feedback-again"),
]
