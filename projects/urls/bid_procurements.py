"""What bidders ask and object to."""

from django.urls import path

from projects.views import procurements

urlpatterns: list = [
    path("<int:pk>/questions/", procurements.bid_question, name="question"),
    path("<int:pk>/challenge/", procurements.bid_challenge, name="challenge"),
    path(
        "challenges/<int:pk>/withdraw/", procurements.challenge_withdraw, name="challenge-withdraw"
    ),
]
