from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from auditor.errors import InputError
from auditor.replay.engines.images import DockerImages


@pytest.mark.parametrize(
    "reference",
    ["", "-x", "a b", "a;b", "UPPER", "a:", "a@sha256:12", "../a", "a/../b", "http://a/b", "a\n"],
)
def test_what_is_no_name_of_an_image_is_refused(reference: str) -> None:
    with pytest.raises(InputError, match="is not the name of an image"):
        DockerImages(SimpleNamespace()).find(reference)


@pytest.mark.parametrize(
    "reference",
    [
        *("python", "python:3.11-slim", "ghcr.io/a/b:1", "localhost:5000/x"),
        *("a/b@sha256:" + "0" * 64, "sha256:" + "a" * 64),
    ],
)
def test_names_of_images_are_accepted(reference: str) -> None:
    found = SimpleNamespace(attrs={"Id": "sha256:1"})
    fake: Any = SimpleNamespace(images=SimpleNamespace(get=lambda _: found))
    image = DockerImages(fake).find(reference)
    assert image is not None
    assert image.reference == reference
