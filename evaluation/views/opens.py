"""Pages for everybody about centers: search by street, a page per center, its texts, open data.

Only what was published, from the copies that stand. The pages ask for no session and set no cookie,
so that they may be kept by whoever stands between; a cookie is set where the language is chosen.
"""

import csv
import functools
from xml.sax.saxutils import escape

import orjson
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from evaluation.models import Publication
from evaluation.selectors import disclosure_words, published, reviews
from portal.api import pages, tags
from portal.public_limits import limited
from projects.selectors import published as announced

PER_PAGE = 20
# How long a page may be shown from a store, in seconds.
FRESH = 300
PAGES, DATA = 120, 60
CHUNK = 200
# A spreadsheet would compute a cell that begins so.
COMPUTED = ("=", "+", "-", "@", "\t", "\r")
CENTER_COLUMNS = (
    *("code", "name", "district", "township", "division_code", "address", "phone", "hours"),
    *("transport", "uscc", "registered_on", "url"),
)
TEXT_COLUMNS = (
    *("center_code", "division_code", "item", "item_label", "year", "subject", "subject_label"),
    *("title", "number", "published_on", "due_on", "on_time", "sha256", "url"),
)


def open_page(view):
    """A page that may be kept for a while and told by its tag; ``?lang=`` chooses the language."""

    @require_safe
    @limited("pages", PAGES)
    @functools.wraps(view)
    def answer(request, *args, **kwargs):
        if "lang" in request.GET:
            return _in_language(request)
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie"])
        response["Cache-Control"] = f"public, max-age={FRESH}"
        if response.status_code != 200:
            return response
        response["ETag"] = tags.of_body(response.content)
        return get_conditional_response(request, etag=response["ETag"], response=response)

    return answer


def _in_language(request):
    """The same page in the language asked for, which a cookie remembers."""
    asked = request.GET.copy()
    chosen = asked.pop("lang")[-1]
    query = f"?{asked.urlencode()}" if asked else ""
    response = HttpResponseRedirect(request.path + query, headers={"Cache-Control": "no-store"})
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax")
    return response


def _frame(request, **context):
    asked = request.GET.copy()
    root = pages.root(request)
    return {
        "canonical": root + request.path,
        "other_language": f"?{urlencode({**asked.dict(), 'lang': _other(request)})}",
        **context,
    }


def _other(request):
    return "zh-hans" if request.LANGUAGE_CODE == "en" else "en"


@open_page
def centers(request):
    """Centers by name, street or district; twenty on a page."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:120]
    page = Paginator(published.centers(words), PER_PAGE).get_page(request.GET.get("page"))
    context = _frame(
        request, page=page, rows=published.described(page.object_list), words=words, text=words
    )
    return render(request, "public/centers.html", context)


@open_page
def center(request, code):
    """All that stands of a center, with what search engines read of it."""
    found = published.center_page(code)
    if found is None:
        raise Http404
    texts = [
        (row, text_url(row), disclosure_words.subject_label(row.subject)) for row in found.texts
    ]
    context = _frame(request, one=found, texts=texts)
    context["rounds"] = reviews.public_rounds(found.center)
    linked = orjson.dumps(published.schema_org(found, context["canonical"])).decode()
    # Nothing in it may end the element it stands in.
    context["linked"] = (
        linked.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    )
    return render(request, "public/center.html", context)


@open_page
def center_text(request, code, item, year):
    """What stands of an item of a center; what was withdrawn is gone, with the note."""
    return _text(request, published.place_of(center=code), item, year)


@open_page
def district_text(request, code, item, year):
    """The same of what the bureau publishes for the district."""
    return _text(request, published.place_of(district=code), item, year)


def _text(request, place, item, year):
    subject = request.GET.get("which", "").replace("\0", "")[:60]
    if place is None or item not in Publication.Item.values or year > 9999:
        raise Http404
    found = published.text_of(place=place, item=item, year=year, subject=subject)
    if found is None and item == Publication.Item.PUBLICITY:
        found = published.final_of(place=place, year=year, subject=subject)
        if found is not None:
            return HttpResponseRedirect(text_url(found))
    if found is None:
        raise Http404
    is_gone = found.status == Publication.Status.WITHDRAWN
    context = _frame(request, publication=found, is_gone=is_gone)
    context["canonical"] = pages.root(request) + text_url(found)
    return render(request, "public/text.html", context, status=410 if is_gone else 200)


def text_url(text):
    """Where a text is read."""
    kind, code = ("center", text.center.code) if text.center else ("district", text.division.code)
    path = reverse(f"public:{kind}-text", args=[code, text.item, text.year])
    return f"{path}?{urlencode({'which': text.subject})}" if text.subject else path


@open_page
def data(request):
    """What is offered as open data, and what each column means."""
    context = _frame(
        request,
        center_columns=CENTER_COLUMNS,
        text_columns=TEXT_COLUMNS,
        items=[(item, disclosure_words.item_label(item)) for item in Publication.Item.values],
        is_announced=announced.announcements().exists(),
    )
    return render(request, "public/data.html", context)


@require_safe
@limited("data", DATA)
def centers_csv(request):
    """Every center of which something stands."""
    return _csv("centers.csv", CENTER_COLUMNS, _center_rows(request))


@require_safe
@limited("data", DATA)
def centers_json(request):
    """As ``centers_csv``."""
    return _json(_center_rows(request))


@require_safe
@limited("data", DATA)
def publications_csv(request):
    """Every text that stands, without what it says."""
    return _csv("publications.csv", TEXT_COLUMNS, _text_rows(request, with_content=False))


@require_safe
@limited("data", DATA)
def publications_json(request):
    """Every text that stands, with what it says."""
    return _json(_text_rows(request, with_content=True))


def _center_rows(request):
    root, found = pages.root(request), published.centers()
    for start in range(0, found.count(), CHUNK):
        for one in published.described(found[start : start + CHUNK]):
            yield published.center_row(one, root + reverse("public:center", args=[one.center.code]))


def _text_rows(request, *, with_content):
    root = pages.root(request)
    for text in published.texts().iterator(chunk_size=CHUNK):
        row = published.row_of(text, root + text_url(text))
        if with_content:
            said = {key: text.content.get(key) for key in ("fields", "table")}
            row["content"] = said
        yield row


class _Line:
    """What a csv writer writes into: hands every line on."""

    def write(self, line):
        return line


def _csv(name, columns, rows):
    """UTF-8 with the mark by which Excel knows it; no cell is computed."""
    writer = csv.writer(_Line())

    def lines():
        yield "\ufeff" + writer.writerow(columns)
        for row in rows:
            yield writer.writerow([_cell(row[column]) for column in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _open_to_all(response)


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if text.startswith(COMPUTED) else text


def _json(rows):
    def parts():
        yield b"["
        for number, row in enumerate(rows):
            yield (b"," if number else b"") + orjson.dumps(row)
        yield b"]"

    return _open_to_all(StreamingHttpResponse(parts(), content_type="application/json"))


def _open_to_all(response):
    # Labels are in the reader's language, which a cookie may remember.
    patch_vary_headers(response, ["Cookie"])
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={FRESH}"
    return response


@require_safe
@limited("data", DATA)
def sitemap(request):
    """Addresses of the pages that search engines may show."""
    root, days = pages.root(request), published.changed_on()
    names = ("open:home", "open:announcements")
    names += ("public:centers", "public:review-rounds", "public:data")
    fixed = [reverse(name) for name in names]
    entries = [f"<url><loc>{escape(root + path)}</loc></url>" for path in fixed]
    for pk, code in published.centers().values_list("pk", "code"):
        url = escape(root + reverse("public:center", args=[code]))
        entries.append(f"<url><loc>{url}</loc><lastmod>{days[pk]}</lastmod></url>")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + "".join(entries)
        + "</urlset>\n"
    )
    return _open_to_all(HttpResponse(body, content_type="application/xml"))
