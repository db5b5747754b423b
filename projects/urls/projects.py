"""Pages of projects, plans and budgets."""

from django.urls import path

from projects.views import plans, projects

urlpatterns: list = [
    path("centers/<slug:code>/projects/", projects.project_list, name="project-list"),
    path("projects/<int:pk>/", projects.project_detail, name="project"),
    path("projects/<int:pk>/plan/", plans.plan_edit, name="plan-edit"),
    path("projects/<int:pk>/plan/submit/", plans.plan_submit, name="plan-submit"),
    path("projects/<int:pk>/plan/decide/", plans.plan_decide, name="plan-decide"),
    path("projects/<int:pk>/lines/", plans.cost_lines, name="cost-lines"),
    path(
        "projects/<int:pk>/lines/<int:line_pk>/sources/",
        plans.price_sources,
        name="price-sources",
    ),
    path("projects/<int:pk>/bases/supply/", plans.basis_supply, name="basis-supply"),
    path("bases/<int:pk>/", plans.basis_detail, name="basis"),
    path("projects/<int:pk>/files/add/", projects.project_attach, name="project-attach"),
    path("projects/<int:pk>/files/<int:document_pk>/", projects.project_file, name="project-file"),
    path("unit-costs/", projects.unit_cost_list, name="unit-costs"),
]
