from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.compare.artifacts import Difference, Undecided, Unreadable
from auditor.compare.readers import skops_schema
from auditor.compare.readers.skops_schema import read_skops

Differ = Callable[..., Difference]
DATA = Path(__file__).parents[2] / "data" / "compare" / "skops"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def real(name: str) -> bytes:
    return (DATA / f"{name}.skops").read_bytes()


def edited(name: str, edit: Callable[[str], str]) -> bytes:
    """Return a file with its schema edited as text."""
    target = io.BytesIO()
    with zipfile.ZipFile(DATA / f"{name}.skops") as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == "schema.json":
                content = edit(content.decode()).encode()
            new.writestr(member, content)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["pipeline", "odd"])
def test_a_model_that_was_saved_again_is_within(differ: Differ, kind: str) -> None:
    found = differ("a.skops", real(f"{kind}_model"), real(f"{kind}_again"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 0
    assert any("addresses in memory" in note for note in found.notes)


def test_a_weight_that_changed_is_different(differ: Differ) -> None:
    found = differ("a.skops", real("pipeline_model"), real("pipeline_weight"))
    assert found.relation == "different"
    assert found.evidence[0].startswith("/steps/1/1/coef_[0, 0]: -0.95")


def test_a_parameter_or_class_that_changed_is_different(differ: Differ) -> None:
    a = real("pipeline_model")
    for old, new in (('"2.0"', '"3.0"'), ('"LogisticRegression"', '"Another"')):
        b = edited("pipeline_model", lambda text, old=old, new=new: text.replace(old, new))
        assert differ("a.skops", a, b).relation == "different"


def test_versions_are_told(differ: Differ) -> None:
    b = edited("pipeline_model", lambda text: text.replace("0.16.0", "0.15.0"))
    found = differ("a.skops", real("pipeline_model"), b)
    assert found.relation == "within"
    assert found.notes == ("set aside: version of skops (0.16.0 → 0.15.0)",)
    b = edited("pipeline_model", lambda text: text.replace("1.9.1", "1.8.0"))
    assert any(
        "version of scikit-learn (1.9.1 → 1.8.0)" in note
        for note in differ("a.skops", real("pipeline_model"), b).notes
    )


def test_values_are_what_was_saved() -> None:
    extra = read_skops(DATA / "odd_model.skops").tree["extra"]
    np.testing.assert_array_equal(extra["sparse"]["data"].values, np.ones(3))
    np.testing.assert_array_equal(extra["ma"]["content"]["mask"].values, [False, True])
    assert extra["s"] == {"<set>": {"a": True, "b": True, "c": True}}
    assert extra["t"] == [1, "x"]
    assert extra["b"] == b"abc"
    assert extra["od"] == {"<class>": "collections.OrderedDict", "a": 1}
    assert extra["f"] == {"<name>": "numpy.sum"}


def test_members_that_nothing_refers_to_count(differ: Differ, tmp_path: Path) -> None:
    path = tmp_path / "more.skops"
    path.write_bytes(real("pipeline_model"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.txt", "more")
    found = differ("a.skops", real("pipeline_model"), path.read_bytes())
    assert found.relation == "different"


def archive(schema: Any, **members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("schema.json", schema if isinstance(schema, str) else json.dumps(schema))
        for name, content in members.items():
            file.writestr(name, content)
    return target.getvalue()


def node(loader: str, **rest: Any) -> dict[str, Any]:
    return {"__class__": "A", "__module__": "m", "__loader__": loader, **rest}


def test_objects_that_were_saved_before_are_found_by_their_address(differ: Differ) -> None:
    def pair(first: int, second: int) -> bytes:
        one = node("ObjectNode", content={"x": 1}, __id__=first)
        return archive(node("ListNode", content=[one, node("CachedNode", __id__=second)]))

    assert differ("a.skops", pair(1, 1), pair(7, 7)).relation == "within"
    with pytest.raises(Unreadable):
        differ("a.skops", pair(1, 1), pair(7, 8))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no archive",
        archive("no json"),
        archive([1]),
        archive("9" * 5000),
        archive(node("TupleNode", content=1)),
        archive(node("DictNode", content={})),
        archive(node("NdArrayNode", type="numpy", file="missing.npy")),
        archive(node("NdArrayNode", type="numpy", file="a"), a=b"no array"),
        archive(node("JsonNode", content="{")),
        archive({"__loader__": "ObjectNode"}),
        real("pipeline_model")[:3000],
    ],
)
def test_broken_files_are_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("a.skops", broken, broken)


def test_what_is_too_deep_or_large_is_undecided(
    differ: Differ, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = node("ListNode", content=[deep])
    with pytest.raises(Undecided, match="deep"):
        differ("a.skops", archive(deep), archive(deep))
    monkeypatch.setattr(skops_schema, "MAX_SCHEMA", 10)
    with pytest.raises(Undecided, match="too large"):
        differ("a.skops", real("odd_model"), real("odd_model"))


@pytest.mark.slow
@settings(shared, max_examples=80)
@given(data=st.data())
def test_damaged_files_raise_only_what_is_agreed(differ: Differ, data: st.DataObject) -> None:
    content = real(data.draw(st.sampled_from(["pipeline_model", "odd_model"])))
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable, Undecided):
        differ("a.skops", content, bytes(damaged[: data.draw(st.integers(1, len(content)))]))
    with contextlib.suppress(Unreadable, Undecided):
        differ("a.skops", content, bytes(damaged))


@pytest.mark.slow
@settings(shared, max_examples=60)
@given(data=st.data())
def test_damaged_schemas_raise_only_what_is_agreed(differ: Differ, data: st.DataObject) -> None:
    def edit(text: str) -> str:
        words = ["JsonNode", "ListNode", "DictNode", "NdArrayNode", "SetNode", "null", "[]", "{}"]
        old = data.draw(st.sampled_from([*words[:5], '"content"', '"file"', '"shape"', "true"]))
        return text.replace(old, data.draw(st.sampled_from(words)), data.draw(st.integers(1, 3)))

    with contextlib.suppress(Unreadable, Undecided):
        differ("a.skops", real("odd_model"), edited("odd_model", edit))
