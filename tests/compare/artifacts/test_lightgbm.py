from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Unreadable
from auditor.model.policy import Policy, Rule

Differ = Callable[..., Difference]
FILES = Path(__file__).parents[2] / "data" / "compare" / "lightgbm"


def read(name: str) -> str:
    return (FILES / f"{name}.txt").read_text()


@pytest.mark.parametrize("path", ["model.txt", "model", "model.lgb"])
def test_the_same_model_saved_twice(differ: Differ, path: str) -> None:
    found = differ(path, read("model"), read("again"))
    assert (found.relation, found.evidence, found.notes) == ("within", (), ())
    assert found.magnitude is not None
    assert found.magnitude.total == 262


def test_noise_in_the_last_bit_is_within(differ: Differ) -> None:
    found = differ("model.txt", read("model"), read("noise"))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 23
    assert found.notes == ("set aside: how many characters each tree takes",)


def test_one_leaf_that_changed(differ: Differ) -> None:
    found = differ("model.txt", read("model"), read("weight"))
    assert found.relation == "different"
    assert found.evidence == ("Tree=1/leaf_value[2]: -1.1861122886681097 → -1.1851122886681098",)


def test_the_number_of_threads_is_a_fact_of_the_machine(differ: Differ) -> None:
    found = differ("model.txt", read("model"), read("threads"))
    assert (found.relation, found.notes) == ("within", ("set aside: the number of threads",))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("[learning_rate: 0.1]", "[learning_rate: 0.2]", "parameters/learning_rate: 0.1 → 0.2"),
        ("[device_type: cpu]", "[device_type: gpu]", "parameters/device_type: cpu → gpu"),
        ("num_class=3", "num_class=4", "model/num_class: 3 → 4"),
        ("Column_2=", "Column_9=", "feature_importances/Column_2: present → (absent)"),
        ("shrinkage=0.1", "shrinkage=0.2", "Tree=3/shrinkage: 0.1 → 0.2"),
        ("Tree=5", "Tree=9", "Tree=5: present → (absent)"),
        ("leaf_count=20 99 31", "leaf_count=20 99 32", "Tree=0/leaf_count[2]: 31 → 32"),
        ("leaf_count=20 99 31", "leaf_count=20 99", "Tree=0/leaf_count: 20 99 31 → 20 99"),
        ("pandas_categorical:null", "pandas_categorical:[]", "model/pandas_categorical: null → []"),
    ],
)
def test_changes(differ: Differ, old: str, new: str, line: str) -> None:
    assert old in read("model")
    found = differ("model.txt", read("model"), read("model").replace(old, new))
    assert found.relation == "different"
    assert line in found.evidence


def test_a_temporary_path_among_the_parameters_is_masked(differ: Differ) -> None:
    unset = "[machine_list_filename: ]"
    assert read("model").count(unset) == 1
    one, other, moved = (
        read("model").replace(unset, f"[machine_list_filename: {path}]")
        for path in ("/tmp/tmpa1b2c3/m.txt", "/tmp/tmpz9y8x7/m.txt", "/data/m.txt")
    )
    found = differ("model.txt", one, other)
    assert found.relation == "within"
    assert [(mask.rule, mask.count) for mask in found.masks] == [("temporary-path", 1)]
    assert differ("model.txt", one, moved).relation == "different"
    policy = Policy(masks=())
    assert differ("model.txt", one, other, policy).relation == "different"


def test_ranges_of_features_are_numbers(differ: Differ) -> None:
    old = "[4.2999999999999998:7.9000000000000004]"
    assert old in read("model")
    near = read("model").replace(old, "[4.2999999999999989:7.9000000000000004]")
    assert differ("model.txt", read("model"), near).relation == "within"
    far = read("model").replace(old, "[4.2999999999999998:7.8]")
    found = differ("model.txt", read("model"), far)
    assert found.evidence == ("model/feature_infos[2]: 7.9000000000000004 → 7.8",)


def test_the_sixth_digit_may_turn_where_only_six_are_written(differ: Differ) -> None:
    assert "97.0588" in read("model")
    turned = read("model").replace("97.0588", "97.0589")
    found = differ("model.txt", read("model"), turned)
    assert found.relation == "within"
    assert found.tolerance is not None
    assert found.tolerance.source == "written with six digits"
    other = read("model").replace("97.0588", "97.0688")
    assert differ("model.txt", read("model"), other).relation == "different"
    exact = Policy(tolerances=(Rule(match="*"),))
    assert differ("model.txt", read("model"), turned, exact).relation == "different"


@pytest.mark.parametrize(
    "broken",
    [
        "tree\nversio",
        "",
        "another text\n",
        "tree\nversion=v4\nnum_class=1\nnum_class=2\n",
        b"tree\nversion=v4\n\xff",
    ],
)
def test_what_is_no_model_is_unreadable(differ: Differ, broken: str | bytes) -> None:
    with pytest.raises(Unreadable):
        differ("model.txt", read("model"), broken)
