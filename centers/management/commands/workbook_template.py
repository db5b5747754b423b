"""``manage.py workbook_template FILE``: the empty workbook, or with ``--district`` a filled one."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.resources import DistrictWorkbook
from portal.jurisdictions.models import Division


class Command(BaseCommand):
    help = "Write the district workbook: empty, or with what was accepted last in a district."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--district", metavar="CODE", help="fill it with this district's data")

    def handle(self, *args, file, district, **options):
        try:
            if district:
                division = Division.objects.filter(code=district).first()
                if division is None:
                    raise CommandError(
                        _("There is no division with code %(code)s.") % {"code": district}
                    )
                DistrictWorkbook(division).export(file, as_of=timezone.localdate())
            else:
                DistrictWorkbook.template(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(str(file))
