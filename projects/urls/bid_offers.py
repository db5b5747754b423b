"""What bidders offer."""

urlpatterns: list = []
