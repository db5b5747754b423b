"""Pages of the bidders."""

from django.urls import path

from projects.urls import bid_offers, bid_procurements
from projects.views import bids

app_name = "bid"
urlpatterns = [
    path("", bids.home, name="home"),
    path("<int:pk>/", bids.procurement, name="procurement"),
    path("<int:pk>/submit/", bids.submit, name="submit"),
    path("<int:pk>/bids/<int:number>/withdraw/", bids.withdraw, name="withdraw"),
    path("<int:pk>/bids/<int:number>/receipt/", bids.receipt, name="receipt"),
    path("repairs/<int:pk>/", bids.repair, name="repair"),
    path("files/<int:pk>/", bids.file, name="file"),
    path("documents/<int:pk>/", bids.document, name="document"),
    *bid_procurements.urlpatterns,
    *bid_offers.urlpatterns,
]
