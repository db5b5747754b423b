"""``manage.py verify_city_packs``: build yearly packs again and compare every byte."""

from django.core.management.base import BaseCommand, CommandError

from evaluation.models import CityPack
from evaluation.services import city_packs


class Command(BaseCommand):
    help = "Build the submitted yearly packs again and say which are no longer the same."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="every version, not submitted ones")
        parser.add_argument("--year", type=int, help="packs of this year alone")

    def handle(self, *args, **options):
        packs = CityPack.objects.select_related("division").order_by("year", "division", "number")
        if not options["all"]:
            packs = packs.submitted()
        if options["year"]:
            packs = packs.filter(year=options["year"])
        broken = 0
        for pack in packs:
            found = city_packs.verify(pack=pack)
            broken += not found.is_same
            where = f": {', '.join(filter(None, found.differences))}" if not found.is_same else ""
            self.stdout.write(f"{pack} {'same' if found.is_same else 'DIFFERENT'}{where}")
        if broken:
            raise CommandError(f"{broken} packs are not what they were built from.")
