from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from auditor.locking import Target, fits, supported
from auditor.locking.selection import Offer, choose

NAMES = (
    "x-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
    "x-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "x-1.0-cp311-cp311-manylinux_2_99_x86_64.whl",
    "x-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
    "x-1.0-cp311-cp311-win_amd64.whl",
    "x-1.0-py3-none-any.whl",
    "x-1.0-1-py3-none-any.whl",
    "x-1.0.tar.gz",
    "x-1.0.zip",
    "not a distribution.whl",
    "x.exe",
)


def offers(*names: str) -> list[Offer]:
    return [Offer(file=name, digest="sha256:" + "0" * 64) for name in names]


@given(st.permutations(NAMES))
def test_takes_the_best_wheel_whatever_their_order(names: list[str]) -> None:
    tags = supported(TARGET)
    chosen = []
    left = list(names)
    while (offer := choose(offers(*left), tags)) is not None:
        chosen.append(offer.file)
        left.remove(offer.file)
    assert chosen == [NAMES[0], NAMES[1], NAMES[6], NAMES[5], NAMES[7], NAMES[8]]


def test_nothing_fits_where_nothing_is_supported() -> None:
    for name, tags in itertools.product(NAMES[:7], [(), ("cp39-cp39-any",)]):
        assert not fits(name, tags)
    assert fits(NAMES[5], ("py3-none-any",))


TARGET = Target(
    implementation="cpython",
    version="3.11.7",
    soabi="cpython-311-x86_64-linux-gnu",
    platform="linux-x86_64",
    libc="glibc 2.36",
)
