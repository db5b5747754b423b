"""Recompute the hashes of accepted filings, and of every submission, from what is stored."""

from django.core.management.base import BaseCommand, CommandError

from centers.models import Filing, SectionSubmission
from centers.selectors import hashing


class Command(BaseCommand):
    help = "Compare what accepted filings and submissions say with the hashes kept of them."

    def add_arguments(self, parser):
        parser.add_argument("--center", metavar="CODE", help="only this center's filings")

    def handle(self, *args, center=None, **options):
        """Name what differs; exit with 1 if anything does."""
        accepted = Filing.objects.filter(status=Filing.Status.ACCEPTED).order_by("pk")
        submitted = SectionSubmission.objects.order_by("pk")
        if center:
            accepted = accepted.filter(center__code=center)
            submitted = submitted.filter(section__center__code=center)
        if center and not accepted.exists() and not submitted.exists():
            raise CommandError(f"No center with code {center} has filed anything.")
        differing = self._filings(accepted), self._submissions(submitted)
        if any(differing):
            raise CommandError(
                "{} filings differ from what was accepted, {} submitted sections from what was"
                " submitted.".format(*differing)
            )

    def _filings(self, accepted):
        """How many differ."""
        without = accepted.filter(content_hash="").count()
        checked = differing = 0
        for filing in accepted.exclude(content_hash="").select_related("center").iterator():
            name = f"filing {filing.pk} of {filing.center.code}"
            checked += 1
            differing += self._differs(name, filing.content_hash, hashing.filing_hash(filing))
        self.stdout.write(
            f"{checked} filings checked, {differing} differ, {without} have no hash"
        )
        return differing

    def _submissions(self, submitted):
        """How many differ; what is corrected later stays as it was submitted."""
        checked = differing = 0
        for copy in submitted.select_related("section__center").iterator():
            section, rows = copy.section, hashing.thawed(copy.section, copy.content)
            name = f"submission {copy.number} of section {section.pk} of {section.center.code}"
            checked += 1
            found = hashing.content_hash(section.kind, rows, copy.attachments)
            differing += self._differs(name, copy.content_hash, found)
        self.stdout.write(f"{checked} submitted sections checked, {differing} differ")
        return differing

    def _differs(self, name, kept, found):
        if found != kept:
            self.stdout.write(f"differs: {name}: kept {kept}, found {found}")
        return found != kept
