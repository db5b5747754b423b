from io import StringIO
from pathlib import Path

import pytest
import unfold
from babel.messages.pofile import read_po
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, ngettext

from portal.management.commands.messages import (
    Book,
    compiled,
    extract,
    package_book,
    placeholders,
    problems,
    update,
)

GREETING = {("", "Good morning"): ("Good morning",)}
COUNTED_BY_UNFOLD = ("Export %(len)s selected item.", "Export %(len)s selected items.")
COUNTED = {("", "%(n)s row"): ("%(n)s row", "%(n)s rows")}


@pytest.fixture
def book(tmp_path):
    """A catalog for ``said`` whose .po holds ``text``; compiled unless told otherwise."""

    def make(said, text="", *, is_compiled=True):
        book = Book(tmp_path, said, said)
        book.po.parent.mkdir(parents=True)
        book.po.write_text(text, encoding="utf-8")
        book.mo.write_bytes(compiled(book.read()) if is_compiled else b"")
        return book

    return make


def _entry(msgid, msgstr, flags=""):
    return f'{flags}msgid "{msgid}"\nmsgstr "{msgstr}"\n'


def test_repository_catalogs_have_no_problem():
    complaints = StringIO()
    try:
        call_command("messages", check=True, stdout=StringIO(), stderr=complaints)
    except CommandError as error:
        pytest.fail(f"{error}\n{complaints.getvalue()}")


def test_command_wants_to_be_told_what_to_do():
    with pytest.raises(CommandError, match="--update"):
        call_command("messages")


def test_extract_finds_every_kind_of_call_in_python(tmp_path):
    (tmp_path / "planted.py").write_text(
        "from django.utils import translation\n"
        "from django.utils.translation import gettext_lazy as _, ngettext_lazy as many\n"
        "from django.utils.translation import gettext, ngettext, pgettext_lazy\n"
        "a = _('Lazy, ' 'in two parts')\n"
        "b = gettext('Plain') % {}\n"
        "c = many('%(n)s row', '%(n)s rows', 'n')\n"
        "d = pgettext_lazy('month', 'May')\n"
        "e = npgettext('month', 'May', 'Mays', 2)\n"
        "f = translation.gettext('Through the module')\n"
        "g = gettext(a['not a message']), print('neither this')\n",
        encoding="utf-8",
    )
    assert extract([tmp_path]) == {
        ("", "Lazy, in two parts"): ("Lazy, in two parts",),
        ("", "Plain"): ("Plain",),
        ("", "%(n)s row"): ("%(n)s row", "%(n)s rows"),
        ("month", "May"): ("May", "Mays"),
        ("", "Through the module"): ("Through the module",),
    }


def test_extract_finds_every_kind_of_tag_in_a_template(tmp_path):
    (tmp_path / "planted.html").write_text(
        "{% load i18n %}\n"
        "    <b>{% translate 'Indented' %}</b>\n"
        "  {% trans 'May' context 'month' as may %}{{ name|default:_('In a filter') }}\n"
        "{% include 'x.html' with title=_('In a tag') %}\n"
        "{% blocktranslate trimmed with who=user %}\n  Dear {{ who }},\n  hello\n"
        "{% endblocktranslate %}\n"
        "{% blocktranslate count n=rows context 'table' %}{{ n }} row"
        "{% plural %}{{ n }} rows{% endblocktranslate %}\n"
        "{% comment %}{% translate 'Commented out' %}{% endcomment %}\n",
        encoding="utf-8",
    )
    assert extract([tmp_path]) == {
        ("", "Indented"): ("Indented",),
        ("month", "May"): ("May",),
        ("", "In a filter"): ("In a filter",),
        ("", "In a tag"): ("In a tag",),
        ("", "Dear %(who)s, hello"): ("Dear %(who)s, hello",),
        ("table", "%(n)s row"): ("%(n)s row", "%(n)s rows"),
    }


def test_extract_passes_over_migrations_and_tests(tmp_path):
    for folder in ("migrations", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "planted.py").write_text("gettext('Unseen')\n", encoding="utf-8")
    assert extract([tmp_path]) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [("broken.py", "gettext('unfinished"), ("broken.html", "{% blocktranslate %}{% if x %}")],
)
def test_extract_names_the_file_it_cannot_read(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=name):
        extract([tmp_path])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "missing: 'Good morning'"),
        (_entry("Good morning", ""), "missing: 'Good morning'"),
        (_entry("Good morning", "早上好", "#, fuzzy\n"), "fuzzy: 'Good morning'"),
        (_entry("Good morning", "Morning"), "not Chinese: 'Good morning'"),
        (
            _entry("Good morning", "早上好") + "\n" + _entry("Good night", "晚安"),
            "left over: 'Good night'",
        ),
        (
            _entry("Good morning", "早上好") + '\n#~ msgid "Good night"\n#~ msgstr "晚安"\n',
            "left over: 'Good night'",
        ),
        (_entry("Good morning", "%(who)s早上好"), "placeholders differ: 'Good morning'"),
    ],
)
def test_problems_name_what_is_wrong(book, tmp_path, text, problem):
    assert list(problems(book(GREETING, text))) == [f"{tmp_path.name}: {problem}"]


def test_problems_find_none_in_a_finished_catalog(book):
    assert list(problems(book(GREETING, _entry("Good morning", "早上好")))) == []


def test_problems_find_an_mo_of_another_time(book, tmp_path):
    stale = book(GREETING, _entry("Good morning", "早上好"), is_compiled=False)
    assert list(problems(stale)) == [
        f"{tmp_path.name}: the .mo is not compiled from the .po: run --update"
    ]


def test_problems_find_a_message_that_got_a_plural(book, tmp_path):
    singular = book(COUNTED, _entry("%(n)s row", "%(n)s行"))
    assert list(problems(singular)) == [f"{tmp_path.name}: missing: '%(n)s row'"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("%(b)s%(a)s%(a)s", True),
        ("%(a)s", False),
        ("%(a)s%(b)s%(c)s", False),
        ("%(a)s %(b)d", False),
        ("%(a)s%(b)s，100%%", True),
    ],
)
def test_placeholders_compare_as_a_set(text, same):
    assert (placeholders(text) == placeholders("%(a)s of %(b)s")) is same


def test_placeholders_without_a_name_are_counted():
    assert placeholders("%s %s") != placeholders("%s")


def test_update_keeps_translations_and_drops_what_nobody_says(book):
    kept = book(
        GREETING | COUNTED,
        _entry("Good morning", "早上好") + "\n" + _entry("Good night", "晚安"),
    )
    update(kept)
    with kept.po.open("rb") as file:
        found = {message.id: message.string for message in read_po(file) if message.id}
    assert found == {"Good morning": "早上好", ("%(n)s row", "%(n)s rows"): ("",)}


def test_update_forgets_what_is_fuzzy(book):
    unsure = book(GREETING, _entry("Good morning", "早上好", "#, fuzzy\n"))
    update(unsure)
    assert "早上好" not in unsure.po.read_text(encoding="utf-8")


def test_update_writes_the_same_again(book):
    finished = book(GREETING, _entry("Good morning", "早上好"))
    update(finished)
    first = finished.po.read_bytes(), finished.mo.read_bytes()
    update(finished)
    assert (finished.po.read_bytes(), finished.mo.read_bytes()) == first
    assert b"Date" not in first[0]


def test_package_book_wants_only_what_packages_leave_untranslated():
    packages = package_book()
    # Django's admin has Chinese for the first, nobody has for the second.
    assert ("", "Save and continue editing") in packages.said.keys() - packages.wanted.keys()
    assert ("", "Apply Filters") in packages.wanted


def test_unfold_speaks_chinese():
    said = extract([Path(unfold.__file__).parent])
    with translation.override("zh-hans"):
        english = {ids[0] for ids in said.values() if len(ids) == 1 and gettext(ids[0]) == ids[0]}
        rows = ngettext(*COUNTED_BY_UNFOLD, 2)
    # Nothing but placeholders.
    assert english == {"%(class_name)s %(instance)s"}
    assert rows == "导出所选的%(len)s项。"


def test_unfold_filter_is_headed_in_plain_chinese():
    with translation.override("zh-hans"):
        page = render_to_string("admin/filter.html", {"title": "状态", "choices": [], "spec": None})
    assert "按状态" in page
    assert "以" not in page
