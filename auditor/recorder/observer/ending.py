"""What a process can only tell when it ends."""

from __future__ import annotations

import sys

from . import arithmetic, modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    from .journal import Journal
    from .ledger import Ledger
    from .network import Network

__all__ = ["facts"]

_NATIVE = (
    "pyarrow h5py tables netCDF4 rasterio fiona pyogrio osgeo cv2 lightgbm xgboost catboost "
    "polars duckdb tensorflow torchaudio decord av soundfile "
    "vaex datatable cudf"
).split()


def facts(ledger: Ledger, network: Network, journal: Journal) -> Dict[str, Any]:
    """Return the members of the ``end`` event."""
    ledger.conclude()
    return {
        "seeds": ledger.seeds(),
        "unseeded": ledger.unseeded(),
        "derived": ledger.derived(),
        "role": ledger.entropy.role() if ledger.globals else "",
        "states": ledger.states(),
        "network": network.counts(),
        "arithmetic": arithmetic.facts(),
        "native": [name for name in _NATIVE if name in sys.modules],
        "unfollowed": ledger.unfollowed,
        "entropy": ledger.entropy.facts(),
        "lost": journal.lost,
        "modules": modules.in_memory(),
    }
