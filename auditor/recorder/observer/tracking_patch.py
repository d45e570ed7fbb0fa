"""Patches of MLflow, Weights & Biases and TensorBoard: what they are given to log is noted."""

from __future__ import annotations

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Set

    from .tracking import Tracking

    Note = Callable[..., None]

__all__ = ["patches"]

_TENSORBOARD = "tensorboard"


def patches(tracking: Tracking) -> Dict[str, Callable[[Any], None]]:
    """Return the patches by the name of the module that defines what is called."""
    wrap = _Wrap()

    def fluent(module: Any) -> None:
        _mlflow(wrap, module, tracking, bound=0)

    def client(module: Any) -> None:
        # The methods have the object and the run's id before what the functions have.
        _mlflow(wrap, module.MlflowClient, tracking, bound=2)
        wrap(module.MlflowClient, "log_batch", _batch(tracking))

    def writer(module: Any) -> None:
        _summary(wrap, module.SummaryWriter, tracking)

    return {
        "mlflow.tracking.fluent": fluent,
        "mlflow.tracking.client": client,
        "wandb.sdk.wandb_init": lambda module: wrap(module, "init", _started(tracking)),
        "wandb.sdk.wandb_config": lambda module: _config(wrap, module.Config, tracking),
        "wandb.sdk.wandb_run": lambda module: wrap(module.Run, "log", _logged(tracking)),
        "torch.utils.tensorboard.writer": writer,
        "tensorboardX.writer": writer,
    }


class _Wrap:
    """Replaces a function by one that notes its arguments; what it calls itself is not noted."""

    def __init__(self) -> None:
        self._inside: Set[int] = set()

    def __call__(self, owner: Any, name: str, note: Note) -> None:
        from functools import wraps

        original = getattr(owner, name, None)
        if original is None:
            return
        inside = self._inside

        @wraps(original)
        def noting(*args: Any, **kwargs: Any) -> Any:
            thread = get_ident()
            if thread in inside:
                return original(*args, **kwargs)
            inside.add(thread)
            try:
                try:
                    note(*args, **kwargs)
                except Exception:
                    pass
                return original(*args, **kwargs)
            finally:
                inside.discard(thread)

        setattr(owner, name, noting)


def _mlflow(wrap: _Wrap, owner: Any, tracking: Tracking, bound: int) -> None:
    def one(note: Note) -> Note:
        def noted(*args: Any, **kwargs: Any) -> None:
            given = list(args[bound : bound + 2])
            name = given[0] if given else kwargs["key"]
            note("mlflow", {name: given[1] if len(given) > 1 else kwargs["value"]})

        return noted

    def many(note: Note, word: str) -> Note:
        return lambda *args, **kwargs: note("mlflow", args[0] if args else kwargs[word])

    wrap(owner, "log_param", one(tracking.params))
    wrap(owner, "log_metric", one(tracking.metrics))
    if not bound:
        wrap(owner, "log_params", many(tracking.params, "params"))
        wrap(owner, "log_metrics", many(tracking.metrics, "metrics"))


def _batch(tracking: Tracking) -> Note:
    def noted(_client: Any, _run: Any = "", metrics: Any = (), params: Any = (), **_: Any) -> None:
        tracking.params("mlflow", {item.key: item.value for item in params})
        for item in metrics:
            tracking.metrics("mlflow", {item.key: item.value})

    return noted


def _started(tracking: Tracking) -> Note:
    def noted(*_args: Any, config: Any = None, **_: Any) -> None:
        if config is not None and not isinstance(config, str):  # a path: the file is read
            tracking.params("wandb", config)

    return noted


def _config(wrap: _Wrap, kind: Any, tracking: Tracking) -> None:
    def updated(_config: Any, d: Any, *_args: Any, **_: Any) -> None:
        tracking.params("wandb", d)

    def was_set(_config: Any, key: Any, value: Any) -> None:
        if not str(key).startswith("_"):
            tracking.params("wandb", {key: value})

    wrap(kind, "update", updated)
    wrap(kind, "__setitem__", was_set)
    wrap(kind, "__setattr__", was_set)


def _logged(tracking: Tracking) -> Note:
    return lambda _run, data, *_args, **_kwargs: tracking.metrics("wandb", data)


def _summary(wrap: _Wrap, kind: Any, tracking: Tracking) -> None:
    def scalar(_writer: Any, tag: Any, scalar_value: Any, *_args: Any, **_: Any) -> None:
        tracking.metrics(_TENSORBOARD, {tag: scalar_value})

    def hparams(
        _writer: Any, hparam_dict: Any, metric_dict: Any = None, *_args: Any, **_: Any
    ) -> None:
        tracking.params(_TENSORBOARD, hparam_dict)
        tracking.metrics(_TENSORBOARD, metric_dict or {})

    wrap(kind, "add_scalar", scalar)
    wrap(kind, "add_hparams", hparams)
