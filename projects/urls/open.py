"""Pages for everybody."""

from django.urls import path

from projects.urls import open_receipts
from projects.views import opens

app_name = "open"
urlpatterns = [
    path("", opens.home, name="home"),
    path("announcements/", opens.announcements, name="announcements"),
    path("announcements/<int:pk>/", opens.announcement, name="announcement"),
    path("procurements/<slug:procurement_no>/", opens.procurement, name="procurement"),
    path("releases/", opens.releases, name="releases"),
    path("releases/<int:pk>/", opens.release, name="release"),
    *open_receipts.urlpatterns,
]
