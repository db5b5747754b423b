"""The tables are what the models say."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.django_db


def test_models_and_migrations_agree(capsys):
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    assert "No changes detected" in capsys.readouterr().out


def test_every_trigger_is_installed(capsys):
    """A trigger left out is an immutability that holds on paper only."""
    call_command("pgtrigger", "ls")
    listed = [line for line in capsys.readouterr().out.splitlines() if ":" in line]
    assert listed
    assert [line for line in listed if "INSTALLED" not in line or "ENABLED" not in line] == []


def test_there_is_one_newest_migration_per_app():
    assert MigrationLoader(connection).detect_conflicts() == {}
