"""Smooth a noisy signal by an exponential moving average, one float32 at a time."""

import json

import numpy as np

ALPHA = 0.1


def smooth(signal):
    """Return the moving average after each value of ``signal``."""
    level = np.float32(0)
    for value in signal:
        # NumPy 1 makes this a float64, NumPy 2 leaves it a float32 (NEP 50).
        level = ALPHA * value + (1 - ALPHA) * level
        yield float(level)


def main():
    signal = np.random.default_rng(3).normal(loc=20, size=500).astype(np.float32)
    levels = list(smooth(signal))
    np.savetxt("smooth.csv", levels, fmt="%.9f", header="level", comments="")
    with open("metrics.json", "w") as file:
        json.dump({"last": levels[-1], "mean": sum(levels) / len(levels)}, file)
    print(f"{levels[-1]:.9f}")


if __name__ == "__main__":
    main()
