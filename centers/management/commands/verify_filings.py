"""Recompute the hashes of accepted filings from the stored rows."""

from django.core.management.base import BaseCommand, CommandError

from centers.models import Filing
from centers.selectors import hashing


class Command(BaseCommand):
    help = "Compare what accepted filings say with the hashes kept at acceptance."

    def add_arguments(self, parser):
        parser.add_argument("--center", metavar="CODE", help="only this center's filings")

    def handle(self, *args, center=None, **options):
        """Name what differs; exit with 1 if anything does."""
        accepted = Filing.objects.filter(status=Filing.Status.ACCEPTED).order_by("pk")
        if center:
            accepted = accepted.filter(center__code=center)
        if center and not accepted.exists():
            raise CommandError(f"No center with code {center} has an accepted filing.")
        without = accepted.filter(content_hash="").count()
        checked, differing = 0, []
        for filing in accepted.exclude(content_hash="").select_related("center").iterator():
            checked += 1
            found = hashing.filing_hash(filing)
            if found != filing.content_hash:
                differing.append(filing.pk)
                self.stdout.write(
                    f"differs: filing {filing.pk} of {filing.center.code}:"
                    f" kept {filing.content_hash}, found {found}"
                )
        self.stdout.write(f"{checked} filings checked, {len(differing)} differ,"
                          f" {without} have no hash")
        if differing:
            raise CommandError(f"{len(differing)} filings differ from what was accepted.")
