"""NumPy: the rules as masks over arrays, the lines by Python."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from benchmarks import peers


def judge(as_of: date, last: int) -> Iterator[bytes]:
    """Lines for COPY."""
    rows = peers.as_rows(as_of, last)
    ids, *columns = zip(*rows, strict=True)
    cells = dict(zip(peers.FIGURES, columns, strict=True))
    texts, stamp = peers.wording(as_of), peers.stamp(as_of)
    for rule, met in _met(cells).items():
        reason_met, reason_not, figures = texts[rule]
        unmet: Any = f"not_met\t{reason_not}"
        if rule == "ST-02":
            by_type = "not_met\tdirector_type_not_counted"
            unmet = np.where(np.array(cells["director_full_time"]), by_type, unmet)
        told = np.where(met, f"met\t{reason_met}", unmet).tolist()
        lines = [
            f"{pk}\t{rule}\t{stamp}\t{outcome}\t{text}\tf\t\\N\t0\t\\N\n"
            for pk, outcome, text in zip(ids, told, _filled(figures, cells), strict=True)
        ]
        yield "".join(lines).encode()


def _met(cells: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    flag = {name: np.array(cells[name]) for name in cells}
    amount = {name: np.array(cells[name], dtype=float) for name in ("area", "committed", "earned")}
    return {
        "ST-02": flag["director_full_time"] & flag["director_counted"],
        "ST-04": flag["counted"] >= 2,
        "ST-05": flag["seconded"],
        "ST-06": flag["recruited"],
        "ST-07": flag["adequate"],
        "ST-08": amount["area"] >= 30,
        "ST-09": flag["signage"],
        "ST-10": flag["equipment"],
        "ST-12": amount["committed"] > 0,
        "ST-14": amount["earned"] > 0,
    }


def _filled(figures: str, cells: dict[str, tuple[Any, ...]]) -> list[str]:
    """The figures as JSON, with each center's own."""
    names = [name for name in peers.FIGURES if f"{{{name}}}" in figures]
    count = len(next(iter(cells.values())))
    if not names:
        return [figures] * count
    template = figures.replace("%", "%%")
    for name in names:
        template = template.replace(f"{{{name}}}", f"%({name})s")
    columns = [cells[name] for name in names]
    return [template % dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
