"""Estimate the mean body mass of penguins, with a bootstrap interval that nobody seeded."""

import json
from pathlib import Path

import numpy as np

RESAMPLES = 2_000


def bootstrap_means(masses):
    """Return the means of resamples drawn with replacement, shape ``(RESAMPLES,)``, in grams."""
    generator = np.random.default_rng()
    drawn = generator.choice(masses, size=(RESAMPLES, len(masses)))
    return drawn.mean(axis=1)


def main():
    masses = np.loadtxt("penguins.csv", delimiter=",", skiprows=1, usecols=1)
    means = bootstrap_means(masses)
    low, high = np.percentile(means, [2.5, 97.5])
    np.save("means.npy", means)
    result = {"mean": masses.mean(), "interval": {"low": low, "high": high}}
    Path("metrics.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"mean body mass of {len(masses)} penguins: {masses.mean():.0f} g")


if __name__ == "__main__":
    main()
