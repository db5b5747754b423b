"""What bidders may take up, and what they offer."""

from django.urls import URLPattern, path

from projects.views import offers

urlpatterns: list[URLPattern] = [
    path("needs/", offers.published_needs, name="needs"),
    path("offers/", offers.own_offers, name="offers"),
    path("offers/enter/", offers.own_offer_enter, name="offer-enter"),
    path("offers/<int:pk>/<slug:code>/", offers.own_offer_move, name="offer-move"),
]
