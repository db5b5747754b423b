"""Whether a contract keeps what another one promised. Pure: two OpenAPI documents in, faults out.

A request must be taken as before: nothing more is demanded and nothing is taken away. An answer
must fit what clients were told: nothing is missing and nothing new stands where values were listed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

REQUEST, ANSWER = "request", "answer"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
COMBINED = ("oneOf", "anyOf", "allOf")
# What is said to people, and changes nothing for programs.
WORDS = {"description", "summary", "examples", "example", "title", "tags", "externalDocs", "info"}


class Break(NamedTuple):
    """One promise that is not kept: where, what was, what is, and what to do."""

    pointer: str
    before: Any
    after: Any
    advice: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.before!r} became {self.after!r}. {self.advice}"


@dataclass(frozen=True)
class Place:
    """Where in the document, and whether clients send or receive it."""

    pointer: str
    direction: str = ANSWER

    def at(self, *parts: str) -> "Place":
        escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
        return Place("/".join([self.pointer, *escaped]), self.direction)

    def sending(self) -> "Place":
        return Place(self.pointer, REQUEST)

    def broken(self, before: Any, after: Any, advice: str) -> Break:
        return Break(self.pointer, before, after, advice)


class Pair:
    """The document that was released, and the one of now."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.before, self.after = before, after
        self.seen: set[tuple[str, str, str]] = set()

    def open(self, before: Any, after: Any) -> tuple[Any, Any]:
        """Both with their references followed and their wrappings taken off."""
        return unwrapped(self.before, before), unwrapped(self.after, after)

    def is_new(self, before: Any, after: Any, direction: str) -> bool:
        """Whether two named shapes have not been compared yet in this direction."""
        names = (before.get("$ref", ""), after.get("$ref", ""), direction)
        if "" in names[:2]:
            return True
        is_new = names not in self.seen
        self.seen.add(names)
        return is_new


def follow(document: Mapping[str, Any], value: Any) -> Any:
    """What a reference stands for."""
    while isinstance(value, Mapping) and "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


def unwrapped(document: Mapping[str, Any], value: Any) -> Any:
    """A shape as it is meant: an ``allOf`` of one stands around a reference that has words of its
    own, and a choice between a shape and null is a shape that may be null."""
    value = follow(document, value)
    while isinstance(value, Mapping) and (inner := _only(value)) is not None:
        shape, may_be_null = inner
        shape = follow(document, shape)
        kinds = _kinds(shape)
        if may_be_null and kinds is not None:
            shape = {**shape, "type": sorted(kinds | {"null"})}
        value = shape
    return value


def _only(schema: Mapping[str, Any]) -> tuple[Any, bool] | None:
    """The one shape in a wrapping, and whether null stands beside it."""
    for name in COMBINED:
        shapes = schema.get(name, ())
        others = [each for each in shapes if each != {"type": "null"}]
        if len(others) == 1:
            return others[0], len(shapes) > 1
    return None


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Break]:
    """Every promise of ``before`` that ``after`` breaks."""
    pair, found = Pair(before, after), []
    for path, methods in before["paths"].items():
        place = Place("#/paths").at(path)
        if path not in after["paths"]:
            found.append(place.broken(path, None, "Keep the address; /v2 may leave it out."))
            continue
        for method in (each for each in methods if each in METHODS):
            its = after["paths"][path].get(method)
            if its is None:
                found.append(place.at(method).broken(method, None, "Keep the method."))
            else:
                found += _operation(pair, methods[method], its, place.at(method))
    return found


def is_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two documents differ at most in what they say to people."""
    return bare(before) == bare(after)


def bare(value: Any) -> Any:
    """A document without words."""
    if isinstance(value, Mapping):
        names = WORDS if "properties" not in value else WORDS - {"tags"}
        return {
            name: _bare_properties(each) if name == "properties" else bare(each)
            for name, each in value.items()
            if name not in names
        }
    return [bare(each) for each in value] if isinstance(value, list) else value


def _bare_properties(properties: Any) -> Any:
    """Properties may be named like words."""
    return {name: bare(each) for name, each in properties.items()}


def _operation(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    for name in ("operationId", "x-dataset"):
        if before.get(name) != after.get(name):
            advice = "Generated clients and scopes are named by it; keep it."
            yield place.at(name).broken(before.get(name), after.get(name), advice)
    yield from _scopes(before, after, place)
    yield from _parameters(pair, before, after, place.sending())
    yield from _body(pair, before, after, place.at("requestBody").sending())
    yield from _answers(pair, before["responses"], after["responses"], place.at("responses"))


def _scopes(before: Any, after: Any, place: Place) -> Iterator[Break]:
    told, asked = set(before.get("x-scopes", ())), set(after.get("x-scopes", ()))
    if asked - told:
        advice = "A token that was enough must stay enough."
        yield place.at("x-scopes").broken(sorted(told), sorted(asked), advice)
    ways = after.get("security", [])
    for way in before.get("security", []):
        if way not in ways:
            yield place.at("security").broken(way, ways, "Keep this way to log in.")


def _parameters(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    old, new = _by_name(pair.before, before), _by_name(pair.after, after)
    for key, parameter in old.items():
        at = place.at("parameters", key)
        if key not in new:
            yield at.broken(key, None, "Keep the parameter; mark it deprecated.")
            continue
        if new[key].get("required") and not parameter.get("required"):
            yield at.at("required").broken(False, True, "Old requests do not give it.")
        yield from _schema(pair, parameter["schema"], new[key]["schema"], at.at("schema"))
    for key in new.keys() - old.keys():
        if new[key].get("required"):
            at = place.at("parameters", key)
            yield at.broken(None, "required", "Old requests do not give it: make it optional.")


def _by_name(document: Any, operation: Any) -> dict[str, Any]:
    opened = (follow(document, each) for each in operation.get("parameters", ()))
    return {f"{each['in']}:{each['name']}": each for each in opened}


def _body(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    old, new = pair.open(before.get("requestBody"), after.get("requestBody"))
    if new and new.get("required") and not (old and old.get("required")):
        yield place.broken(None, "required", "Old requests have no body.")
    if old and not new:
        yield place.broken("body", None, "Keep taking the body.")
    if old and new:
        yield from _contents(pair, old, new, place)


def _answers(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    for status, answer in before.items():
        at = place.at(status)
        if status not in after:
            yield at.broken(status, None, "Keep the status, or tell it by a new address.")
            continue
        old, new = pair.open(answer, after[status])
        yield from _contents(pair, old, new, at)
        for name, header in old.get("headers", {}).items():
            promised, given = pair.open(header, new.get("headers", {}).get(name))
            if promised.get("required") and not (given and given.get("required")):
                yield at.at("headers", name).broken("always", "not always", "Keep the header.")


def _contents(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    contents = after.get("content", {})
    for form, content in before.get("content", {}).items():
        at = place.at("content", form)
        if form not in contents:
            yield at.broken(form, None, "Keep the format.")
        elif "schema" in content:
            yield from _schema(pair, content["schema"], contents[form].get("schema", {}), at)


def _schema(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    if not pair.is_new(before, after, place.direction):
        return
    before, after = pair.open(before, after)
    for look in (_types, _formats, _values, _bounds, _combined):
        yield from look(before, after, place)
    yield from _members(pair, before, after, place)
    yield from _required(before, after, place)
    if "items" in before and "items" in after:
        yield from _schema(pair, before["items"], after["items"], place.at("items"))
    yield from _others(pair, before, after, place)


def _types(before: Any, after: Any, place: Place) -> Iterator[Break]:
    old, new = _kinds(before), _kinds(after)
    narrow, wide = (new, old) if place.direction == REQUEST else (old, new)
    # None stands for any type.
    if narrow is not None and (wide is None or not wide <= narrow):
        advice = "A request must stay good" if place.direction == REQUEST else "Clients read this"
        yield place.at("type").broken(
            before.get("type"), after.get("type"), f"{advice}: add a new field instead."
        )


def _kinds(schema: Any) -> set[str] | None:
    kind = schema.get("type")
    if kind is None:
        return None
    kinds = {kind} if isinstance(kind, str) else set(kind)
    return kinds | {"integer"} if "number" in kinds else kinds


def _formats(before: Any, after: Any, place: Place) -> Iterator[Break]:
    for name in ("format", "pattern"):
        old, new = before.get(name), after.get(name)
        lost = new if place.direction == REQUEST else old
        if old != new and lost is not None:
            yield place.at(name).broken(old, new, "Keep how the value is written.")


def _listed(schema: Any) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _values(before: Any, after: Any, place: Place) -> Iterator[Break]:
    old, new = _listed(before), _listed(after)
    few, many = (new, old) if place.direction == REQUEST else (old, new)
    if few is None:
        return
    lost = ["any"] if many is None else [each for each in many if each not in few]
    if lost:
        advice = (
            "Keep taking every value."
            if place.direction == REQUEST
            else "The list was closed: only lists marked x-extensible-enum may grow."
        )
        yield place.at("enum").broken(old, new, advice)


def _bounds(before: Any, after: Any, place: Place) -> Iterator[Break]:
    sign = 1 if place.direction == REQUEST else -1
    for names, up in ((UPPER, 1), (LOWER, -1)):
        for name in names:
            old, new = before.get(name), after.get(name)
            if old == new:
                continue
            tight, loose = (new, old) if sign == 1 else (old, new)
            if tight is not None and (loose is None or (loose - tight) * up > 0):
                yield place.at(name).broken(old, new, "Keep the bound.")


def _combined(before: Any, after: Any, place: Place) -> Iterator[Break]:
    for name in COMBINED:
        if bare(before.get(name)) != bare(after.get(name)):
            advice = "A choice of shapes is compared as a whole: keep it."
            yield place.at(name).broken(before.get(name), after.get(name), advice)


def _members(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    new = after.get("properties", {})
    for name, member in before.get("properties", {}).items():
        at = place.at("properties", name)
        if name not in new:
            yield at.broken(name, None, "Keep the field; mark it deprecated.")
        else:
            yield from _schema(pair, member, new[name], at)


def _required(before: Any, after: Any, place: Place) -> Iterator[Break]:
    old, new = set(before.get("required", ())), set(after.get("required", ()))
    gone = set(before.get("properties", {})) - set(after.get("properties", {}))
    lost = new - old if place.direction == REQUEST else old - new - gone
    for name in sorted(lost):
        advice = (
            "Old requests do not give it: make it optional."
            if place.direction == REQUEST
            else "Clients count on it: give it always."
        )
        yield place.at("required").broken(name in old, name in new, f"{name}: {advice}")


def _others(pair: Pair, before: Any, after: Any, place: Place) -> Iterator[Break]:
    """Members without a name of their own."""
    old, new = before.get("additionalProperties", True), after.get("additionalProperties", True)
    at = place.at("additionalProperties")
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _schema(pair, old, new, at)
        return
    narrow, wide = (new, old) if place.direction == REQUEST else (old, new)
    if narrow is False and wide is not False:
        yield at.broken(old, new, "Keep whether further members may stand there.")
