"""Pages of the records of work."""

from django.urls import path

from organizations.views import work_records

urlpatterns = [
    path("work/", work_records.work_home, name="home"),
    path("centers/<slug:code>/work/", work_records.work_list, name="list"),
    path("centers/<slug:code>/work/enter/", work_records.work_enter, name="enter"),
    path("records/<int:pk>/", work_records.work_record, name="record"),
    path("work/<int:pk>/void/", work_records.work_void, name="void"),
]
