from __future__ import annotations

import base64
import io
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
from hypothesis import given
from hypothesis import strategies as st

from auditor import redaction

sys.path.insert(0, str(Path(__file__).parent))
from planted import planted

_LINES = [(name, line) for name, lines in planted().items() for line in lines]
_DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)
_PLAIN = st.one_of(
    _DIGEST,
    _DIGEST.map(lambda digits: f"sha256:{digits}"),
    _DIGEST.map(lambda digits: f"commit {digits[:40]}"),
    _DIGEST.map(lambda digits: f"md5={digits[:32]}"),
    st.uuids().map(str),
    st.floats().map(lambda value: f"lr={value!r}"),
    st.integers().map(lambda value: f"max_tokens={value}"),
    st.binary(min_size=500, max_size=3000).map(
        lambda data: "data:image/png;base64," + base64.b64encode(data).decode()
    ),
    st.text("abcdefghij/._-", min_size=1, max_size=60).map(lambda path: f"/home/{path}.npz"),
)


@pytest.mark.parametrize(("name", "line"), _LINES)
def test_each_shape_is_known_by_its_name(name: str, line: str) -> None:
    text, found = redaction.masked(f"before\n{line} after\n")
    assert dict(found) == {name: 1}
    assert redaction.REDACTED in text
    assert text.count("\n") == line.count("\n") + 2
    assert redaction.masked(text) == (text, {})


def test_every_pattern_is_planted() -> None:
    assert {pattern.name for pattern in redaction.PATTERNS} == set(planted())


@given(_PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redaction.masked(text) == (text, {})


@pytest.mark.parametrize(
    "text",
    [
        "--tokenizer gpt2 --max-tokens 100 pad_token=<pad>",
        "password = getpass.getpass()",
        "secret=None",
        "tokens per second: 12345.678",
        "author=somebody",
    ],
)
def test_words_of_programs_stay(text: str) -> None:
    assert redaction.masked(text) == (text, {})


def _flagged(path: Path) -> Iterator[str]:
    with default_settings():
        for secret in scan_file(str(path)):
            if redaction.REDACTED not in (secret.secret_value or ""):
                yield f"{secret.type}: {secret.line_number}"


def test_another_scanner_finds_nothing_that_was_left(tmp_path: Path) -> None:
    corpus = "\n".join(line for _name, line in _LINES) + "\n"
    before, after = tmp_path / "before.log", tmp_path / "after.log"
    before.write_text(corpus)
    after.write_text(redaction.masked(corpus)[0])
    assert len(list(_flagged(before))) > len(_LINES) // 2
    assert not list(_flagged(after))


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        *("eyJa.", "password=", "password: ", "token=", "--token ", "://a", "://a:", "secret_"),
        *("-" * 5 + "BEGIN PRIVATE KEY" + "-" * 5, '"username":"', "Bearer ", "a", " "),
    ],
)
def test_hostile_lines_cost_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        redaction.masked(text)
        return time.process_time() - began

    assert seconds(1_000_000) < 20 * seconds(125_000) + 1


@pytest.mark.parametrize("shift", [0, 1, 20, 40, 60])
def test_a_log_is_masked_as_a_whole_wherever_it_is_cut(shift: int) -> None:
    secrets = "\n".join(line for _name, line in _LINES)
    log = ("x" * ((1 << 20) - 40_000 + shift) + "\n" + (secrets + "\n") * 20).encode() + b"\xff\n"
    target = io.BytesIO()
    found = redaction.copy_masked(io.BytesIO(log), target)
    assert target.getvalue() == redaction.masked_bytes(log)[0]
    assert found == redaction.secrets_in(io.BytesIO(log)) == redaction.masked_bytes(log)[1]
    assert re.findall(rb"\n", target.getvalue()) == re.findall(rb"\n", log)
