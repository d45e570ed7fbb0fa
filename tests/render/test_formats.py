from __future__ import annotations

from types import ModuleType

import pytest

from auditor.errors import InputError
from auditor.model.audit import Audit
from auditor.model.canonical import canonical, decode
from auditor.render import RENDERERS, render


def test_the_built_in_formats() -> None:
    assert list(RENDERERS) == [".html", ".pdf", ".json"]


@pytest.mark.parametrize("suffix", [".docx", "", "html"])
def test_an_unknown_suffix_is_refused_with_those_known(samples: ModuleType, suffix: str) -> None:
    with pytest.raises(InputError) as caught:
        render(samples.identical(), suffix)
    assert caught.value.hint == "the suffix decides: .html, .pdf, .json"


@pytest.mark.slow
def test_json_is_the_audit(samples: ModuleType) -> None:
    for make in samples.SAMPLES.values():
        audit = make()
        data = render(audit, ".json")
        assert data == canonical(audit)
        assert canonical(decode(data, Audit, what="the audit")) == data
