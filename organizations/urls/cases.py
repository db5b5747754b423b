"""Pages of the cases."""

from django.urls import path

from organizations.views import case_files, cases

urlpatterns = [
    path("centers/<slug:code>/cases/", cases.case_list, name="cases"),
    path(
        "centers/<slug:code>/cases/open/<slug:kind>/",
        cases.CaseOpen.as_view(),
        name="case-open",
    ),
    path("cases/<int:pk>/", cases.case_detail, name="case"),
    path("cases/<int:pk>/move/", cases.CaseMove.as_view(), name="case-move"),
    path("cases/<int:pk>/note/", cases.CaseNote.as_view(), name="case-note"),
    path("cases/<int:pk>/correct/", cases.CaseCorrect.as_view(), name="case-correct"),
    path("cases/<int:pk>/hand-over/", cases.CaseHandOver.as_view(), name="case-hand-over"),
    path("cases/<int:pk>/materials/", case_files.CaseMaterials.as_view(), name="case-materials"),
    path("cases/<int:pk>/evidence/", case_files.CaseEvidenceAdd.as_view(), name="case-evidence"),
    path(
        "cases/<int:pk>/attendance/",
        case_files.CaseAttendance.as_view(),
        name="case-attendance",
    ),
    path(
        "cases/evidence/<int:pk>/",
        case_files.evidence_download,
        name="case-evidence-download",
    ),
]
