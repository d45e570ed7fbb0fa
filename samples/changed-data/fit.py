"""Fit a line through measurements by least squares."""

import csv
import json
from pathlib import Path


def read(path):
    """Return the columns of the measurements: seconds and metres."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return [float(row["seconds"]) for row in rows], [float(row["metres"]) for row in rows]


def fit(seconds, metres):
    """Return slope and intercept of the least-squares line."""
    count = len(seconds)
    mean_x, mean_y = sum(seconds) / count, sum(metres) / count
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in zip(seconds, metres))
    slope = covariance / sum((x - mean_x) ** 2 for x in seconds)
    return slope, mean_y - slope * mean_x


def main():
    slope, intercept = fit(*read("measurements.csv"))
    Path("metrics.json").write_text(json.dumps({"slope": slope, "intercept": intercept}) + "\n")
    print(f"{slope:.4f} m/s from {intercept:.4f} m")


if __name__ == "__main__":
    main()
