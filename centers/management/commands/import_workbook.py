"""``manage.py import_workbook FILE --district CODE --by USER [--dry-run]``."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.resources import DistrictWorkbook
from centers.resources.workbook import WorkbookHasErrors
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability


class Command(BaseCommand):
    help = "Import a district's workbook: all of it, or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--district", required=True, metavar="CODE")
        parser.add_argument("--by", required=True, metavar="USER")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args, file, district, by, dry_run, **options):
        division = Division.objects.filter(code=district, kind=Division.Kind.DISTRICT).first()
        if division is None:
            raise CommandError(_("There is no district with code %(code)s.") % {"code": district})
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None or not user.has_capability(Capability.WORKBOOK_IMPORT, division):
            raise CommandError(
                _("%(user)s may not import for %(district)s.") % {"user": by, "district": division}
            )
        if not file.is_file():
            raise CommandError(_("There is no file %(file)s.") % {"file": file})
        self._run(DistrictWorkbook(division), file, user, dry_run=dry_run)

    def _run(self, workbook, file, user, *, dry_run):
        try:
            preview = workbook.dry_run(file, by=user, at=timezone.now())
            for problem in preview.problems:
                kind = _("warning") if problem.is_warning else _("error")
                self.stderr.write(f"{kind} [{problem.rule_code}] {problem.as_text()}")
            if preview.errors:
                raise WorkbookHasErrors(preview.problems)
            result = preview.result
            if not dry_run:
                result = workbook.commit(file, by=user, at=timezone.now())
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _(
                "Centers entered: %(entered)s, changed: %(changed)s, unchanged: %(unchanged)s;"
                " sections: %(sections)s."
            )
            % {
                "entered": len(result.entered),
                "changed": len(result.changed),
                "unchanged": len(result.unchanged),
                "sections": result.section_count,
            }
        )
        if dry_run:
            self.stdout.write(_("Dry run: nothing was written."))
