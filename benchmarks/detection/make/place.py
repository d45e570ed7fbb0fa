"""Where a pair belongs: which half, and its folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from pair import Pair

__all__ = ["halves", "written"]

HALVES = ("tuning", "aside")
LARGEST = 50_000  # bytes of one file


def halves(pairs: list[Pair]) -> dict[str, list[Pair]]:
    """Return the pairs of each half.

    Pairs of one effect, expectation and kind stand together, in the order of the SHA-256 of their
    names; every other pair goes to the other half.
    """

    def order(pair: Pair) -> tuple[str, str, str, str]:
        digest = hashlib.sha256(pair.name.encode()).hexdigest()
        return pair.effect, pair.values, pair.kind, digest

    ordered = sorted(pairs, key=order)
    return {half: ordered[first::2] for first, half in enumerate(HALVES)}


def written(folder: Path, pair: Pair) -> None:
    """Write a pair to a folder of its own. Raises ``ValueError`` if it is no fair pair."""
    if pair.a == pair.b or not pair.why:
        raise ValueError(f"{pair.name}: nothing differs, or nothing says why")
    if max(len(pair.a), len(pair.b)) > LARGEST:
        raise ValueError(f"{pair.name}: {len(pair.a)} and {len(pair.b)} bytes are too many")
    place = folder / pair.name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / "a").write_bytes(pair.a)
    (place / "b").write_bytes(pair.b)
    (place / "pair.toml").write_text(_toml(pair), encoding="utf-8")


def _toml(pair: Pair) -> str:
    lines = [
        f"{name} = {_quoted(getattr(pair, name))}" for name in ("file", "kind", "effect", "why")
    ]
    if pair.hosts:
        lines.append(f"hosts = [{', '.join(_quoted(host) for host in pair.hosts)}]")
    lines += ["", "[expected]", 'bytes = "different"', f"values = {_quoted(pair.values)}"]
    if pair.decisions is not None:
        lines.append(f"decisions = {_quoted(pair.decisions)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a basic string of TOML; JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)
