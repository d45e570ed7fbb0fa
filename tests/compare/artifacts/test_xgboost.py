from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.compare.artifacts import Difference, Unreadable

Differ = Callable[..., Difference]
FILES = Path(__file__).parents[2] / "data" / "compare" / "xgboost"
FORMS = pytest.mark.parametrize("form", ["json", "ubj"])


def read(name: str, form: str) -> bytes:
    return (FILES / f"{name}.{form}").read_bytes()


@FORMS
@pytest.mark.parametrize("path", ["model.{}", "model", "model.bin"])
def test_the_same_model_saved_twice(differ: Differ, form: str, path: str) -> None:
    found = differ(path.format(form), read("model", form), read("again", form))
    assert (found.relation, found.evidence, found.notes) == ("within", (), ())
    assert found.magnitude is not None
    assert found.magnitude.total > 200


@FORMS
def test_noise_in_the_last_bit_is_within(differ: Differ, form: str) -> None:
    found = differ(f"model.{form}", read("model", form), read("noise", form))
    assert found.relation == "within"
    assert found.magnitude is not None
    assert found.magnitude.differing == 84
    # More than the tolerance of doubles, as which JSON alone would take them.
    assert found.magnitude.max_rel > 1e-7


@FORMS
def test_one_leaf_that_changed(differ: Differ, form: str) -> None:
    found = differ(f"model.{form}", read("model", form), read("weight", form))
    assert found.relation == "different"
    place = "/learner/gradient_booster/model/trees/1/split_conditions[4]"
    assert found.evidence == (f"{place}: -0.20051816 → -0.19951816",)


@FORMS
def test_another_kind_of_booster(differ: Differ, form: str) -> None:
    found = differ(f"model.{form}", read("model", form), read("linear", form))
    assert found.relation == "different"


def edited(change: Callable[[dict[str, object]], None]) -> bytes:
    model = json.loads(read("model", "json"))
    change(model)
    return json.dumps(model).encode()


@pytest.mark.parametrize(
    ("score", "relation"),
    [
        ("5E-1", "within"),
        ("[5.0000001E-1]", "within"),
        ("5.1E-1", "different"),
        ("no", "different"),
    ],
)
def test_the_base_score_is_a_number_in_text(differ: Differ, score: str, relation: str) -> None:
    def with_score(text: str) -> bytes:
        return edited(lambda model: model["learner"]["learner_model_param"].update(base_score=text))  # type: ignore[index]

    assert differ("m.json", with_score("[5E-1]"), with_score(score)).relation == relation


def test_the_version_that_saved_it_is_named(differ: Differ) -> None:
    found = differ("m.json", read("model", "json"), edited(lambda m: m.update(version=[3, 3, 0])))
    assert (found.relation, found.notes) == ("within", ("saved by XGBoost 3.2.0 and 3.3.0",))
    form = read("model", "ubj").replace(b"versionl", b"versionl")
    assert differ("m.ubj", form, form).relation == "within"


def test_the_number_of_threads_is_a_fact_of_the_machine(differ: Differ) -> None:
    config = read("config", "json")
    found = differ("c.json", config, config.replace(b'"nthread":"1"', b'"nthread":"8"'))
    assert (found.relation, found.notes) == ("within", ("set aside: the number of threads",))
    other = config.replace(b'"eta":"0.5"', b'"eta":"0.4"')
    assert differ("c.json", config, other).relation == "different"
    device = config.replace(b'"device":"cpu"', b'"device":"cuda:0"')
    assert differ("c.json", config, device).relation == "different"


def test_other_json_is_not_taken_for_a_model(differ: Differ) -> None:
    assert differ("a.json", '{"learner_rate": 1}', '{"learner_rate": 2}').relation == "different"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        read("model", "ubj")[:-1],
        read("model", "ubj") + b"}",
        read("model", "json")[:-1],
        b'{"learner": 1, "learner": 2}',
        b'{"learner": NaN]',
    ],
)
def test_what_is_no_model_is_unreadable(differ: Differ, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        differ("model.ubj", read("model", "ubj"), broken)
