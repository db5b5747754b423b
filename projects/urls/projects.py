"""Pages of projects, plans and budgets."""

urlpatterns: list = []
