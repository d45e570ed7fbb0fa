"""Train a classifier of hand-written digits, and leave a model, predictions and metrics."""

import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

SEED = 20
CONFIG = json.loads(Path("config.json").read_text())


def train(images, labels):
    """Return a fitted pipeline: scaled pixels into a support vector machine."""
    model = make_pipeline(StandardScaler(), SVC(C=CONFIG["C"], gamma=CONFIG["gamma"]))
    return model.fit(images, labels)


def evaluate(labels, predicted):
    """Return the metrics of one split, nested as a report would show them."""
    return {
        "accuracy": accuracy_score(labels, predicted),
        "f1": {
            "macro": f1_score(labels, predicted, average="macro"),
            "per_digit": {
                str(digit): score
                for digit, score in enumerate(f1_score(labels, predicted, average=None))
            },
        },
        "errors": int((labels != predicted).sum()),
    }


def main():
    images, labels = load_digits(return_X_y=True)
    split = train_test_split(
        images, labels, test_size=CONFIG["test_size"], random_state=SEED, stratify=labels
    )
    train_images, test_images, train_labels, test_labels = split

    model = train(train_images, train_labels)
    predicted = model.predict(test_images)
    metrics = {
        "train": evaluate(train_labels, model.predict(train_images)),
        "test": evaluate(test_labels, predicted),
    }

    joblib.dump(model, "model.joblib")
    np.save("predictions.npy", predicted)
    np.savetxt("confusion.csv", confusion_matrix(test_labels, predicted), fmt="%d", delimiter=",")
    Path("metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"{len(train_labels)} images learnt, {len(test_labels)} tested")
    print(f"accuracy {metrics['test']['accuracy']:.4f}, {metrics['test']['errors']} errors")


if __name__ == "__main__":
    main()
