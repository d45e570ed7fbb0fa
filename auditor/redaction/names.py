"""Names of variables, options and parameters that say that their value is a secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from auditor.redaction.patterns import NAMED, REDACTED
from auditor.redaction.text import masked

__all__ = ["is_secret_name", "masked_values"]

# Tokens of language models are no secrets: --tokenizer, max_tokens, pad_token.
_SECRET_NAME = re.compile(
    r"""secret | passw | passphrase | credential | api[_-]?key | access[_-]?key | cookie | session
      | private | auth(?!or(?!i))
      | (?<!pad_)(?<!pad-)(?<!eos_)(?<!eos-)(?<!bos_)(?<!bos-)(?<!unk_)(?<!unk-)(?<!sep_)(?<!sep-)
        (?<!cls_)(?<!cls-)(?<!mask_)(?<!mask-) token (?! s | iz | [_-]?(?:type|id|len|count|dim) )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_secret_name(name: str) -> bool:
    """Say whether a variable or option of this name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name))


def masked_values(values: Mapping[str, str]) -> tuple[dict[str, str], Counter[str]]:
    """Return the values by name, secret ones masked, and how many of each pattern there were."""
    result: dict[str, str] = {}
    found: Counter[str] = Counter()
    for name, value in values.items():
        if is_secret_name(name) and value:
            result[name] = REDACTED
            found[NAMED] += value != REDACTED
        else:
            result[name], here = masked(value)
            found += here
    return result, +found
