"""Hosts and ports that a run reached for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Bench

SCRIPT = """
import os, socket
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for word in (b"secret-payload", b"again"): udp.sendto(word, ("127.0.0.1", 9))
udp.sendmsg([b"more"], [], 0, ("127.0.0.1", 10))
udp.connect(("127.0.0.1", 11)); udp.sendmsg([b"connected"])
here, there = socket.socketpair(); here.sendall(b"x")
local = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
local.bind("box"); local.sendto(b"x", "box"); os.unlink("box")
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for address in (("FE80::1%lo", 12), ("fe80::1", 12, 0, 1)):
    try: six.sendto(b"x", address)
    except OSError: pass
"""


def test_datagrams_and_forms_of_addresses(bench: Bench) -> None:
    observed = bench.python(SCRIPT)
    assert (observed.status, observed.stderr) == (0, b"")
    (end,) = observed.of("end")
    assert end["network"] == [
        ["127.0.0.1", 9, 2],
        ["127.0.0.1", 10, 1],
        ["127.0.0.1", 11, 1],
        ["fe80::1", 12, 2],
    ]
    assert b"payload" not in b"".join(
        path.read_bytes() for path in (observed.folder / "events").iterdir()
    )
