"""How many planted changes auditor finds, and how often it raises a false alarm."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pairs import HALVES, LEVELS, Pair, load
from scoring import Answers, Outcome, Tally, outcomes, table, tallies

from auditor.compare.contents import Content, Contents
from auditor.compare.files import FileItem, compare_contents
from auditor.judge.items import item_of
from auditor.model.audit import Item
from auditor.model.policy import Policy
from auditor.store.objects import Objects

__all__ = ["main", "measured"]

ANSWER = {
    "identical": "same",
    "equivalent": "same",
    "consistent": "same",
    "diverged": "different",
    "inconclusive": "inconclusive",
}


def main() -> int:
    """Print the rates of one half; return 1 only if asked to be strict and something is wrong."""
    arguments = _arguments()
    results = measured(arguments.half)
    rates = tallies(results)
    if arguments.json:
        print(json.dumps(_document(arguments.half, results, rates), indent=2))
    else:
        print(_report(arguments.half, results, rates))
    return int(arguments.strict and any(one.wrong for one in results))


def measured(half: str) -> list[Outcome]:
    """Compare every pair of a half as a run's files are compared, with the default policy."""
    with tempfile.TemporaryDirectory() as folder:
        objects = Objects(Path(folder))
        return outcomes(load(half), lambda pair: _asked(pair, objects))


def _asked(pair: Pair, objects: Objects) -> tuple[Answers, str]:
    try:
        item = _judged(pair, objects)
    except Exception as error:  # noqa: BLE001 - a crash is one of the results
        return dict.fromkeys(LEVELS, "crashed"), f"{type(error).__name__}: {error}"
    return _answers(item), "; ".join(filter(None, [item.comparator, item.note]))


def _judged(pair: Pair, objects: Objects) -> Item:
    policy = Policy()
    digests = [objects.put_file(place)[0] for place in (pair.a, pair.b)]
    sides = tuple(Content(state="recorded", digest=digest) for digest in digests)
    item = FileItem(kind=pair.item, name=pair.file, sides=sides, hosts=pair.hosts)
    return item_of(compare_contents(item, Contents(objects), policy), policy)


def _answers(item: Item) -> Answers:
    """Return the answers by level; bytes stand in for values where no comparator knows the file."""
    levels = item.levels
    verdicts = {
        "bytes": levels.bytes,
        "values": levels.values or levels.bytes,
        "decisions": levels.decisions,
    }
    return {level: ANSWER[verdict] for level, verdict in verdicts.items() if verdict is not None}


def _report(half: str, results: list[Outcome], rates: list[Tally]) -> str:
    names = len({one.name for one in results})
    lines = [f"{names} pairs of the half {half!r}; rates with 95 % intervals (Wilson)", ""]
    lines.append(table([(row.level, row) for row in rates], "level"))
    for title, shown in (
        ("Wrong", [one for one in results if one.wrong]),
        ("Left open", [one for one in results if one.open and one.expected != "either"]),
    ):
        lines += ["", f"{title}: {len(shown)}", *(_line(one) for one in shown)]
    free = Counter(one.result for one in results if one.expected == "either")
    said = ", ".join(f"{count} {answer}" for answer, count in sorted(free.items()))
    return "\n".join([*lines, "", f"Either answer would do: {said or 'none'}"])


def _line(one: Outcome) -> str:
    return f"  {one.result:12} {one.level:9} {one.name} ({one.file}): {one.why} [{one.note}]"


def _document(half: str, results: list[Outcome], rates: list[Tally]) -> dict[str, Any]:
    return {
        "half": half,
        "rates": [
            {
                "level": row.level,
                "detection": {**asdict(row.detection), "interval": row.detection.interval},
                "false_alarms": {**asdict(row.false_alarms), "interval": row.false_alarms.interval},
                "open": row.open,
            }
            for row in rates
        ],
        "outcomes": [asdict(one) for one in results],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="aside")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if anything is wrong")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
