"""Train a gradient boosting classifier on scikit-learn's breast cancer data."""

import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

features, labels = load_breast_cancer(return_X_y=True)
train, test, y_train, y_test = train_test_split(features, labels, random_state=3)
model = lgb.train(
    {"objective": "binary", "seed": 3, "deterministic": True, "num_leaves": 15, "verbose": -1},
    lgb.Dataset(train, y_train),
    num_boost_round=120,
)
predicted = model.predict(test)
Path("out").mkdir()
model.save_model("out/model.txt")
np.save("out/predicted.npy", predicted)
metrics = {"auc": roc_auc_score(y_test, predicted), "log_loss": log_loss(y_test, predicted)}
Path("out/metrics.json").write_text(json.dumps(metrics))
print(metrics)
