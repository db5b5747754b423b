"""Where a test process keeps its servers and their data."""

import os
from pathlib import Path


def own() -> Path:
    """``PORTAL_HOME``, else ``var-test``; below it each process of a run has a home of its own.

    So none waits for the transactions of another's tests.
    """
    given = os.environ.get("PORTAL_HOME")
    home = Path(given) if given else Path(__file__).resolve().parent.parent / "var-test"
    process = os.environ.get("PYTEST_XDIST_WORKER", "")
    # A child of such a process has been told already.
    return home if home.name == process else home / process
