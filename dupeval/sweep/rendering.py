"""Tables of a sweep as files and for the eye."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dupeval.dataset import Dataset
from dupeval.rendering import csv_bytes, describe_dataset

HEADINGS = {
    "loqo": "Best by held-out F1 (loqo)",
    "oracle": "Best on the very queries that are scored (oracle): an upper bound, never a result",
}
COLUMNS = {
    "method": "method",
    "n_settings": "settings",
    "parameters": "best setting",
    "f1_loqo": "F1 loqo",
    "f1_oracle": "F1 oracle",
    "f1_loqo_all": "F1 loqo, setting held out too",
}


def best_markdown(best: pd.DataFrame, dataset: Dataset) -> str:
    """Return the best settings of each method as Markdown, one part a choosing protocol."""
    parts = [f"Mean F1 on {describe_dataset(dataset)}."]
    if best.empty:
        parts.append("Neither loqo nor oracle was run: no setting is called the best.")
    for chosen_by, rows in best.groupby("chosen_by", sort=False):
        columns = [name for name in COLUMNS if name in rows and rows[name].notna().any()]
        text = rows[columns].rename(columns=COLUMNS).to_markdown(index=False, floatfmt=".3f")
        parts.append(f"### {HEADINGS[str(chosen_by)]}\n\n{text}")
    return "\n\n".join(parts) + "\n"


def short_csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as UTF-8 CSV, numbers to six digits and no longer than they need be."""
    return csv_bytes(table, "%.6g")


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as Parquet: the same bytes for the same table and library."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    texts = [field.name for field in arrow.schema if pa.types.is_large_string(field.type)]
    numbers = [field.name for field in arrow.schema if pa.types.is_floating(field.type)]
    sink = io.BytesIO()
    pq.write_table(
        arrow,
        sink,
        compression="zstd",
        compression_level=9,
        use_dictionary=texts,
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
    )
    return sink.getvalue()
