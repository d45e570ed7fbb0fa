"""Patches modules right after their own import; nothing is imported for it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict

    Patch = Callable[[Any], None]

__all__ = ["Finder"]


class Finder:
    """A meta path finder that lets the others find, and adds a patch to what they found."""

    def __init__(self, patches: Dict[str, Patch]) -> None:
        self._patches = patches

    def install(self) -> None:
        """Stand before the other finders; patch what has been imported already."""
        for name, patch in self._patches.items():
            if name in sys.modules:
                patch(sys.modules[name])
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the spec that another finder has for a module to patch, else ``None``."""
        if name not in self._patches:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self._patches[name])
                return spec
        return None


class _Loader:
    """Takes itself out before the module runs: ``__spec__`` and ``__loader__`` are real."""

    def __init__(self, loader: Any, patch: Patch) -> None:
        self._loader = loader
        self._patch = patch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        spec.loader = self._loader
        try:
            return self._loader.create_module(spec)
        finally:
            spec.loader = self

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        try:
            self._patch(module)
        except Exception:
            pass
