"""``manage.py load_demo``: the demonstration district, into an empty database only."""

import json
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from portal import demo
from portal.users.models import User


class Command(BaseCommand):
    help = "Load the demonstration district into an empty database."

    def handle(self, *args, **options):
        if User.objects.exists():
            self.stdout.write("The database is not empty; the demonstration was not loaded.")
            return
        with transaction.atomic():
            story = self._load()
        path = settings.PORTAL_HOME / "demo.json"
        _write_private(path, json.dumps(story, ensure_ascii=False, indent=2))
        self.stdout.write(f"Loaded. Accounts and token: {path}")

    def _load(self):
        at = timezone.now()
        district, officer, accounts = demo.load(at=at)
        for app in apps.get_app_configs():
            # Each app brings its own part; the kernel knows none of them.
            if app.name.count(".") == 0 and app.name != "portal" and find_spec(f"{app.name}.demo"):
                load = import_module(f"{app.name}.demo").load
                accounts |= load(district=district, by=officer, at=at) or {}
        token = demo.issue_token(district=district, by=officer, at=at)
        return {
            "url": f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
            "token": token,
            "district": district.code,
            "accounts": accounts,
        }


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
