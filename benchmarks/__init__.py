"""How fast the engine is, beside its floor and its peers.

    make bench                          215 and 41,352 centers
    make bench SIZES="215 413520"       other sizes

Everything is measured in one run on one machine and printed as ratios: only those mean anything.
The centers stand in a database of their own (var/bench), which every size fills anew.
"""

import os
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / "var" / "bench"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["PORTAL_HOME"] = str(HOME)

import django  # noqa: E402

from portal import embedded  # noqa: E402

embedded.start_if_needed()
django.setup()
