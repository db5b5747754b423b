"""``manage.py load_packs``: load the repository's rule packs, each version once."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluation.rules.packs import PackError
from evaluation.services import packs
from portal.errors import DomainError


class Command(BaseCommand):
    help = "Load rule packs, all or none; a version already loaded is left alone."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, help="TOML files; default: all of ours")

    def handle(self, *args, files, **options):
        try:
            if files:
                loaded = packs.load_files(paths=files, at=timezone.now())
            else:
                loaded = packs.load_all(at=timezone.now())
        except (PackError, DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        for pack in loaded:
            self.stdout.write(f"{pack}")
