"""Arrows point down, rooms are known, and nothing happens behind the services' back."""

import ast
import weakref
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import signals

from portal.evidence.models import EvidenceFile

ROOT = Path(__file__).parents[2]
# Lowest first; a relation may point to its own level or below.
ORDER = (
    "audit",
    "feeds",
    "jurisdictions",
    "users",
    "evidence",
    "workdays",
    "inbox",
    "clients",
    "webhooks",
    "portal",
    "centers",
    "organizations",
    "projects",
    "evaluation",
)
APPS = ("centers", "organizations", "projects", "evaluation")
ROOMS = {
    "models",
    "rules",
    "packs",
    "permissions",
    "selectors",
    "signals",
    "services",
    "checks",
    "tasks",
    "forms",
    "resources",
    "admin",
    "api",
    "views",
    "receivers",
    "management",
    "templatetags",
    "demo",
    "apps",
    "urls",
    "migrations",
    "data",
    "__init__",
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "lib", "shared"}


def sources():
    """Every module of the product."""
    return [
        path
        for top in ("portal", *APPS)
        for path in sorted((ROOT / top).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def calls(path):
    """Dotted names of what a module calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def our_models():
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ORDER
    ]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_relation_points_to_a_higher_app(model):
    level = ORDER.index(model._meta.app_label)
    related = [
        field.related_model._meta.app_label
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
    ]
    assert [app for app in related if app in ORDER and ORDER.index(app) > level] == []


@pytest.mark.parametrize(
    "signal", ["pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"]
)
def test_no_model_signal_is_used(signal):
    entries = [entry[1] for entry in getattr(signals, signal).receivers]
    receivers = [e() if isinstance(e, weakref.ReferenceType) else e for e in entries]
    modules = {getattr(receiver, "__module__", "") for receiver in receivers if receiver}
    assert {module for module in modules if module.split(".")[0] in ("portal", *APPS)} == set()


@pytest.mark.parametrize("app", APPS)
def test_every_module_of_an_app_is_a_room(app):
    found = {
        path.stem
        for path in (ROOT / app).iterdir()
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    }
    assert found <= ROOMS


def test_there_is_no_drawer():
    assert [path for path in sources() if {*path.parts, path.stem} & DRAWERS] == []


def test_receivers_are_connected_in_receivers_only():
    """The glue that follows news upward stands in one room per app."""
    connected = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        for _node, name in calls(path)
        if name == "receiver" or (name.endswith(".connect") and "signal" in name.lower())
    }
    assert connected <= {f"{app}/receivers.py" for app in APPS}


def test_rules_selectors_and_services_read_no_clock():
    clocks = {
        "date.today",
        "datetime.now",
        "timezone.now",
        "timezone.localdate",
        "now",
        "time.time",
    }
    rooms = {"rules", "selectors", "selectors.py", "services", "services.py", "models"}
    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in sources()
        if rooms & set(path.relative_to(ROOT).parts)
        for node, name in calls(path)
        if name in clocks or (name in ("localdate", "localtime") and not node.args)
    ]
    assert readers == []


def test_nobody_saves_a_status_by_hand():
    """A state changes by ``transition``: no ``obj.status = …`` outside models and services."""
    assigned = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr in ("status", "outcome", "rollup")
    ]
    assert assigned == []


def test_no_model_overrides_save_or_delete():
    overridden = [
        f"{model._meta.label}.{name}"
        for model in our_models()
        for name in ("save", "delete")
        if name in vars(model)
    ]
    assert overridden == []


def test_every_service_takes_keywords_only():
    """A verb of the office names its arguments: ``filings.submit(filing=..., by=..., at=...)``."""
    positional = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        if "services" in path.relative_to(ROOT).parts and path.relative_to(ROOT).parts[0] in APPS
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(arg.arg in ("by", "at") for arg in node.args.args)
    ]
    assert positional == []


def test_the_sweep_of_stored_files_sees_whoever_refers_to_one():
    """It follows relations backwards; one without a name there is as good as none."""
    hidden = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is EvidenceFile and field.remote_field.hidden
    ]
    assert hidden == []
