"""What must not be kept: credentials in addresses, in command lines, in text and in logs."""

from __future__ import annotations

from auditor.redaction.addresses import url
from auditor.redaction.arguments import arguments, masked_arguments
from auditor.redaction.logs import copy_masked, secrets_in
from auditor.redaction.names import is_secret_name, masked_values
from auditor.redaction.patterns import BY_NAME, PATTERNS, REDACTED
from auditor.redaction.text import masked, masked_bytes

__all__ = [
    "BY_NAME",
    "PATTERNS",
    "REDACTED",
    "arguments",
    "copy_masked",
    "is_secret_name",
    "masked",
    "masked_arguments",
    "masked_bytes",
    "masked_values",
    "secrets_in",
    "url",
]
