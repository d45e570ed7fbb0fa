"""Answers look-ups of names where there is no network, so that those of any program are seen.

Queries are those of RFC 1035, over UDP to 127.0.0.1:53, where the replay's ``/etc/resolv.conf``
sends them. The answer is the failure that programs see without a network and without this too.
"""

from __future__ import annotations

import os
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple

__all__ = ["Resolver", "question"]

_PLACE = ("127.0.0.1", 53)
_HEADER = 12
_LONGEST = 512
_LONGEST_LABEL = 63
_TYPE = 2  # bytes
_MOST = 1000
_FAILURE = b"\x81\x82"  # a response, recursion desired and available, SERVFAIL
_REVERSE = (".in-addr.arpa", ".ip6.arpa")


class Resolver(threading.Thread):
    """Counts the names that are asked for. Where the port is not to be had, there are none."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket: Any = None
        self._asked: Dict[Tuple[str, int], int] = {}

    def listen(self) -> None:
        """Answer from now on."""
        import socket

        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(_PLACE)
        except OSError:
            self._socket.close()
            return
        self.start()

    def run(self) -> None:
        """Answer each query, whatever is in it."""
        while True:
            try:
                query, sender = self._socket.recvfrom(_LONGEST)
                asked = question(query)
                if asked is not None:
                    self._note(asked)
                    rest = query[4:6] + bytes(6) + query[_HEADER:]
                    self._socket.sendto(query[:2] + _FAILURE + rest, sender)
            except OSError:
                continue

    def counts(self) -> List[List[Any]]:
        """Return ``[name, count]`` of each name: how often its address was asked for."""
        found: Dict[str, int] = {}
        for (name, _kind), count in list(self._asked.items()):
            found[name] = max(count, found.get(name, 0))
        return [[name, count] for name, count in found.items()]

    def _note(self, asked: Tuple[str, int]) -> None:
        own = asked[0] == os.uname().nodename or asked[0].endswith(_REVERSE)
        if not own and (asked in self._asked or len(self._asked) < _MOST):
            self._asked[asked] = self._asked.get(asked, 0) + 1


def question(query: bytes) -> Optional[Tuple[str, int]]:
    """Return name and type of the one question in a query, ``None`` where it is none."""
    if len(query) < _HEADER or query[4:6] != b"\0\1":
        return None
    labels = []
    place = _HEADER
    while place < len(query) and query[place]:
        length = query[place]
        label = query[place + 1 : place + 1 + length]
        if length > _LONGEST_LABEL or len(label) < length:
            return None
        labels.append(label.decode("ascii", "backslashreplace").lower())
        place += 1 + length
    kind = query[place + 1 : place + 1 + _TYPE]
    if not labels or len(kind) < _TYPE:
        return None
    return ".".join(labels), int.from_bytes(kind, "big")
