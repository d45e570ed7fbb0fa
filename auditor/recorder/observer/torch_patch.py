"""torch's generators: seeds, and whether the default ones drew without any."""

from __future__ import annotations

import sys

from .hearing import hear_method
from .ledger import GLOBAL, Global
from .states import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Set

    from .ledger import Ledger

__all__ = ["patch"]

_CUDA = "cuda:%d"
_MOST_DEVICES = 64


def patch(module: Any, ledger: Ledger) -> None:
    """Watch the package ``torch``; its default generators start from entropy."""
    if hasattr(module.manual_seed, "__wrapped__"):
        return  # patched before
    state = lambda: hash(_bytes(module.random.get_rng_state()))  # noqa: E731 - as for the others
    content = lambda: _bytes(module.random.get_rng_state())  # noqa: E731 - as for the others
    generator = Global(ledger, "torch", state, lambda: _begin(ledger, module), content)
    cuda = _Cuda(ledger, getattr(module, "cuda", None))
    seeding = module.manual_seed

    def manual(value: Any, frame: Any) -> None:
        generator.seeded()
        cuda.seeded = True
        ledger.seeded("torch", "manual_seed", value, frame)

    def entropy(_value: Any, frame: Any) -> None:
        generator.seeded()
        cuda.seeded = True
        ledger.drew("torch", "seed", ledger.places.site(frame))

    def drawn(_value: Any, frame: Any, result: Any) -> Any:
        site = ledger.places.site(frame)
        taken = int(ledger.entropy.taken("torch", "seed", site, "%x" % result), 16)
        if taken != result:
            seeding(taken)
        return taken

    ledger.wrap((module, module.random), "manual_seed", manual)
    ledger.wrap((module, module.random), "seed", entropy, drawn)
    cuda.watch()
    if hasattr(module, "Generator"):
        _watch_instances(module.Generator, ledger)


def _begin(ledger: Ledger, module: Any) -> None:
    """Take account of the default generator's seed, or give it that of the original."""
    value = "%x" % module.initial_seed()
    taken = ledger.entropy.taken("torch", GLOBAL, "", value)
    if taken != value:
        module.default_generator.manual_seed(int(taken, 16))


def _watch_instances(kind: Any, ledger: Ledger) -> None:
    """Watch ``torch.Generator``: one that nobody seeds starts with a fixed default."""
    from functools import wraps

    manual_seed, seed = kind.manual_seed, kind.seed

    @wraps(manual_seed)
    def seeding(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = manual_seed(self, *args, **kwargs)
        try:
            if not ledger.calling():
                value = args[0] if args else kwargs.get("seed")
                frame = sys._getframe(1)  # noqa: SLF001 - the call site
                ledger.made("torch", "Generator.manual_seed", value, frame)
        except Exception:
            pass
        return result

    def drew(generator: Any, value: int, frame: Any) -> int:
        site = ledger.places.site(frame)
        ledger.drew("torch", "Generator.seed", site)
        taken = int(ledger.entropy.taken("torch", "Generator.seed", site, "%x" % value), 16)
        if taken != value:
            manual_seed(generator, taken)
        return taken

    @wraps(seed)
    def reseeding(self: Any) -> Any:
        value = seed(self)
        try:
            frame = sys._getframe(1)  # noqa: SLF001 - the call site
            return value if ledger.calling() else drew(self, value, frame)
        except Exception:
            return value

    hear_method(kind, "manual_seed", seeding)
    hear_method(kind, "seed", reseeding)


class _Cuda:
    """The default generators of CUDA devices: they are made late, so looked at in the end."""

    def __init__(self, ledger: Ledger, module: Any) -> None:
        self.seeded = False
        self._ledger = ledger
        self._module = module
        self._given: Set[int] = set()

    def watch(self) -> None:
        """Patch what seeds them, and have a replay start them as the original's were."""
        if self._module is None:
            return
        for name in ("manual_seed", "manual_seed_all"):
            if hasattr(self._module, name):
                inner = getattr(self._module, "random", self._module)
                self._ledger.wrap((self._module, inner), name, self._note(name))
        self._ledger.flush.append(self._conclude)
        for device in range(_MOST_DEVICES):
            given = self._ledger.entropy.given("torch", _CUDA % device, "")
            if given is not None:
                self._give(device, int(given, 16))

    def _note(self, name: str) -> Callable[[Any, Any], None]:
        def note(value: Any, frame: Any) -> None:
            self.seeded = True
            self._ledger.seeded("torch", "cuda." + name, value, frame)

        return note

    def _give(self, device: int, seed: int) -> None:
        def start() -> None:
            self._module.default_generators[device].manual_seed(seed)
            self._given.add(device)

        self._module._lazy_call(start)  # noqa: SLF001 - runs once CUDA is initialised, if ever

    def _conclude(self) -> None:
        if not self._module.is_initialized():
            return
        for device, generator in enumerate(self._module.default_generators):
            if hasattr(generator, "get_state"):
                last = digest_of(_bytes(generator.get_state()))
                self._ledger.late_states.append(["torch", _CUDA % device, None, last])
        if self.seeded:
            return
        for device, generator in enumerate(self._module.default_generators):
            if generator.get_offset():  # it drew
                function = _CUDA % device
                self._ledger.drew("torch", function, "")
                value = "%x" % generator.initial_seed()
                fed = device in self._given
                self._ledger.entropy.note("torch", function, "", value, fed=fed)


def _bytes(state: Any) -> bytes:
    try:
        return bytes(state.numpy().tobytes())
    except Exception:  # torch without NumPy
        return bytes(state.tolist())
