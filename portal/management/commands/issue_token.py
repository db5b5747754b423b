"""``manage.py issue_token CLIENT --division CODE``: a bearer token, printed once."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.clients.models import Client
from portal.clients.services import clients, tokens
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import Dataset


class Command(BaseCommand):
    help = (
        "Issue a token to an API client. A new client is opened for the division; one that is"
        " there gets a token for that part of what it reads."
    )

    def add_arguments(self, parser):
        parser.add_argument("client", help="the name of the client's service account")
        parser.add_argument("--division", required=True, metavar="CODE")
        parser.add_argument("--title", default="", help="what a new client is called")
        parser.add_argument("--contact", default="", help="who answers for a new client")
        parser.add_argument("--datasets", nargs="+", default=Dataset.values)
        parser.add_argument("--days", type=int, default=365)

    @transaction.atomic
    def handle(self, *args, client, division, title, contact, datasets, days, **options):
        place = Division.objects.filter(code=division).first()
        if place is None:
            raise CommandError(_("There is no division with code %(code)s.") % {"code": division})
        at = timezone.now()
        known = Client.objects.filter(user__username=client).first()
        try:
            text = tokens.issue(
                client=known
                or clients.open_client(
                    username=client,
                    title=title or client,
                    contact=contact,
                    divisions=[place],
                    by=None,
                    at=at,
                ),
                name=client,
                datasets=datasets,
                divisions=[place] if known else [],
                expires_at=at + timedelta(days=days),
                by=None,
                at=at,
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(text)
