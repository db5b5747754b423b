"""The center desk."""

from django.urls import path

from centers.views import (
    attachments,
    cautions,
    events,
    filings,
    homes,
    inboxes,
    papers,
    sections,
    workbooks,
)

app_name = "desk"
urlpatterns = [
    path("", homes.home, name="home"),
    path("inbox/", inboxes.inbox, name="inbox"),
    path("inbox/read/", inboxes.inbox_read, name="inbox-read"),
    path("inbox/mail/", inboxes.inbox_mail, name="inbox-mail"),
    path("inbox/<int:pk>/", inboxes.notice_open, name="notice"),
    path("inbox/<int:pk>/read/", inboxes.notice_read, name="notice-read"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("centers/<slug:code>/filings/open/", filings.filing_open, name="filing-open"),
    path("filings/<int:pk>/", filings.filing_detail, name="filing"),
    path("obligations/<int:pk>/answer/", filings.filing_answer, name="filing-answer"),
    path("filings/<int:pk>/prepare/", filings.filing_prepare, name="filing-prepare"),
    path("filings/<int:pk>/take-back/", filings.filing_take_back, name="filing-take-back"),
    path("filings/<int:pk>/decline/", filings.filing_decline, name="filing-decline"),
    path("filings/<int:pk>/submit/", filings.filing_submit, name="filing-submit"),
    path("filings/<int:pk>/withdraw/", filings.filing_withdraw, name="filing-withdraw"),
    path("filings/<int:pk>/workbook/", workbooks.workbook, name="workbook"),
    path("filings/<int:pk>/workbook/upload/", workbooks.workbook_upload, name="workbook-upload"),
    path("filings/<int:pk>/workbook/marked/", workbooks.workbook_marked, name="workbook-marked"),
    path("filings/<int:pk>/print.<slug:suffix>", papers.filing_print, name="filing-print"),
    path("filings/<int:pk>/<slug:kind>/", sections.SectionEdit.as_view(), name="section-edit"),
    path(
        "filings/<int:pk>/<slug:kind>/warnings/",
        cautions.section_cautions,
        name="section-cautions",
    ),
    path("filings/<int:pk>/<slug:kind>/add/", sections.section_add, name="section-add"),
    path("filings/<int:pk>/<slug:kind>/drop/", sections.section_drop, name="section-drop"),
    path("events/", events.event_home, name="event-home"),
    path("centers/<slug:code>/events/", events.event_list, name="event-list"),
    path("centers/<slug:code>/events/plan/", events.EventPlan.as_view(), name="event-plan"),
    path(
        "districts/<slug:code>/events/plan/",
        events.EventPlan.as_view(),
        {"is_bureau": True},
        name="bureau-event-plan",
    ),
    path("events/<int:pk>/", events.event_detail, name="event"),
    path("events/<int:pk>/correct/", events.EventCorrect.as_view(), name="event-correct"),
    path("events/<int:pk>/record/", events.EventRecord.as_view(), name="event-record"),
    path("events/<int:pk>/cancel/", events.EventCancel.as_view(), name="event-cancel"),
    path("events/<int:pk>/follow-ups/add/", events.follow_up_add, name="follow-up-add"),
    path(
        "events/<int:pk>/follow-ups/<int:follow_up_pk>/finish/",
        events.follow_up_finish,
        name="follow-up-finish",
    ),
    path(
        "filings/<int:pk>/<slug:kind>/attachments/add/",
        attachments.AttachmentAdd.as_view(),
        name="attachment-add",
    ),
    path("attachments/<int:pk>/", attachments.attachment_download, name="attachment-download"),
    path(
        "attachments/<int:pk>/replace/",
        attachments.AttachmentReplace.as_view(),
        name="attachment-replace",
    ),
    path(
        "attachments/<int:pk>/remove/", attachments.attachment_remove, name="attachment-remove"
    ),
    path("filings/<int:pk>/<slug:kind>/keep/", sections.section_keep, name="section-keep"),
    path("filings/<int:pk>/<slug:kind>/discard/", sections.section_discard, name="section-discard"),
]
