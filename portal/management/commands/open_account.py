"""``manage.py open_account USERNAME --name NAME --email ADDRESS --role ROLE --division CODE``.

Prints the first password once; the person changes it at the first login.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users import services


class Command(BaseCommand):
    help = "Open an account with a role in a division, or give an existing one another role."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the full name")
        parser.add_argument("--email", default="", help="where reminders are mailed to")
        parser.add_argument("--role", required=True)
        parser.add_argument("--division", required=True, metavar="CODE")

    @transaction.atomic
    def handle(self, *args, username, name, email, role, division, **options):
        place = Division.objects.filter(code=division).first()
        if place is None:
            raise CommandError(_("There is no division with code %(code)s.") % {"code": division})
        at = timezone.now()
        try:
            user, password = services.admit(username=username, full_name=name, email=email, at=at)
            services.assign(user=user, role=role, division=place, by=None, at=at)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{username} {password}".rstrip())
