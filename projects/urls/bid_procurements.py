"""What bidders ask and object to."""

urlpatterns: list = []
