"""Where decisions stand: columns, keys and arrays that hold predictions, labels or ranks."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from auditor.model.policy import Policy

__all__ = ["names_decision", "names_scores"]

# The last step of a path, the name of a column, or of an array. How many labels there are
# (num_class, n_clusters), and which of them is meant (pos_label), is a setting.
_DECISION = re.compile(
    r"(?:^|[^a-z])(?:y_?(?:pred|hat)|pred(?:s|icted|ictions?)?(?:_?(?:class|label|id)(?:es|s|ids)?)?"
    r"|labels?_?|class(?:es)?|decisions?|ranks?|ranking|top_?\d+|argmax|cluster(?:s|_?ids?)?)$"
)
_SETTING = re.compile(
    r"(?:^|[^a-z])(?:(?:n|nb|num|number|count)_(?:of_)?[a-z]+|unknown_rank"
    r"|(?:pos|neg|ignore|pad|duplicate)_(?:labels?|class(?:es)?))$"
)
_SCORES = re.compile(
    r"(?:^|[^a-z])(?:y_?)?(?:logits?|probas?|probs?|probabilit(?:y|ies)|softmax|scores?)$"
)
_INDEX = re.compile(r"(?:/\d+)+$")


def names_decision(place: str, policy: Policy) -> bool:
    """Say whether ``place`` (a pointer, column or array name) holds decisions.

    By what it is called in the field, or because the policy says so.
    """
    name = _INDEX.sub("", place)
    if any(fnmatchcase(name, glob) for glob in policy.decisions):
        return True
    lower = name.lower()
    return _DECISION.search(lower) is not None and _SETTING.search(lower) is None


def names_scores(place: str) -> bool:
    """Say whether ``place`` holds one score a class, of which the largest decides."""
    return _SCORES.search(_INDEX.sub("", place).lower()) is not None
