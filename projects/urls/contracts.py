"""Pages of contracts at the desk."""

from django.urls import path

from projects.views import contracts

urlpatterns: list = [
    path("contracts/<int:pk>/", contracts.contract_detail, name="contract"),
    path("contracts/<int:pk>/supervise/", contracts.supervision_add, name="supervision-add"),
    path(
        "contracts/<int:pk>/files/<int:document_pk>/",
        contracts.contract_file,
        name="contract-file",
    ),
]
