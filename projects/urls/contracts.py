"""Pages of contracts at the desk."""

urlpatterns: list = []
