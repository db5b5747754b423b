"""The page that verifies receipts."""

from django.urls import path

from projects.views import bids

urlpatterns = [path("receipts/", bids.verify_receipt, name="receipts")]
