"""Text of frames is Python's own while a study runs, and Arrow's where it is written."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from llrgeo.inputs.text_storage import arrow_text, with_python_strings
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study


def storage(values: pd.Series) -> str:
    assert isinstance(values.dtype, pd.StringDtype)
    return values.dtype.storage


@with_python_strings
def names() -> pd.Series:
    return pd.Series(["Oakham", None, "Syston"])


@with_python_strings
def nothing() -> None:
    msg = "nothing to name"
    raise ValueError(msg)


def test_text_is_pythons_within_and_pandas_option_comes_back() -> None:
    outside = pd.Series(["Oakham", None, "Syston"])
    assert (storage(names()), storage(outside)) == ("python", "pyarrow")
    assert str(names().dtype) == str(outside.dtype) == "str"
    with pytest.raises(ValueError, match="nothing to name"):
        nothing()
    assert storage(pd.Series(["Oakham"])) == "pyarrow"


def test_a_study_runs_on_pythons_strings(town_study_once) -> None:
    tables = run_study(load_study(town_study_once)).evidence.tables
    texts = [table[name] for table in tables.values() for name in table.select_dtypes("str")]
    assert len(texts) > 50
    assert {storage(text) for text in texts} == {"python"}
    assert storage(pd.Series(["Oakham"])) == "pyarrow"


def parquet_bytes(table: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    arrow_text(table).to_parquet(content, compression="zstd", index=False)
    return content.getvalue()


def test_files_are_the_same_bytes_whatever_pandas_kept() -> None:
    table = pd.DataFrame({"place": ["Oakham", None, "Syston"], "people": [11, 13, 17]})
    table["served"] = np.array([True, False, True])
    with_python = arrow_text(table).astype({"place": names().dtype})
    assert (storage(table["place"]), storage(with_python["place"])) == ("pyarrow", "python")
    written = parquet_bytes(with_python)
    assert written == parquet_bytes(table)
    assert pq.read_schema(io.BytesIO(written)).field("place").type == pa.large_string()
