"""Lists what its interpreter has installed: ``PYTHON -I -S inventory.py ASK ANSWER``."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

_NAME = "_auditor_recorder"


def _load() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    place = os.path.join(here, "__init__.py")
    spec = importlib.util.spec_from_file_location(_NAME, place, submodule_search_locations=[here])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    _load()
    sys.exit(importlib.import_module(_NAME + ".installed.main").main(sys.argv[1:]))
