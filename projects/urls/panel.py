"""Pages of the experts."""

app_name = "panel"
urlpatterns: list = []
