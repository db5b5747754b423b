"""``manage.py issue_token CLIENT --division CODE``: a bearer token, printed once."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users import services
from portal.users.models import Dataset, User


class Command(BaseCommand):
    help = "Issue an API token to a service account, opening the account when it is new."

    def add_arguments(self, parser):
        parser.add_argument("client", help="the service account's name")
        parser.add_argument("--division", required=True, metavar="CODE")
        parser.add_argument("--datasets", nargs="+", default=Dataset.values)
        parser.add_argument("--days", type=int, default=365)

    @transaction.atomic
    def handle(self, *args, client, division, datasets, days, **options):
        place = Division.objects.filter(code=division).first()
        if place is None:
            raise CommandError(_("There is no division with code %(code)s.") % {"code": division})
        at = timezone.now()
        user = User.objects.filter(username=client).first() or services.register(
            username=client, full_name=client, password=None, at=at, is_service=True
        )
        if not user.is_service:
            raise CommandError(_("%(user)s is a person's account.") % {"user": client})
        try:
            services.assign(user=user, role="api_client", division=place, by=None, at=at)
            text = services.issue_token(
                user=user,
                name=client,
                datasets=datasets,
                expires_at=at + timedelta(days=days),
                by=None,
                at=at,
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(text)
