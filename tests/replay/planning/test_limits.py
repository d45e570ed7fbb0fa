from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.fact import recorded
from auditor.model.facts import Stream
from auditor.model.files import File
from auditor.replay.options import Options
from auditor.replay.planning.limits import Room, default_limits, room_here

GIB = 1 << 30
ROOM = Room(memory=100 * GIB, disk=500 * GIB)


def test_nobody_needs_to_ask_to_be_safe(make: Any) -> None:
    limits = default_limits(Options(), make.fingerprint(), ROOM)
    assert limits.network == "none"
    assert limits.memory == 90 * GIB
    assert limits.disk == limits.file == 20 * GIB
    assert limits.log == GIB
    assert limits.scratch == 45 * GIB
    assert limits.shm == GIB
    assert limits.timeout is None


def test_replays_side_by_side_share_the_machine(make: Any) -> None:
    limits = default_limits(
        Options(), make.fingerprint(), Room(memory=16 * GIB, disk=11 * GIB), at_once=4
    )
    assert limits.memory == 16 * GIB * 9 // 10 // 4
    assert limits.disk == 10 * GIB // 4


def test_what_the_original_left_may_be_left_again(make: Any) -> None:
    large = File(path="model.bin", digest=None, size=40 * GIB, reason="large")
    fingerprint = make.fingerprint(outputs=(large,))
    stream = Stream(digest="sha256:" + 64 * "0", size=2 * GIB, kept=True)
    outcome = msgspec.structs.replace(fingerprint.outcome, stdout=recorded(stream, "test"))
    fingerprint = msgspec.structs.replace(fingerprint, outcome=outcome)
    limits = default_limits(Options(), fingerprint, ROOM)
    assert limits.disk == 160 * GIB
    assert limits.log == 8 * GIB


def test_what_was_asked_for_is_given(make: Any) -> None:
    options = Options(memory=GIB, disk=5, log=6, cpus=1.5, timeout=7.0, network="bridge")
    limits = default_limits(options, make.fingerprint(), ROOM, at_once=9)
    assert (limits.memory, limits.disk, limits.file, limits.log) == (GIB, 5, 5, 6)
    assert (limits.cpus, limits.timeout, limits.network) == (1.5, 7.0, "bridge")
    assert limits.shm == limits.scratch == GIB // 2


def test_a_nearly_full_disk_keeps_half_of_what_is_left(make: Any) -> None:
    limits = default_limits(Options(), make.fingerprint(), Room(memory=GIB, disk=GIB))
    assert limits.disk == GIB // 2


def test_the_room_of_this_machine() -> None:
    room = room_here()
    assert room.memory > 1 << 28
    assert room.disk > 0
    assert room_here(memory=5).memory == 5
