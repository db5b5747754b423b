"""zen-engine: one decision table per rule, evaluated center by center."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import zen

from benchmarks import peers

# Rule → when it is met, in the engine's own language.
MET = {
    "ST-04": ("counted", ">= 2"),
    "ST-05": ("seconded", "true"),
    "ST-06": ("recruited", "true"),
    "ST-07": ("adequate", "true"),
    "ST-08": ("area", ">= 30"),
    "ST-09": ("signage", "true"),
    "ST-10": ("equipment", "true"),
    "ST-12": ("committed", "> 0"),
    "ST-14": ("earned", "> 0"),
}


def judge(as_of: date, last: int) -> Iterator[bytes]:
    """Lines for COPY."""
    texts = peers.wording(as_of)
    decision = zen.ZenEngine().create_decision(json.dumps(_graph(texts)))
    stamp = peers.stamp(as_of)
    lines = []
    for center, *cells in peers.as_rows(as_of, last):
        figures = dict(zip(peers.FIGURES, cells, strict=True))
        found = decision.evaluate({name: _plain(value) for name, value in figures.items()})
        for rule, (outcome, reason) in _found(found["result"]):
            told = texts[rule][2]
            for name in ("counted", "with_director", "area", "committed", "earned"):
                told = told.replace(f"{{{name}}}", str(figures[name]))
            lines.append(
                f"{center}\t{rule}\t{stamp}\t{outcome}\t{reason}\t{told}\tf\t\\N\t0\t\\N\n"
            )
    yield "".join(lines).encode()


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _found(result: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for rule in peers.RULES:
        found = result[_name(rule)]
        yield rule, (found["outcome"], found["reason"])


def _name(rule: str) -> str:
    return rule.replace("-", "")


def _graph(texts: dict[str, tuple[str, str, str]]) -> dict[str, Any]:
    director = _table(
        "ST-02",
        ["director_full_time", "director_counted"],
        [
            (["true", "true"], "met", texts["ST-02"][0]),
            (["false", ""], "not_met", texts["ST-02"][1]),
            (["", ""], "not_met", "director_type_not_counted"),
        ],
    )
    tables = [director] + [
        _table(
            rule,
            [figure],
            [([test], "met", texts[rule][0]), ([""], "not_met", texts[rule][1])],
        )
        for rule, (figure, test) in MET.items()
    ]
    ends = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    edges = [("in", table["id"]) for table in tables] + [(table["id"], "out") for table in tables]
    return {
        "nodes": ends + tables,
        "edges": [
            {"id": f"{start}-{end}", "sourceId": start, "targetId": end, "type": "edge"}
            for start, end in edges
        ],
    }


def _table(rule: str, figures: list[str], rows: list[tuple[list[str], str, str]]) -> dict[str, Any]:
    name = _name(rule)
    inputs = [{"id": f"i{n}", "name": field, "field": field} for n, field in enumerate(figures)]
    outputs = [
        {"id": part, "name": part, "field": f"{name}.{part}"} for part in ("outcome", "reason")
    ]
    return {
        "id": name,
        "name": name,
        "type": "decisionTableNode",
        "content": {
            "hitPolicy": "first",
            "inputs": inputs,
            "outputs": outputs,
            "rules": [
                {"_id": f"{name}{number}", "outcome": json.dumps(outcome)}
                | {"reason": json.dumps(reason)}
                | {f"i{n}": test for n, test in enumerate(tests)}
                for number, (tests, outcome, reason) in enumerate(rows)
            ],
        },
    }
