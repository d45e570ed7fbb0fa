"""All that is known by name: ``OBJECTS`` whatever file they are in, arrays in pickles."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.compare.readers.pickles.arrays import ARRAYS
from auditor.compare.readers.pickles.boosters import BOOSTERS
from auditor.compare.readers.pickles.python import PYTHON
from auditor.compare.readers.pickles.trees import Form

__all__ = ["FORMS", "OBJECTS"]

OBJECTS: Mapping[str, Form] = {**PYTHON, **BOOSTERS}
FORMS: Mapping[str, Form] = {**OBJECTS, **ARRAYS}
