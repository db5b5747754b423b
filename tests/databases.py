"""The databases that tests run in, on a server of this process alone.

One is as migrations leave it: they run once into a database that is kept, and copied for as long as
nothing they are made of changed. In another the golden centers are there already, so that tests
which all begin with them do not each accept them anew. Neither keeps anything of a test: one in a
transaction is rolled back, and after one that commits the rows are put back that were there before.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "centers", "organizations", "projects", "evaluation")
# What tables are made of: migrations, what they read, and the models that permissions are of.
MADE_OF = ("migrations", "models", "models.py", "jurisdictions", "roles.py", "settings.py")
# Rows of one database never have the number of another's: what a process remembers stays true.
APART = 1_000_000
PLAIN, EMPTY = "plain", "empty"
Execute = Callable[[str], list[tuple[Any, ...]]]


class Databases:
    """The databases of this process by name; one at a time is the one that Django talks to.

    ``furnish`` has a function for each beside the first, which writes what is to be in it.
    """

    def __init__(self, furnish: Mapping[str, Callable[[], None]]) -> None:
        self._furnish = furnish
        self._names: dict[str, str] = {}
        self._wanted = PLAIN
        self._migrated = ""
        self._blocker: Any = None

    def set_up(self, blocker: Any, *, anew: bool) -> None:
        """Make the first database; ``anew`` runs the migrations whatever is kept.

        Call it, as ``take_down``, where the database may be used; ``blocker`` lets ``want`` do so.
        """
        self._blocker = blocker
        name = connection.creation._get_test_db_name()
        kept = f"test_{settings.DATABASES['default']['NAME']}_migrated_"
        self._migrated = kept + _digest()
        with _server() as execute:
            # Another process may be making the same.
            execute("SET lock_timeout = 0; SELECT pg_advisory_lock(1)")
            known = {found for (found,) in execute("SELECT datname FROM pg_database")}
            if anew or self._migrated not in known:
                for old in known:
                    if old.startswith(kept):
                        execute(f'DROP DATABASE "{old}" WITH (FORCE)')
                self._migrate(execute, f"{kept}draft")
            _copy(execute, self._migrated, name)
        self._names[PLAIN] = name
        self._enter()

    def _migrate(self, execute: Execute, draft: str) -> None:
        """Run the migrations; the database gets its name when they are through."""
        execute(f'CREATE DATABASE "{draft}"')
        _use(draft)
        call_command("migrate", verbosity=0, interactive=False)
        keep()
        connection.close()
        execute(f'ALTER DATABASE "{draft}" RENAME TO "{self._migrated}"')

    def want(self, name: str) -> None:
        """Say in which database the next test runs; once there are any, Django talks to it."""
        self._wanted = name
        if self._names:
            with self._blocker.unblock():
                self._enter()

    def _enter(self) -> None:
        name = self._wanted
        if name not in self._names or name == EMPTY:
            self._make(name)
        _use(self._names[name])

    def _make(self, name: str) -> None:
        self._names[name] = f"{self._names[PLAIN]}_{name}"
        with _server() as execute:
            _copy(execute, "template0" if name == EMPTY else self._migrated, self._names[name])
        if name in self._furnish:
            _use(self._names[name])
            _write(self._furnish[name])

    def take_down(self) -> None:
        """Drop what was made for this run; what was migrated is kept."""
        connections.close_all()
        with _server() as execute:
            for name in self._names.values():
                execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._names.clear()


def _use(name: str) -> None:
    """The same dictionary is behind the connections of every thread."""
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


@contextmanager
def _server() -> Iterator[Execute]:
    """A function that runs a statement outside of our databases, and gives its rows."""
    server = connection.copy()
    server.settings_dict["NAME"] = "postgres"
    with closing(server), server.cursor() as cursor:

        def execute(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

        yield execute


def _copy(execute: Execute, source: str, name: str) -> None:
    execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')


def _write(furnish: Callable[[], None]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass,"
            " coalesce(last_value, 0) + %s) FROM pg_sequences WHERE schemaname = 'public'",
            [APART],
        )
        furnish()
        # As in a test that is rolled back: nobody is called for what was written.
        connection.run_on_commit.clear()
    keep()


def _digest() -> str:
    """Of everything that the tables are made of."""
    found = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.*")):
            name = path.relative_to(ROOT)
            if set(name.parts) & set(MADE_OF) and path.suffix != ".pyc":
                found.update(str(name).encode() + path.read_bytes())
    return found.hexdigest()[:16]


TABLES = """
    SELECT relname, to_regclass(format('kept.%I', relname)) IS NOT NULL, (
        SELECT string_agg(quote_ident(attname), ', ')
        FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    )
    FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ORDER BY relname
"""


def keep() -> None:
    """Remember the rows that are there, beside the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        cursor.execute(TABLES)
        for table, _kept, _columns in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT FROM public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')


def put_back() -> None:
    """After a test that committed: every table as ``keep`` found it, numbers going on.

    Emptying tables one by one as Django does takes seconds, and leaves nothing of the migrations.
    Needs a superuser: no trigger and no foreign key is asked.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLES)
        statements = ["SET LOCAL session_replication_role = replica"]
        for table, kept, columns in cursor.fetchall():
            statements.append(f'DELETE FROM public."{table}"')
            if kept:
                statements.append(
                    f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM kept."{table}"'
                )
        cursor.execute(";".join(statements))
