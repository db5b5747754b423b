"""Pages of the bidders."""

from projects.urls import bid_offers, bid_procurements

app_name = "bid"
urlpatterns = [
    *bid_procurements.urlpatterns,
    *bid_offers.urlpatterns,
]
