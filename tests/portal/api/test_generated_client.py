"""A client that is generated from the contract reads every resource as it is, and what changes."""

import importlib
import json
import subprocess
import sys

import pytest
import yaml

from portal.api import urls
from portal.api.resources import REGISTRY
from portal.jurisdictions import services as jurisdictions
from portal.management.commands import api_schema
from tests.portal.api import district

# The addresses declare what they lead to.
assert urls.urlpatterns


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The generated package, imported."""
    place = tmp_path_factory.mktemp("client")
    contract, config = place / "v1.json", place / "config.yml"
    contract.write_text(json.dumps(api_schema.current()), encoding="utf-8")
    config.write_text(
        yaml.safe_dump(
            {
                "package_name_override": "portal_client",
                "content_type_overrides": {
                    "application/x-ndjson": "application/octet-stream",
                    "text/csv": "application/octet-stream",
                },
                "post_hooks": [],
            }
        )
    )
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", contract, "--config", config, "--output-path", place / "portal_client"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in made.stdout, made.stdout
    sys.path.insert(0, str(place))
    yield "portal_client"
    sys.path.remove(str(place))


@pytest.mark.django_db(transaction=True)
def test_generated_client_reads_every_resource(package, live_server, golden):
    district.furnish()
    api = district.client("310199")
    client_class = importlib.import_module(f"{package}.client").AuthenticatedClient
    token = api.headers["Authorization"].removeprefix("Bearer ")
    with client_class(live_server.url, token) as client:
        for resource in REGISTRY.values():
            name = resource.name.replace("-", "_")
            operation = importlib.import_module(f"{package}.api.{resource.dataset}.{name}")
            answer = operation.sync_detailed(client=client, page_size=5)
            expected = api.json(resource.path, page_size=5)
            assert answer.status_code == 200, resource.name
            assert [row.to_dict() for row in answer.parsed.results] == expected["results"]
            if expected["next"]:
                cursor = expected["next"].partition("cursor=")[2].partition("&")[0]
                second = operation.sync_detailed(client=client, page_size=5, cursor=cursor)
                rows = api.json(resource.path, page_size=5, cursor=cursor)["results"]
                assert [row.to_dict() for row in second.parsed.results] == rows


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_generated_client_follows_the_changes_until_there_are_none(package, live_server, haitang):
    api = district.client("310199")
    client_class = importlib.import_module(f"{package}.client").AuthenticatedClient
    operation = importlib.import_module(f"{package}.api.changes.changes")
    token = api.headers["Authorization"].removeprefix("Bearer ")
    codes = [f"3101990{number}" for number in range(10, 15)]
    with client_class(live_server.url, token) as client:
        cursor = operation.sync(client=client, cursor="now").cursor
        for code in codes:
            jurisdictions.add(code=code, name=f"{code}镇", kind="town", parent=haitang)
        found, sizes, has_more = [], [], True
        while has_more:
            page = operation.sync(client=client, cursor=cursor, limit=2)
            found += page.results
            sizes.append(len(page.results))
            cursor, has_more = page.cursor, page.has_more
        assert sizes == [2, 2, 1]
        assert [(change.resource, change.key) for change in found] == [
            ("divisions", code) for code in codes
        ]
        for change in found:
            assert change.kind == "upsert"
            assert change.data.to_dict() == api.json(f"divisions/{change.key}/")
        after = operation.sync(client=client, cursor=cursor, limit=2)
        assert (after.results, after.has_more) == ([], False)
