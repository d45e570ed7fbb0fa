"""Say how full a car park was, from the cars that two gates counted in and out."""

import csv
import json
from pathlib import Path

GATES = ("east", "west")


def changes(gate):
    """Return the cars in less the cars out by minute."""
    with open(f"counts-{gate}.csv", newline="") as file:
        return {int(row["minute"]): int(row["in"]) - int(row["out"]) for row in csv.DictReader(file)}


def main():
    counted = [changes(gate) for gate in GATES]
    inside, history = 0, []
    for minute in sorted(set().union(*counted)):
        inside += sum(gate.get(minute, 0) for gate in counted)
        history.append(inside)
    result = {"most": max(history), "at_the_end": history[-1]}
    Path("metrics.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"at most {result['most']} cars, {result['at_the_end']} at the end")


if __name__ == "__main__":
    main()
