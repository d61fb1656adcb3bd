"""Whatever stands in a file of profiles, a preview ends with numbers or with an error of our own."""

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import AudienceError
from benchmarks.profiles import NOW

BYTES = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"\r", b"\x00", b"\xff", b"\xc3", b"a", b"1", b"\\"]
    )
).map(b"".join)
HEADS = st.sampled_from(
    [b"", b"\xef\xbb\xbf", b'{"external_id":"u","age":3}\n', b"external_id,age\nu,3\n", b"age,Age\n1,2\n"]
)
AUDIENCE = audience_dsl.compile('age > 1 and not (`a b` == "x") or foods includes any of ["x"] or push is opted_in')


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".json", ".parquet", ".zip", ".jsonl.gz", ".csv.gz"])
@given(head=HEADS, body=BYTES, packed=st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_bytes(ending: str, head: bytes, body: bytes, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"p{ending}")
        path.write_bytes(gzip.compress(head + body) if packed else head + body)
        counted = []
        for engine in ("auto", "python"):
            try:
                found = AUDIENCE.preview(path, now=NOW, engine=engine)
            except AudienceError as error:
                counted.append(str(error))
            else:
                assert 0 <= found.matched <= found.total
                counted.append("counted")
        assert counted[0] == counted[1]
