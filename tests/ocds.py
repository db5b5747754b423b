"""The published schemas of OCDS 1.1, and what a document says against them."""

import json
from pathlib import Path

from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

SCHEMAS = Path(__file__).parents[1] / "projects/data/ocds"
RELEASE = json.loads((SCHEMAS / "release-schema-1__1__4.json").read_text(encoding="utf-8"))
PACKAGE = json.loads((SCHEMAS / "release-package-schema-1__1__5.json").read_text(encoding="utf-8"))
# The package names the release it wants by an address; no test asks the network.
WANTED = PACKAGE["properties"]["releases"]["items"]["$ref"]
REGISTRY = Registry().with_resource(WANTED, DRAFT4.create_resource(RELEASE))


def faults(document, schema=RELEASE):
    """Place and message of everything that the schema refuses."""
    validator = Draft4Validator(
        schema, registry=REGISTRY, format_checker=Draft4Validator.FORMAT_CHECKER
    )
    found = validator.iter_errors(document)
    return [f"{list(each.absolute_path)}: {each.message}" for each in found]


def beyond(document):
    """Paths of what is said and stands in no field of a release."""
    return set(_beyond(document, RELEASE, ""))


def _beyond(value, schema, path):
    while "$ref" in schema:
        schema = RELEASE["definitions"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for each in value:
            yield from _beyond(each, schema.get("items", {}), path)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name, each in value.items():
            place = f"{path}/{name}".lstrip("/")
            if name in known:
                yield from _beyond(each, known[name], place)
            else:
                yield place
