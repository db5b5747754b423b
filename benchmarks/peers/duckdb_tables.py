"""DuckDB: the rules as one statement over a table in memory."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from benchmarks import peers

MET = {
    "ST-02": "director_full_time AND director_counted",
    "ST-04": "counted >= 2",
    "ST-05": "seconded",
    "ST-06": "recruited",
    "ST-07": "adequate",
    "ST-08": "area >= 30",
    "ST-09": "signage",
    "ST-10": "equipment",
    "ST-12": "committed > 0",
    "ST-14": "earned > 0",
}


def judge(as_of: date, last: int) -> Iterator[bytes]:
    """Lines for COPY."""
    texts, stamp = peers.wording(as_of), peers.stamp(as_of)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as memory:
        given, found = Path(folder, "given.csv"), Path(folder, "found.csv")
        given.write_bytes(peers.as_csv(as_of, last))
        memory.execute(f"CREATE TABLE center AS SELECT * FROM read_csv('{given}', types = {TYPES})")
        findings = " UNION ALL ".join(
            _select(rule, met, texts[rule], stamp) for rule, met in MET.items()
        )
        memory.execute(f"COPY ({findings}) TO '{found}' (HEADER false, DELIMITER '\x01', QUOTE '')")
        yield found.read_bytes()


TYPES = (
    "{"
    + ", ".join(
        f"'{name}': '{kind}'"
        for kind, names in {
            "BIGINT": ("center_id", "counted", "with_director"),
            "DECIMAL(16, 2)": ("area", "committed", "earned"),
        }.items()
        for name in names
    )
    + "}"
)


def _select(rule: str, met: str, text: tuple[str, str, str], stamp: str) -> str:
    """One column: the whole line, because the stamp holds tabs."""
    reason_met, reason_not, figures = text
    unmet = f"'{reason_not}'"
    if rule == "ST-02":
        unmet = f"if(director_full_time, 'director_type_not_counted', {unmet})"
    for name in peers.FIGURES:
        figures = figures.replace(f"{{{name}}}", f"' || {name} || '")
    return (
        f"SELECT center_id || '\t{rule}\t{stamp}\t'"
        f" || if({met}, 'met\t{reason_met}', 'not_met\t' || {unmet})"
        f" || '\t{figures}\tf\t\\N\t0\t\\N' FROM center"
    )
