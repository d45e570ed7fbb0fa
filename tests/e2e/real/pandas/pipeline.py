"""Clean a table of orders, aggregate it by month and country, write Parquet, CSV and a summary."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

orders = pd.read_csv("data/orders.csv", parse_dates=["day"], dtype={"country": "category"})
orders = orders.dropna(subset=["country"])
orders["month"] = orders["day"].dt.to_period("M").astype(str)
monthly = (
    orders.groupby(["month", "country"], observed=True)["amount"]
    .agg(["sum", "mean", "count"])
    .reset_index()
)
Path("out").mkdir()
pq.write_table(pa.Table.from_pandas(monthly), "out/monthly.parquet", compression="zstd")
monthly.to_csv("out/monthly.csv", index=False)
best = orders.groupby("customer")["amount"].sum().nlargest(5)
summary = {
    "orders": len(orders),
    "revenue": round(float(orders["amount"].sum()), 2),
    "best": {name: round(float(amount), 2) for name, amount in best.items()},
}
Path("out/summary.json").write_text(json.dumps(summary, indent=1))
print(monthly.head())
