"""Attempts to reach a host."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple

    from .journal import Journal

__all__ = ["Network"]

_MOST = 1000


class Network:
    """Writes a ``network`` event for each different host and port; counts the rest.

    ``last`` is the host of the latest attempt, for an error that does not name it.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.last = ""
        self._counts: Dict[Tuple[str, Optional[int]], int] = {}

    def connected(self, _socket: Any, address: Any) -> None:
        """Take the arguments of ``socket.connect``; sockets of this machine's files are none."""
        if isinstance(address, tuple) and len(address) > 1:
            port = address[1]
            host = _text(address[0]).partition("%")[0]  # the zone is the name of a device
            self._attempt(host.lower(), port if isinstance(port, int) else None)

    def sent(self, socket: Any, *address: Any) -> None:
        """Take those of ``socket.sendto`` and ``sendmsg``; connected sockets give no address."""
        if address:
            self.connected(socket, address[0])

    def looked_up(self, host: Any, port: Any = None, *_rest: Any) -> None:
        """Take the arguments of ``socket.getaddrinfo`` and ``socket.gethostbyname``."""
        name = _text(host) if host else ""
        if name and ":" not in name and not name[-1].isdigit():
            self._attempt(name, port if isinstance(port, int) and port > 0 else None)

    def counts(self) -> List[List[Any]]:
        """Return ``[host, port, count]`` of each."""
        return [[host, port, count] for (host, port), count in self._counts.items()]

    def forked(self) -> None:
        """Count anew."""
        self._counts = {}

    def _attempt(self, host: str, port: Optional[int]) -> None:
        self.last = host
        key = (host, port)
        if key not in self._counts and len(self._counts) < _MOST:
            self._counts[key] = 0
            self.journal.write("network", host=host, port=port)
        if key in self._counts:
            self._counts[key] += 1


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
