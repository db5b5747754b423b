"""``manage.py api_schema``: the API's contract, beside the one that was released."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from portal.api import compatibility

RELEASED = settings.BASE_DIR / "portal" / "api" / "released" / "v1.json"


def current():
    """The contract of this code, in English."""
    with translation.override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)
        return json.loads(json.dumps(document, default=str))


def written(document):
    """A document as the file holds it."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def released():
    """The contract that clients were given."""
    return json.loads(RELEASED.read_text(encoding="utf-8"))


def faults(before, after):
    """What keeps ``after`` from being released after ``before``."""
    broken = [str(each) for each in compatibility.compare(before, after)]
    if broken or compatibility.is_same(before, after):
        return broken
    old, new = (_numbers(document) for document in (before, after))
    if new[:2] > old[:2]:
        return []
    return [
        f"#/info/version: something was added, so {after['info']['version']} must be at least "
        f"{old[0]}.{old[1] + 1}.0. Raise API_VERSION in the settings, then release."
    ]


def _numbers(document):
    return tuple(int(part) for part in document["info"]["version"].split("."))


class Command(BaseCommand):
    help = "Compare the API's contract with the released one, write it, or release it."

    def add_arguments(self, parser):
        doing = parser.add_mutually_exclusive_group(required=True)
        doing.add_argument("--check", action="store_true", help="fail where a promise is broken")
        doing.add_argument("--write", type=Path, metavar="FILE", help="write the contract of now")
        doing.add_argument("--release", action="store_true", help="check it, then release it")
        parser.add_argument(
            "--first", action="store_true", help="with --release: there are no clients yet"
        )

    def handle(self, *args, check, write, release, first, **options):
        document = current()
        if write:
            write.write_text(written(document), encoding="utf-8")
            return
        if not (release and first):
            self.compare(document)
        if release:
            RELEASED.parent.mkdir(exist_ok=True)
            RELEASED.write_text(written(document), encoding="utf-8")
        version = document["info"]["version"]
        self.stdout.write(_("The contract %(version)s keeps its promises.") % {"version": version})

    def compare(self, document):
        """Refuse what breaks the released contract."""
        if not RELEASED.exists():
            raise CommandError(_("No contract was released. The first one: --release --first."))
        if found := faults(released(), document):
            for fault in found:
                self.stderr.write(fault)
            raise CommandError(_("%(number)s promises are broken.") % {"number": len(found)})
