"""Pages for everybody about centers."""

from evaluation.urls import open_centers, open_documents, open_feedback, open_reviews

app_name = "public"
urlpatterns = [
    *open_centers.urlpatterns,
    *open_reviews.urlpatterns,
    *open_feedback.urlpatterns,
    *open_documents.urlpatterns,
]
