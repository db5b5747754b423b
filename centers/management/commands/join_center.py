"""``manage.py join_center USERNAME --name NAME --email ADDRESS --role ROLE --center CODE``."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from centers.services import centers
from portal.errors import DomainError
from portal.users import services
from portal.users.roles import center_choices


class Command(BaseCommand):
    help = "Give somebody a role at a center, opening the account when it is new."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the full name")
        parser.add_argument("--email", default="", help="where reminders are mailed to")
        codes = [code for code, _label in center_choices()]
        parser.add_argument("--role", required=True, choices=codes)
        parser.add_argument("--center", required=True, metavar="CODE")

    @transaction.atomic
    def handle(self, *args, username, name, email, role, center, **options):
        place = Center.objects.select_related("division").filter(code=center).first()
        if place is None:
            raise CommandError(_("There is no center with code %(code)s.") % {"code": center})
        at = timezone.now()
        try:
            user, password = services.admit(username=username, full_name=name, email=email, at=at)
            centers.join(user=user, center=place, role=role, by=None, at=at)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{username} {password}".rstrip())
