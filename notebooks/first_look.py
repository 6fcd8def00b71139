"""A first look at a run, for users of Python: python3 notebooks/first_look.py [RESULTS]

Opens the Arrow files of a results folder with pyarrow, Polars and, where it is installed, DuckDB:

    pip install pyarrow polars duckdb
"""

import sys
from pathlib import Path

import polars as pl
import pyarrow.ipc

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results/reference/first-steps")

# pyarrow: the file as it is, with the unit and the meaning of each column in its metadata
with pyarrow.ipc.open_file(results / "requests.arrow") as file:
    table = file.read_all()
print(f"{table.num_rows} requests of {results}, among their columns:")
for field in table.schema:
    if field.name in ("issued_ns", "latency_ns", "node"):
        told = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
        print(f"  {field.name}: {told}")

# Polars: latency by node, of what was answered after the warm-up
requests = pl.from_arrow(table).filter(~pl.col("warmup"))
answered = requests.filter(pl.col("latency_ns").is_not_null())
ms = pl.col("latency_ns") / 1e6
print(f"answered: {answered.height} of {requests.height}")
median = answered.select(ms.median()).item()
print("median: none" if median is None else f"median: {median:.3f} ms")
by_node = answered.group_by("node").agg(
    pl.len().alias("requests"),
    ms.quantile(0.5, "linear").alias("p50_ms"),
    ms.quantile(0.95, "linear").alias("p95_ms"),
)
print(by_node.sort("requests", "node", descending=[True, False]))

# what became of requests over time: the cut shows
over_time = requests.group_by((pl.col("issued_ns") // 10e9 * 10).alias("from_s"), "outcome").len()
print(over_time.pivot(on="outcome", index="from_s", values="len").sort("from_s").fill_null(0))

# DuckDB: SQL over the same table, without a copy
try:
    import duckdb
except ImportError:
    print("skipped: DuckDB is not installed")
else:
    requests_table = table
    failed = duckdb.sql(
        "SELECT cause, count(*) AS requests FROM requests_table "
        "WHERE NOT warmup AND outcome NOT IN ('ok', 'unfinished') GROUP BY cause ORDER BY cause"
    ).fetchall()
    print(f"failed, by cause: {failed}")
