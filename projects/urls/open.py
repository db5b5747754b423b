"""Pages for everybody."""

from projects.urls import open_receipts

app_name = "open"
urlpatterns = [
    *open_receipts.urlpatterns,
]
