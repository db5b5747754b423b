"""The public page that knows issued documents again."""

from django.urls import URLPattern, path

from evaluation.views import documents

urlpatterns: list[URLPattern] = [
    path("documents/receipts/", documents.verify_receipt, name="document-receipts"),
]
