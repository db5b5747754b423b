"""``manage.py make_bid_key PROCUREMENT_NO [--folder FOLDER]``.

For a holder whose browser makes no keys, on his own machine: needs no database and sends nothing.
Writes the key file that the browser would have saved, and prints the public half to paste.
"""

import base64
import json
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects.services import bid_seals

ONLY_OWNER = 0o600


class Command(BaseCommand):
    help = "Make the key of a key holder for one procurement, without a browser."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("procurement_no")
        parser.add_argument("--folder", default=".", help="where the key file is written")

    def handle(self, *args, procurement_no, folder, **options):
        private, public = bid_seals.make_key()
        fingerprint = bid_seals.fingerprint(public)
        path = Path(folder) / f"密钥-{procurement_no}-{fingerprint[:8]}.json"
        told = {
            "procurement": procurement_no,
            "private": base64.b64encode(private).decode(),
            "public": base64.b64encode(public).decode(),
            "fingerprint": fingerprint,
        }
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OWNER)
        except OSError as error:
            raise CommandError(
                _("The key file %(path)s cannot be written: %(reason)s.")
                % {"path": path, "reason": error.strerror}
            ) from error
        with os.fdopen(file, "w", encoding="utf-8") as target:
            json.dump(told, target, ensure_ascii=False)
        said = _("The key file: %(path)s. Keep it; nobody has another.") % {"path": path}
        self.stdout.write(said)
        self.stdout.write(_("Paste this into the page: %(public)s") % {"public": told["public"]})
