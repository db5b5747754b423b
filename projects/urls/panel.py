"""Pages of the experts."""

from django.urls import path

from projects.views import panels

app_name = "panel"
urlpatterns = [
    path("", panels.home, name="home"),
    path("<int:pk>/", panels.seat, name="seat"),
    path("<int:pk>/declare/", panels.declare, name="declare"),
    path("<int:pk>/decline/", panels.decline, name="decline"),
    path("<int:pk>/recuse/", panels.recuse, name="recuse"),
    path("<int:pk>/sheet/", panels.sheet, name="sheet"),
    path("<int:pk>/submit/", panels.submit, name="submit"),
    path("files/<int:pk>/", panels.bid_file, name="bid-file"),
]
