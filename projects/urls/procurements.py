"""Pages of procurements at the desk."""

urlpatterns: list = []
