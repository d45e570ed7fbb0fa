from __future__ import annotations

from typing import Any

from auditor.model.fact import recorded, unknown
from auditor.replay.planning.user import HOME
from auditor.replay.planning.variables import replay_variables


def test_recorded_values_are_restored_save_those_about_the_machine(make: Any) -> None:
    values = {
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": "7",
        "PATH": "/old",
        "HOME": "/home/me",
        "LD_LIBRARY_PATH": "/opt/cuda",
        "VIRTUAL_ENV": "/home/me/venv",
        "DOCKER_HOST": "tcp://evil",
        "PYTHONPATH": "/home/me/lib",
        "BAD NAME": "x",
        "NUL": "\0",
    }
    environment = make.fingerprint(variables=values).recipe.environment
    variables, differing = replay_variables(environment, path="/new", python_path="/p/src")
    assert variables == {
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": "7",
        "PATH": "/new",
        "HOME": HOME,
        "USER": "auditor",
        "LOGNAME": "auditor",
        "PYTHONPATH": "/p/src",
    }
    assert {entry.subject for entry in differing} == {
        f"environment.variable:{name}"
        for name in (
            *("LD_LIBRARY_PATH", "VIRTUAL_ENV", "DOCKER_HOST", "PYTHONPATH", "BAD NAME", "NUL"),
        )
    }
    reasons = {entry.subject: entry.reason for entry in differing}
    assert "has another value" in reasons["environment.variable:PYTHONPATH"]
    assert "is not set" in reasons["environment.variable:VIRTUAL_ENV"]


def test_the_zone_is_restored_where_no_variable_said_it(make: Any) -> None:
    def zone(fact: Any, **values: str) -> str | None:
        environment = make.fingerprint(zone=fact, variables=values).recipe.environment
        return replay_variables(environment, path="", python_path="")[0].get("TZ")

    assert zone(recorded("Europe/Berlin", "test")) == "Europe/Berlin"
    assert zone(recorded("Europe/Berlin", "test"), TZ="UTC") == "UTC"
    assert zone(recorded("../../etc/passwd", "test")) is None
    assert zone(unknown("?")) is None


def test_unknown_variables_are_none(make: Any) -> None:
    environment = make.fingerprint(variables=None).recipe.environment
    assert replay_variables(environment, path="x", python_path="")[1] == ()
