"""Questions to NVML: each gives a value, or its code is kept under the name of what was asked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["Questions", "absent", "code_of", "load", "shut_down"]

_PREFIX = "NVML_ERROR_"


def load() -> ModuleType:
    """Return NVML's bindings; the driver's library is loaded by their ``nvmlInit``."""
    return importlib.import_module("pynvml")


class Questions:
    """Questions about the driver, or one device of it; ``missing`` has the refusals, by name."""

    def __init__(self, pynvml: ModuleType, *about: object) -> None:
        self.pynvml = pynvml
        self.about = about
        self.missing: dict[str, str] = {}

    def ask(self, name: str, function: str, *arguments: object) -> Any:  # noqa: ANN401 - any kind
        """Return what NVML's ``function`` returns, ``None`` with an entry where it refuses."""
        return self.tried(name, lambda: getattr(self.pynvml, function)(*self.about, *arguments))

    def tried(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - any kind
        """Return what ``call`` returns, ``None`` with an entry where NVML refuses."""
        try:
            return call()
        except self.pynvml.NVMLError as error:
            self.refused(name, error)
            return None

    def refused(self, name: str, error: Exception) -> None:
        """Keep the code of a refusal."""
        self.missing[name] = code_of(self.pynvml, error)

    def text(self, name: str, function: str) -> str | None:
        """Return the answer as text."""
        value = self.ask(name, function)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def flag(self, name: str, function: str) -> bool | None:
        """Return whether something is on; a mode comes with what it will be after a restart."""
        value = self.ask(name, function)
        if value is None:
            return None
        return bool(value[0] if isinstance(value, list | tuple) else value)


def code_of(pynvml: ModuleType, error: Exception) -> str:
    """Return an error's name and number in NVML's header, such as ``NOT_SUPPORTED (3)``."""
    number = getattr(error, "value", None)
    for name, value in vars(pynvml).items():
        if name.startswith(_PREFIX) and value == number:
            return f"{name.removeprefix(_PREFIX)} ({number})"
    return f"error {number}"


def absent(pynvml: ModuleType, error: Exception) -> bool:
    """Say whether there is no driver here, rather than one that fails."""
    none = (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED)
    return getattr(error, "value", None) in none


def shut_down(pynvml: ModuleType) -> None:
    """Let go of the driver; that it does not answer any more is no news."""
    try:
        pynvml.nvmlShutdown()
    except pynvml.NVMLError:
        return
