"""The parameters of a run, from every place where they can be seen."""

from __future__ import annotations

from auditor.capture.params.collected import params_of

__all__ = ["params_of"]
