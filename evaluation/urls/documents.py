"""Desk pages of official documents."""

from django.urls import URLPattern, path

from evaluation.views import documents

urlpatterns: list[URLPattern] = [
    path("documents/", documents.document_list, name="document-list"),
    path("documents/<int:pk>/", documents.document_detail, name="document"),
    path("documents/<int:pk>/receipt/", documents.document_receipt, name="document-receipt"),
    path("documents/<int:pk>/file/<slug:suffix>/", documents.document_file, name="document-file"),
    path(
        "documents/deliveries/<int:pk>/received/",
        documents.document_received,
        name="document-received",
    ),
]
