"""Loading divisions, and the codes that identifiers may carry."""

import csv
from pathlib import Path

from portal.jurisdictions.models import Division

DATA = Path(__file__).parent / "data"


def read_divisions() -> list[dict[str, str]]:
    """Shanghai's municipality, districts, streets, towns, townships and special zones.

    Rows of code, name, kind, parent_code, parents first. Source: the statistics bureau's list as
    of 2023-06-30.
    """
    with (DATA / "shanghai_divisions.csv").open(encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda row: (len(row["code"]), row["parent_code"]))


def add(*, code: str, name: str, kind: str, parent: Division | None) -> Division:
    """Enter a division below ``parent``; a known code is left as it is."""
    path = f"{parent.path if parent else ''}{code}/"
    division, _ = Division.objects.get_or_create(
        code=code, defaults={"name": name, "kind": kind, "parent": parent, "path": path}
    )
    return division


def accepted_codes() -> frozenset[str]:
    """District codes a credit code may carry: those in force and those retired."""
    with (DATA / "retired_codes.csv").open(encoding="utf-8") as file:
        retired = {row["code"] for row in csv.DictReader(file)}
    current = Division.objects.filter(kind__in=["municipality", "district"])
    return frozenset(retired | set(current.values_list("code", flat=True)))
