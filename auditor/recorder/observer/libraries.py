"""The patches of libraries by the module they are for; a patch is loaded when its module is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict

    from .ledger import Ledger

__all__ = ["patches"]

_PATCHES = {
    "random": "random_patch",
    "numpy.random": "numpy_patch",
    "torch": "torch_patch",
    "multiprocessing.process": "workers_patch",
    "sklearn.utils.validation": "sklearn_patch",
    "tensorflow.python.framework.random_seed": "tensorflow_patch",
    "tensorflow.python.ops.stateful_random_ops": "tensorflow_patch",
    "keras.src.utils.rng_utils": "keras_patch",
    "keras.src.random.seed_generator": "keras_patch",
    "jax._src.random": "jax_patch",
    "jax._src.random.core": "jax_patch",
    "cupy.random": "cupy_patch",
    "lightgbm.engine": "boosting_patch",
    "xgboost.training": "boosting_patch",
    "lightning.fabric.utilities.seed": "everything_patch",
    "lightning_fabric.utilities.seed": "everything_patch",
    "pytorch_lightning.utilities.seed": "everything_patch",
    "transformers.trainer_utils": "everything_patch",
    "accelerate.utils.random": "everything_patch",
}


def patches(ledger: Ledger) -> Dict[str, Callable[[Any], None]]:
    """Return the patches by the name of the module they are for."""
    return {name: _patch(file, ledger) for name, file in _PATCHES.items()}


def _patch(file: str, ledger: Ledger) -> Callable[[Any], None]:
    def patch(module: Any) -> None:
        # without importlib, which few programs load
        __import__("%s.%s" % (__package__, file), fromlist=["patch"]).patch(module, ledger)

    return patch
