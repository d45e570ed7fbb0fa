"""From an observation folder to a fingerprint, and what this machine says of itself.

``read`` parses the folder, ``assemble`` keeps the files and makes the fingerprint: the same code
for an original and its replays.
"""

from __future__ import annotations

from auditor.capture.assemble import assemble
from auditor.capture.collectors import host_facts, no_host_facts
from auditor.capture.masking import told
from auditor.capture.observation import read
from auditor.capture.present import environment_of
from auditor.capture.programs import with_packages

__all__ = [
    "assemble",
    "environment_of",
    "host_facts",
    "no_host_facts",
    "read",
    "told",
    "with_packages",
]
