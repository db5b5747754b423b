"""Pages of needs, offers, matches and welfare-lottery applications."""

urlpatterns: list = []
