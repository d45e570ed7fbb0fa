"""Starts the observer in a Python process, then stands aside for the next ``sitecustomize``.

This folder stays on ``PYTHONPATH`` for the children, and leaves ``sys.path`` of this process.
"""

from __future__ import annotations

import os
import sys


def _start(recorder: str, observation: str) -> None:
    from importlib._bootstrap import module_from_spec
    from importlib._bootstrap_external import spec_from_file_location

    name = "_auditor_recorder"
    place = os.path.join(recorder, "__init__.py")
    spec = spec_from_file_location(name, place, submodule_search_locations=[recorder])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    hook = __import__(name + ".observer.hook", fromlist=["install"])
    hook.install(observation, recorder)


def _chain() -> None:
    from importlib._bootstrap import module_from_spec
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("sitecustomize")
    if spec is None or spec.loader is None:
        # as site expects it where there is none
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry != _here]
if os.environ.get("AUDITOR_OBSERVATION") and "_auditor_recorder" not in sys.modules:
    try:
        _start(os.path.dirname(_here), os.environ["AUDITOR_OBSERVATION"])
    except Exception:
        pass
_chain()
