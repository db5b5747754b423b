"""polars: whole columns at once, in as many threads as there are cores."""

import io
from collections.abc import Iterator
from datetime import date

import polars as pl

from benchmarks import peers

AMOUNTS = ("area", "committed", "earned")


def judge(as_of: date, last: int) -> Iterator[bytes]:
    """Lines for COPY."""
    texts = peers.wording(as_of)
    flags = {name: pl.String for name in peers.FIGURES if name not in ("counted", "with_director")}
    table = pl.read_csv(io.BytesIO(peers.as_csv(as_of, last)), schema_overrides=flags)
    for rule, met in _met().items():
        file = io.BytesIO()
        _findings(table, rule, met, texts[rule], peers.stamp(as_of)).write_csv(
            file, include_header=False, separator="\t", quote_style="never"
        )
        yield file.getvalue()


def _met() -> dict[str, pl.Expr]:
    def is_true(name: str) -> pl.Expr:
        return pl.col(name) == "t"

    def number(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Float64)

    return {
        "ST-02": is_true("director_full_time") & is_true("director_counted"),
        "ST-04": pl.col("counted") >= 2,
        "ST-05": is_true("seconded"),
        "ST-06": is_true("recruited"),
        "ST-07": is_true("adequate"),
        "ST-08": number("area") >= 30,
        "ST-09": is_true("signage"),
        "ST-10": is_true("equipment"),
        "ST-12": number("committed") > 0,
        "ST-14": number("earned") > 0,
    }


def _findings(
    table: pl.DataFrame, rule: str, met: pl.Expr, text: tuple[str, str, str], stamp: str
) -> pl.DataFrame:
    reason_met, reason_not, figures = text
    unmet = pl.lit(reason_not)
    if rule == "ST-02":
        by_type = pl.lit("director_type_not_counted")
        unmet = pl.when(pl.col("director_full_time") == "t").then(by_type).otherwise(unmet)
    return table.select(
        "center_id",
        pl.lit(f"{rule}\t{stamp}").alias("stamp"),
        pl.when(met).then(pl.lit("met")).otherwise(pl.lit("not_met")).alias("outcome"),
        pl.when(met).then(pl.lit(reason_met)).otherwise(unmet).alias("reason"),
        _filled(figures).alias("figures"),
        pl.lit("f\t\\N\t0\t\\N").alias("rest"),
    )


def _filled(figures: str) -> pl.Expr:
    """The figures as JSON, with each center's own."""
    names = [name for name in peers.FIGURES if f"{{{name}}}" in figures]
    parts, rest = [], figures
    while names:
        name = min(names, key=lambda name: rest.find(f"{{{name}}}") % (len(rest) + 1))
        before, found, after = rest.partition(f"{{{name}}}")
        if not found:
            names.remove(name)
            continue
        parts += [pl.lit(before), pl.col(name).cast(pl.String)]
        rest = after
    return pl.concat_str([*parts, pl.lit(rest)])
