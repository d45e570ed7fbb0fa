from __future__ import annotations

import sys
import sysconfig

import msgspec
import pytest
from packaging import tags

from auditor.locking import Target, supported, target_of
from auditor.model.facts import Interpreter


def test_agrees_with_the_tags_of_this_interpreter() -> None:
    libc = " ".join(__import__("platform").libc_ver())
    here = Target(
        implementation=sys.implementation.name,
        version=".".join(map(str, sys.version_info[:3])),
        soabi=str(sysconfig.get_config_var("SOABI")),
        platform=sysconfig.get_platform(),
        libc=libc,
    )
    assert set(map(str, tags.sys_tags())) <= set(supported(here))
    assert supported(here)[0] == str(next(iter(tags.sys_tags())))


@pytest.mark.parametrize(
    ("changes", "tag"),
    [
        ({}, "cp311-cp311-manylinux2014_x86_64"),
        ({}, "cp38-abi3-manylinux1_x86_64"),
        ({}, "py3-none-any"),
        ({"version": "3.7.16", "soabi": "cpython-37m-x86_64-linux-gnu"}, "cp37-cp37m-linux_x86_64"),
        (
            {"version": "3.13.0", "soabi": "cpython-313t-x86_64-linux-gnu"},
            "cp313-cp313t-linux_x86_64",
        ),
        ({"soabi": ""}, "cp311-cp311-linux_x86_64"),
        ({"libc": "musl 1.2"}, "cp311-cp311-musllinux_1_1_x86_64"),
        (
            {"implementation": "pypy", "version": "3.10.14", "soabi": "pypy310-pp73"},
            "pp310-pypy310_pp73-manylinux_2_28_x86_64",
        ),
        ({"implementation": "pypy", "version": "3.10.14", "soabi": "?"}, "py3-none-any"),
    ],
)
def test_knows_what_fits(target: Target, changes: dict[str, str], tag: str) -> None:
    assert tag in supported(msgspec.structs.replace(target, **changes))


def test_never_takes_a_wheel_for_a_newer_libc_or_another_one(target: Target) -> None:
    found = "\n".join(supported(target))
    assert "manylinux_2_36_" in found
    assert "manylinux_2_37_" not in found
    assert "musllinux" not in found
    without = "\n".join(supported(msgspec.structs.replace(target, libc="")))
    assert "manylinux" not in without


def test_is_made_from_a_captured_interpreter(target: Target) -> None:
    interpreter = Interpreter(
        implementation="CPython",
        version=target.version,
        build="",
        executable="/usr/bin/python3",
        prefix="/usr",
        base_prefix="/usr",
        tag="cpython-311",
        soabi=target.soabi,
        platform=target.platform,
    )
    assert target_of(interpreter, target.libc) == target
    assert target_of(interpreter, None).libc == ""
