"""``manage.py messages``: the Chinese catalogs, made and checked without a gettext binary.

There are two. ``locale`` translates what we say; ``locale/packages`` translates what installed
packages say and have no Chinese for, and may say better what they have. Translators edit the
``.po``; ``--update`` brings in new messages, drops those nobody says any more and compiles.
"""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from gettext import GNUTranslations
from itertools import chain
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.extract import extract as extract_calls
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template import TemplateSyntaxError
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
# The function's own name, whatever it is imported as; each letter asks for one more text.
CALL = re.compile(r"(n?p?)gettext(?:_lazy|_noop)?")
KEYWORDS: dict[str, Any] = {
    "_": None,
    **{name: DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")},
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z][a-z]")
# Nobody reads the sentences of these.
SILENT_FOLDERS = {"migrations", "tests"}

Key = tuple[str, str]  # context, "" for none; msgid
Ids = tuple[str, ...]  # msgid, and its plural where it has one
Reader = Callable[[str], Iterator[tuple[str, Ids]]]


class FixedCatalog(Catalog):
    """A catalog whose header says nothing that changes from run to run."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """What gettext needs to know; the plural is Django's own, or the two do not merge."""
        return [
            ("Language", LOCALE),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
        ]


@dataclass(frozen=True)
class Book:
    """One catalog: its folder, every message said, and the ones it must translate."""

    folder: Path
    said: Mapping[Key, Ids]
    wanted: Mapping[Key, Ids]

    @property
    def po(self) -> Path:
        """What people edit."""
        return self.folder / LOCALE / "LC_MESSAGES" / "django.po"

    @property
    def mo(self) -> Path:
        """What Django reads."""
        return self.po.with_suffix(".mo")

    def read(self) -> Catalog:
        """The catalog as it stands; empty where there is none yet."""
        if not self.po.exists():
            return FixedCatalog(locale=LOCALE)
        with self.po.open("rb") as file:
            return read_po(file, locale=LOCALE)


class Command(BaseCommand):
    help = "Bring the Chinese catalogs up to date with the code, or check that they are."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--update", action="store_true", help="merge, sort and compile")
        parser.add_argument("--check", action="store_true", help="fail with a line per problem")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["update"] and not options["check"]:
            raise CommandError("Say --update, --check or both.")
        shelf = (our_book(), package_book())
        if options["update"]:
            for book in shelf:
                update(book)
        found = [line for book in shelf for line in problems(book)]
        if found and options["check"]:
            self.stderr.write("\n".join(found))
            raise CommandError(f"{len(found)} problems in the message catalogs.")
        count = sum(len(book.read()) for book in shelf)
        self.stdout.write(f"{count} messages, {len(found)} problems (--check names them).")


def our_book() -> Book:
    """The catalog of everything in this repository."""
    ours = [Path(app.path) for app in apps.get_app_configs() if _is_ours(app)]
    said = extract([*ours, settings.BASE_DIR / "templates"])
    return Book(settings.LOCALE_PATHS[0], said, said)


def package_book() -> Book:
    """The catalog of the installed packages; wanted is what no catalog of theirs has in Chinese."""
    said = extract(Path(app.path) for app in apps.get_app_configs() if not _is_ours(app))
    theirs = _their_translations()
    wanted = {
        (context, msgid): ids
        for (context, msgid), ids in said.items()
        if _needs_chinese(ids) and not any(_knows(one, context, ids) for one in theirs)
    }
    return Book(settings.LOCALE_PATHS[1], said, wanted)


def _is_ours(app: AppConfig) -> bool:
    return (settings.BASE_DIR / app.name.partition(".")[0]).is_dir()


def _their_translations() -> list[GNUTranslations]:
    folders = [Path(django.__file__).parent / "conf" / "locale"]
    folders += [Path(app.path) / "locale" for app in apps.get_app_configs()]
    paths = [folder / LOCALE / "LC_MESSAGES" / "django.mo" for folder in folders]
    return [GNUTranslations(io.BytesIO(path.read_bytes())) for path in paths if path.exists()]


def _knows(translations: GNUTranslations, context: str, ids: Ids) -> bool:
    # The separator between context and msgid in a compiled catalog.
    msgid = f"{context}\x04{ids[0]}" if context else ids[0]
    text = translations.gettext(msgid)
    if len(ids) > 1:
        text = translations.ngettext(msgid, ids[1], 1)
    return bool(CHINESE.search(text))


def extract(folders: Iterable[Path]) -> dict[Key, Ids]:
    """Every message of the Python files and templates below the folders.

    Raises ``CommandError`` with the file's name where one cannot be read.
    """
    said: dict[Key, Ids] = {}
    for path, read in chain.from_iterable(map(_sources, folders)):
        try:
            for context, ids in read(path.read_text(encoding="utf-8")):
                key = (context, ids[0])
                # Said with a plural anywhere, it has one everywhere.
                said[key] = max(said.get(key, ids), ids, key=len)
        except (SyntaxError, tokenize.TokenError, TemplateSyntaxError) as error:
            raise CommandError(f"{path}: {error}") from error
    return said


def _sources(folder: Path) -> Iterator[tuple[Path, Reader]]:
    readers = {".py": python_messages, ".html": template_messages, ".txt": template_messages}
    for path in sorted(folder.rglob("*")):
        if path.suffix in readers and not SILENT_FOLDERS & set(path.relative_to(folder).parts):
            yield path, readers[path.suffix]


def python_messages(text: str) -> Iterator[tuple[str, Ids]]:
    """Context ("" for none) and ids of each message in Python source."""
    if "gettext" not in text:
        return
    nodes = list(ast.walk(ast.parse(text)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name: alias.name for node in imports for alias in node.names}
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        called = getattr(call.func, "id", getattr(call.func, "attr", ""))
        match = CALL.fullmatch(names.get(called, called))
        if match:
            # Only what is written out: gettext(row["name"]) says no message here.
            words = [getattr(argument, "value", None) for argument in call.args]
            texts = [word for word in words[: 1 + len(match[1])] if isinstance(word, str)]
            if len(texts) == 1 + len(match[1]):
                context = texts.pop(0) if "p" in match[1] else ""
                yield context, tuple(texts)


def template_messages(text: str) -> Iterator[tuple[str, Ids]]:
    """Context and ids of each message in a Django template."""
    if "trans" not in text and "_(" not in text:
        return
    # Django turns the template into calls with blanks around; indented ones are no Python.
    calls = "\n".join(line.strip() for line in templatize(text).splitlines())
    source = io.BytesIO(calls.encode())
    for _line, said, _comments, context in extract_calls("python", source, KEYWORDS):
        yield context or "", (said,) if isinstance(said, str) else tuple(said)


def update(book: Book) -> None:
    """Bring the catalog's .po and .mo to what is said now, keeping every translation."""
    old = book.read()
    new = FixedCatalog(locale=LOCALE, header_comment="", fuzzy=False)
    for (context, msgid), ids in book.said.items():
        known = old.get(msgid, context or None)
        text = _text(known) if known and not known.fuzzy else ""
        if text or (context, msgid) in book.wanted:
            string = (text,) if len(ids) > 1 else text
            new.add(ids if len(ids) > 1 else msgid, string, context=context or None)
    _write(book.po, render(new))
    _write(book.mo, compiled(book.read()))


def render(catalog: Catalog) -> bytes:
    """The .po: sorted, one line per message, no line numbers, so that changes read well."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return file.getvalue().strip() + b"\n"


def compiled(catalog: Catalog) -> bytes:
    """The .mo of the catalog's finished messages."""
    fixed = FixedCatalog(locale=LOCALE, fuzzy=False)
    for message in catalog:
        if message.id:
            fixed[message.id] = message
    file = io.BytesIO()
    write_mo(file, fixed)
    return file.getvalue()


def _write(path: Path, content: bytes) -> None:
    # Somebody may be reading: there is always one whole file.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)


def problems(book: Book) -> Iterator[str]:
    """One line per problem of the catalog, in the order of the .po."""
    catalog = book.read()
    there = {
        (message.context or "", _ids(message)[0]): message for message in catalog if message.id
    }
    for context, msgid in sorted(book.wanted):
        message = there.get((context, msgid))
        if message is None or _ids(message) != book.wanted[context, msgid]:
            yield f"{book.folder.name}: missing: {_name(context, msgid)}"
    for (context, msgid), message in sorted(there.items()):
        fault = "left over" if (context, msgid) not in book.said else _fault(message)
        if fault:
            yield f"{book.folder.name}: {fault}: {_name(context, msgid)}"
    for message in catalog.obsolete.values():
        yield f"{book.folder.name}: left over: {_name(message.context or '', _ids(message)[0])}"
    if not book.mo.exists() or book.mo.read_bytes() != compiled(catalog):
        yield f"{book.folder.name}: the .mo is not compiled from the .po: run --update"


def _fault(message: Message) -> str:
    """What is wrong with one message; "" if nothing."""
    text, ids = _text(message), _ids(message)
    if not text:
        return "missing"
    if message.fuzzy:
        return "fuzzy"
    if placeholders(text) != placeholders(ids[-1]):
        return "placeholders differ"
    return "not Chinese" if _needs_chinese(ids) and not CHINESE.search(text) else ""


def placeholders(text: str) -> Counter[str]:
    """What a message is filled with; a named one may stand twice, a nameless one may not."""
    found = PLACEHOLDER.findall(text.replace("%%", ""))
    return Counter(name for name in found if name in {"%s", "%d", "{}"}) + Counter(set(found))


def _needs_chinese(ids: Ids) -> bool:
    """Whether there is a word to translate; abbreviations and bare figures have none."""
    return bool(WORD.search(PLACEHOLDER.sub("", ids[0])))


def _ids(message: Message) -> Ids:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _text(message: Message) -> str:
    string = message.string
    return string if isinstance(string, str) else string[0] if string else ""


def _name(context: str, msgid: str) -> str:
    return f"{context} | {msgid!r}" if context else repr(msgid)
