"""Parameters in command lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture.params.arguments import arguments_of


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("python train.py --lr 0.1", {"lr": "0.1"}),
        ("python3.11 train.py --lr=0.1 --name=", {"lr": "0.1", "name": ""}),
        ("/usr/bin/python -u -W error train.py --flag -x 3", {"flag": "true", "x": "3"}),
        ("python -Xdev -m package.train --epochs 3", {"epochs": "3"}),
        ("python -c print() --epochs 3", {"epochs": "3"}),
        ("python train.py --shift -1e-3 --far -2", {"shift": "-1e-3", "far": "-2"}),
        ("python train.py --a 1 -- --b 2", {"a": "1"}),
        ("python train.py --set a --set b", {"set": "a, b"}),
        (
            "python train.py model.lr=0.1 +a=1 ++b=2 ~c ~d=4 db@back=sql",
            {"model.lr": "0.1", "a": "1", "b": "2", "~c": "true", "~d": "4", "db@back": "sql"},
        ),
        ("python train.py data.csv https://host/?a=1 =x 3=4", {}),
        ("./train --lr 0.1", {"lr": "0.1"}),
        ("bash run.sh --lr 0.1", {"lr": "0.1"}),
        ("torchrun --nproc_per_node 2 train.py --lr 0.1", {"lr": "0.1"}),
        ("uv run --locked python -u train.py --lr 0.1", {"lr": "0.1"}),
        ("env A=1 nice -n 5 python -B train.py lr=2", {"lr": "2"}),
        ("python", {}),
        ("", {}),
    ],
)
def test_options_and_overrides_after_the_program(line: str, found: dict[str, str]) -> None:
    assert arguments_of(line.split()) == found


def test_a_shells_program_text_has_no_parameters() -> None:
    assert arguments_of(["bash", "-c", "python a.py --lr 1", "--x", "1"]) == {}


def test_what_is_masked_stays_masked() -> None:
    assert arguments_of(["t", "--password", "[redacted]"]) == {"password": "[redacted]"}


def test_so_many_and_no_more() -> None:
    assert len(arguments_of(["t", *(f"--o{n}={n}" for n in range(900))])) == 500
    assert len(arguments_of(["t", "--long", "x" * 5000])["long"]) == 1000


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_words_are_read(argv: list[str]) -> None:
    assert all(name for name in arguments_of(argv))
