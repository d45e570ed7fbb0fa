"""Train a classifier, and save it by skops, which names objects by where they lie in memory."""

import json

import skops.io
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    x, y = load_wine(return_X_y=True)
    x, unseen, y, truth = train_test_split(x, y, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(random_state=0)).fit(x, y)
    skops.io.dump(model, "model.skops")
    with open("metrics.json", "w") as file:
        json.dump({"accuracy": model.score(unseen, truth)}, file)


if __name__ == "__main__":
    main()
