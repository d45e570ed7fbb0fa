from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.importers.requirements import pinned


def test_pins_with_hashes_markers_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# a lock\n"
        "--index-url https://example.org/simple\n"
        "NumPy==2.1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "scikit_learn==1.5.2  # why\n"
        'colorama==0.4 ; sys_platform == "win32"\n'
    )
    assert [(d.name, d.version) for d in pinned(file)] == [
        ("numpy", "2.1.0"),
        ("scikit-learn", "1.5.2"),
    ]


@pytest.mark.parametrize("line", ["numpy", "numpy>=1", "numpy==1.*", "not a requirement!"])
def test_what_is_not_pinned_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(line)
    with pytest.raises(InputError):
        pinned(file)
