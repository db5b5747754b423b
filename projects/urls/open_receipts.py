"""The page that verifies receipts."""

urlpatterns: list = []
