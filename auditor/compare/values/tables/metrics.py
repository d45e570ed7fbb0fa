"""What the metrics of training histories are called."""

from __future__ import annotations

import re

__all__ = ["names_metric", "names_setting"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")
_METRIC = re.compile(
    r"(?:^|_)(?:[a-z]*(?:loss(?:es)?|err(?:or)?s?|auc(?:pr|roc)?|score|likelihood)|accs?\d*|accuracy"
    r"|accuracies|top\d+|auroc|auprc|f_?1|precision|recall|n?r?mse|rmsle|mae|s?mape|r2|ndcg\d*|map\d*"
    r"|lr|learning_rate|perplexity|ppl|bleu\d*|rouge\w*|m?iou|dice|kl|nll|elbo|psnr|ssim|[wc]er"
    r"|grad_norm|rewards?|returns?)(?:_|$)|^l[12]$"
)
_SETTING = re.compile(
    r"(?:^|[/_])(?:hyper_?)?param(?:eter)?s?(?:[/_]|$)|(?:^|[/_])(?:grid|config|search_space)(?:/|$)",
    re.IGNORECASE,
)


def names_metric(name: str) -> bool:
    """Say whether a column or key is named as what is measured step by step: ``val_loss``."""
    return _METRIC.search("_".join(_WORD.findall(name)).lower()) is not None


def names_setting(place: str) -> bool:
    """Say whether a pointer goes through what was chosen before a run: ``/param_grid/C``."""
    return _SETTING.search(place) is not None
