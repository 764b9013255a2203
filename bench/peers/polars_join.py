"""Two full outer joins with polars: by the processor's id, then by the order number.
Usage: polars_join.py WORLD RESULT. Prints one JSON line."""
import json
import resource
import sys
import time

import polars as pl

MONEY = pl.Decimal(20, 4)


def read(path, amount):
    money = [pl.col(amount).cast(MONEY).alias("amount"), pl.col("fee").cast(MONEY)]
    return pl.read_csv(path, infer_schema=False).with_columns(*money, pl.col("status").fill_null("settled"))


def compared(joined):
    differs = [
        ("currency", "currency_mismatch"),
        ("kind", "kind_mismatch"),
        ("amount", "amount_mismatch"),
        ("status", "status_mismatch"),
        ("fee", "fee_mismatch"),
    ]
    said = pl.lit("matched")
    for field, name in reversed(differs):
        said = pl.when(pl.col(field) != pl.col(f"{field}_i")).then(pl.lit(name)).otherwise(said)
    return joined.with_columns(said.alias("verdict"))


def lines(rows, side, id, verdict, group):
    return rows.select(pl.lit(side).alias("side"), pl.col(id).alias("id"), verdict, group).unique("id", keep="first")


def main(world, result):
    started = time.monotonic()
    processor = read(f"{world}/processor.csv", "gross").select(
        "id", "kind", "amount", "fee", "currency", "status", "merchantReference"
    )
    internal = read(f"{world}/internal.csv", "amount").select(
        "id", "kind", "amount", "fee", "currency", "status", "merchantReference", "processorReference"
    )
    named = internal.rename(lambda column: f"{column}_i")
    by_id = processor.join(named, left_on="id", right_on="processorReference_i", how="full")
    pairs = by_id.filter(pl.col("id").is_not_null() & pl.col("id_i").is_not_null())
    left = processor.join(pairs, on="id", how="anti")
    rest = named.join(pairs, on="id_i", how="anti")
    by_order = left.join(
        rest, left_on=["merchantReference", "kind"], right_on=["merchantReference_i", "kind_i"], how="full", coalesce=False
    )
    second = by_order.filter(pl.col("id").is_not_null() & pl.col("id_i").is_not_null())
    fields = ["id", "id_i"] + [f"{field}{of}" for field in ("kind", "amount", "fee", "currency", "status") for of in ("", "_i")]
    both = compared(pl.concat([pairs.select(fields), second.select(fields)]))
    none = pl.lit("").alias("group")
    pl.concat(
        [
            lines(both, "processor", "id", pl.col("verdict"), pl.col("id").alias("group")),
            lines(both, "internal", "id_i", pl.col("verdict"), pl.col("id").alias("group")),
            lines(left.join(second, on="id", how="anti"), "processor", "id", pl.lit("missing_internal").alias("verdict"), none),
            lines(rest.join(second, on="id_i", how="anti"), "internal", "id_i", pl.lit("missing_processor").alias("verdict"), none),
        ]
    ).write_csv(result)
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "rssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


main(sys.argv[1], sys.argv[2])
