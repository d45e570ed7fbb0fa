"""Train a small network in float32, whose sums depend on how many threads share them."""

import json

import numpy as np

WIDTHS = (256, 512, 10)
STEPS = 60
RATE = np.float32(0.05)


def data(rng, rows):
    """Return rows of ten overlapping clusters, and the cluster of each row."""
    centres = np.random.default_rng(0).normal(size=(WIDTHS[-1], WIDTHS[0]))
    labels = rng.integers(WIDTHS[-1], size=rows)
    noise = rng.normal(scale=4.0, size=(rows, WIDTHS[0]))
    return (centres[labels] + noise).astype(np.float32), labels


def start(rng):
    """Return a matrix a layer."""
    return [
        (rng.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32)
        for shape in zip(WIDTHS, WIDTHS[1:])
    ]


def forward(weights, x):
    """Return the hidden layer and one probability a class."""
    hidden = np.maximum(x @ weights[0], 0)
    scores = hidden @ weights[1]
    scores -= scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def step(weights, x, labels):
    """Take one step of gradient descent; return the loss before it."""
    hidden, shares = forward(weights, x)
    rows = np.arange(len(x))
    loss = -np.log(shares[rows, labels]).mean()
    shares[rows, labels] -= 1
    shares /= len(x)
    back = (shares @ weights[1].T) * (hidden > 0)
    weights[1] -= RATE * (hidden.T @ shares)
    weights[0] -= RATE * (x.T @ back)
    return float(loss)


def main():
    rng = np.random.default_rng(7)
    x, labels = data(rng, 2000)
    unseen, truth = data(rng, 1000)
    weights = start(rng)
    losses = [step(weights, x, labels) for _ in range(STEPS)]
    predictions = forward(weights, unseen)[1].argmax(axis=1)
    np.savez("weights.npz", hidden=weights[0], output=weights[1])
    np.save("predictions.npy", predictions)
    accuracy = float((predictions == truth).mean())
    with open("metrics.json", "w") as file:
        json.dump({"accuracy": accuracy, "loss": round(losses[-1], 4)}, file)
    print(f"accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
