"""Addresses of centers and of what they file."""

from django.urls import path

from centers.api import centers, facts, filings, rounds
from portal.api.views import addresses

urlpatterns = [
    *addresses(centers.CenterList, centers.CenterDetail),
    path("centers/<str:code>/facts/", facts.CenterFacts.as_view(), name="center-facts"),
    *addresses(rounds.RoundList, rounds.RoundDetail),
    *addresses(rounds.ObligationList),
    *addresses(filings.FilingList, filings.FilingDetail),
]
