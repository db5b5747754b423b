"""``manage.py index_names``: make the pinyin initials of names that have none."""

from django.core.management.base import BaseCommand

from organizations.services import names

EVERY = 10**9


class Command(BaseCommand):
    help = "Make the pinyin initials by which organizations are found, where they are missing."

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=EVERY, help="names at most; default: all")

    def handle(self, *args, limit, **options):
        filled = names.fill_blank(limit=limit)
        self.stdout.write(f"Initials made: {filled}")
