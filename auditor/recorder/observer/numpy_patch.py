"""NumPy's generators: seeds, the global one, and each that starts from entropy.

Every unseeded generator takes its start from ``randbits``, a global of ``bit_generator``; only the
global one has done so before anybody can look.
``RandomState(seed)`` does so too, and only then is seeded, which ends in a call of
``operator.index`` from ``_mt19937`` under the same instruction of the same frame.
"""

from __future__ import annotations

import operator
import sys
from _thread import get_ident

from .entropy import text_of, words_of
from .ledger import GLOBAL, Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional

    from .ledger import Ledger

__all__ = ["patch"]

_BITS_MODULE = "numpy.random.bit_generator"
_LEGACY_MODULE = "numpy.random._mt19937"
_MOST_REPLACED = 1000


def patch(module: Any, ledger: Ledger) -> None:
    """Watch the package ``numpy.random``."""
    if hasattr(module.seed, "__wrapped__"):
        return  # patched before
    generator = Global(
        ledger,
        "numpy",
        lambda: _state(module.get_state()),
        lambda: _begin(ledger, module),
        lambda: _content(module.get_state()),
    )

    def seed(value: Any, frame: Any) -> None:
        generator.seeded()
        if value is not None:
            ledger.seeded("numpy", "seed", value, frame)

    def default_rng(value: Any, frame: Any) -> None:
        if value is not None and not hasattr(value, "capsule") and not _is_generator(value):
            ledger.made("numpy", "default_rng", value, frame)

    entropy = _Bits(ledger)

    def made(value: Any, frame: Any, generator: Any) -> None:
        if value is None and ledger.places.importing(frame):
            entropy.follow()
            bits = generator.bit_generator
            ledger.follow("numpy", "default_rng", generator, lambda: bits.state)

    mtrand = sys.modules.get("numpy.random.mtrand", module)
    ledger.wrap((module, mtrand), "seed", seed)
    inner = sys.modules.get("numpy.random._generator", module)
    if hasattr(module, "default_rng"):
        ledger.wrap((module, inner), "default_rng", default_rng, made)
    entropy.watch()


class _Pull:
    """Bits that were drawn: where, for which function and line, and whether a replay gave them.

    ``site`` is ``None`` in what a library does when it is imported.
    """

    def __init__(self, frame: Any, function: str, site: Optional[str]) -> None:
        self.where = (id(frame), frame.f_lasti)
        self.function = function
        self.site = site
        self.value = ""
        self.fed = False
        self.written = False


class _Bits:
    """Writes each draw of entropy at once; the next step may show that a seed replaced it.

    Only then is it known whether a generator was unseeded, so that is noted one late. A program
    that seeds a great many has their draws written one late as well.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pending: Dict[int, _Pull] = {}
        self._randbits: Any = None
        self._replaced = 0
        ledger.flush.append(self.flush_all)

    def watch(self) -> None:
        """Put itself between NumPy and the entropy of the system."""
        bits = sys.modules.get(_BITS_MODULE)
        if bits is not None and hasattr(bits, "randbits"):
            self._randbits = bits.randbits
            bits.randbits = self.randbits  # type: ignore[attr-defined]
        legacy = sys.modules.get(_LEGACY_MODULE)
        if legacy is not None and getattr(legacy, "operator", None) is operator:
            legacy.operator = _Operator(self)  # type: ignore[attr-defined]

    def randbits(self, count: int) -> Any:
        """Return ``count`` bits of entropy."""
        value = self._ledger.entropy.silently(self._randbits, count)
        try:
            self.flush()
            return self._drawn(sys._getframe(1), count, value)  # noqa: SLF001 - the call site
        except Exception:
            return value

    def index(self, frame: Any, seed: Any) -> None:
        """Take note of a legacy seeding under ``frame``."""
        if self._ledger.calling():  # numpy.random.seed draws nothing: what is pending stands
            self.flush()
            return
        pending = self._pending.get(get_ident())
        if pending is not None and pending.where == (id(frame), frame.f_lasti):
            del self._pending[get_ident()]
            entropy = self._ledger.entropy
            self._replaced += 1
            if pending.written:
                entropy.take_back("numpy", pending.function, pending.site or "", pending.value)
            if pending.fed:
                entropy.give_back("numpy", pending.function, pending.site or "", pending.value)
        self._ledger.made("numpy", "RandomState", seed, frame)

    def flush(self) -> None:
        """Note what is pending in this thread."""
        self._note(self._pending.pop(get_ident(), None))

    def flush_all(self) -> None:
        """Note what is pending in any thread."""
        for thread in list(self._pending):
            self._note(self._pending.pop(thread, None))

    def follow(self) -> None:
        """Note what is pending in this thread, whose use is accounted for otherwise."""
        pending = self._pending.pop(get_ident(), None)
        if pending is not None:
            self._write(pending)

    def _note(self, pending: Optional[_Pull]) -> None:
        if pending is None:
            return
        if pending.site is None:
            self._ledger.unfollowed += 1
        else:
            self._ledger.drew("numpy", pending.function, pending.site)
        self._write(pending)

    def _write(self, pending: _Pull) -> None:
        if not pending.written:
            pending.written = True
            entropy, site = self._ledger.entropy, pending.site or ""
            entropy.note("numpy", pending.function, site, pending.value, fed=pending.fed)

    def _drawn(self, frame: Any, count: int, value: int) -> int:
        places = self._ledger.places
        site = None if places.importing(frame) else places.site(frame)
        pull = _Pull(frame, self._ledger.calling() or "SeedSequence", site)
        given = self._ledger.entropy.given("numpy", pull.function, site or "")
        if given is not None and int(given, 16) < 1 << count:
            pull.fed = True
            value = int(given, 16)
        pull.value = "%x" % value
        self._pending[get_ident()] = pull
        if self._replaced < _MOST_REPLACED:
            self._write(pull)
        return value


class _Operator:
    """The module ``operator`` as ``_mt19937`` uses it."""

    def __init__(self, entropy: _Bits) -> None:
        self._entropy = entropy

    def __getattr__(self, name: str) -> Any:
        return getattr(operator, name)

    def index(self, value: Any) -> int:
        """Return ``operator.index(value)``."""
        try:
            self._entropy.index(sys._getframe(1), value)  # noqa: SLF001 - the call site
        except Exception:
            pass
        return operator.index(value)


def _begin(ledger: Ledger, module: Any) -> None:
    """Take account of the global generator's start, or give it that of the original."""
    name, key, position = module.get_state()[:3]
    if name != "MT19937":
        return
    value = text_of([*key.tolist(), position])
    taken = ledger.entropy.taken("numpy", GLOBAL, "", value)
    if taken != value:
        *words, position = words_of(taken)
        start = key.copy()
        start[:] = words
        module.set_state((name, start, position))


def _state(state: Any) -> Any:
    return hash((state[1].tobytes(), *state[2:]))


def _content(state: Any) -> bytes:
    name, key, *rest = state  # of a Mersenne twister: position and what is left of a normal draw
    plain = [value.item() if hasattr(value, "item") else value for value in rest]
    return repr([name, *plain]).encode("ascii") + bytes(key.tobytes())


def _is_generator(value: Any) -> bool:
    return hasattr(value, "bit_generator") or hasattr(value, "_bit_generator")
