"""Words of documents at the desk of the bureau: read, previewed, and entered as a new version."""

from functools import partial

from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from evaluation.admin.document import DistrictFilter
from evaluation.forms.documents import TemplateForm
from evaluation.models import DocumentTemplate, OfficialDocument
from evaluation.models.document import DocumentKind
from evaluation.permissions import can_draft_document
from evaluation.rules import templating
from evaluation.selectors import document_subjects, document_templates, document_writing
from evaluation.selectors.document_blocks import Gathered
from evaluation.services import document_templates as services
from portal.admin import ScopedModelAdmin, own_page
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.roles import Capability


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(ScopedModelAdmin):
    when_empty = _(
        "No words of your own yet: the words that come with the portal hold. Open “Words by kind”,"
        " read them, and enter the word of your numbers, such as 海民社."
    )
    view_capability = Capability.DOCUMENT_DRAFT
    list_display = ["kind", "number", "district", "word", "issuer", "entered_by", "entered_at"]
    list_display_links = ["kind", "number"]
    list_filter = [DistrictFilter, ("kind", ChoicesDropdownFilter)]
    list_select_related = ["district", "entered_by"]
    ordering = ["-id"]
    actions_list = ["words"]

    def has_words_permission(self, request, object_id=None):
        return can_draft_document(request.user)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "words/<slug:code>/<slug:kind>/",
                wrap(self.enter),
                name="evaluation_documenttemplate_enter",
            ),
            *super().get_urls(),
        ]

    @action(description=_("Words by kind"), url_path="words", permissions=["words"])
    def words(self, request):
        """Every kind with the version that holds in each of the user's districts."""
        districts = document_subjects.subjects(request.user, "briefing")
        code = request.GET.get("district", "")
        district = districts.filter(code=code).first() or districts.first()
        return self.page(
            request,
            "admin/evaluation/document_words.html",
            title=_("Words by kind"),
            districts=districts,
            district=district,
            kinds=document_templates.kinds_of(district) if district else [],
        )

    def enter(self, request, code, kind):
        """The words of a kind as a form; shown as a preview first, then entered as a version."""
        reach = document_subjects.subjects(request.user, "briefing")
        district = get_object_or_404(reach, code=code)
        if kind not in DocumentKind.values:
            raise Http404
        words = document_templates.current(district, kind)
        form = TemplateForm(request.POST or None, words=words)
        typed, is_ready = words, request.method != "POST"
        if request.method == "POST" and form.is_valid():
            typed, is_ready = form.cleaned_data["words"], True
            if "preview" not in request.POST and self._entered(request, form, district):
                return HttpResponseRedirect(reverse("admin:evaluation_documenttemplate_words"))
        return self.page(
            request,
            "admin/evaluation/document_template_form.html",
            title=gettext("Words: %(kind)s") % {"kind": DocumentKind(kind).label},
            form=form,
            district=district,
            version=words.template.number if words.template else 0,
            names=_names(kind),
            parts=_parts(kind),
            **(_previewed(district, typed) if is_ready else {}),
        )

    def _entered(self, request, form, district):
        try:
            template = services.enter(
                district=district, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return False
        text = gettext("Entered as version %(number)s. Documents drafted from now on use it.")
        self.message_user(request, text % {"number": template.number}, messages.SUCCESS)
        return True

    def change_view(self, request, object_id, form_url="", extra_context=None):
        template = self.scoped_or_404(request, object_id)
        newest = document_templates.current(template.district, template.kind).template
        values = {name: getattr(template, name) for name in document_templates.FIELDS}
        words = document_templates.Words(kind=template.kind, template=template, **values)
        place = "admin:evaluation_documenttemplate_enter"
        return self.page(
            request,
            "admin/evaluation/document_template.html",
            title=str(template),
            obj=template,
            version=template,
            is_newest=newest == template,
            newest_url=own_page(newest),
            enter_url=reverse(place, args=[template.district.code, template.kind]),
            **_previewed(template.district, words),
        )


def _names(kind):
    """(name as it is written, what it stands for) of the kind."""
    known = sorted(templating.KINDS[kind].names)
    return [("{{" + name + "}}", document_templates.NAMES[name][0]) for name in known]


def _parts(kind):
    known = sorted(templating.KINDS[kind].blocks)
    return [(f"@{name}", document_templates.BLOCKS[name]) for name in known]


def _previewed(district: Division, words):
    """A document of sample values, laid out as a page."""
    sampled = Gathered(*document_templates.samples(district, words))
    title, content = document_writing.written(words, sampled)
    document = OfficialDocument(
        kind=words.kind, title=title, content=content, drafted_at=timezone.now()
    )
    shown = partial(document_writing.shown, document)
    return {
        "previewed": document,
        "head": document_writing.head_of(document),
        "blocks": shown(timezone.localdate()),
        "is_numbered": words.is_numbered,
        "doc_no": f"{words.word or '××'}〔{timezone.localdate().year}〕×号",
    }
