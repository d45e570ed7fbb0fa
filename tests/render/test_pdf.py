from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from auditor.errors import MachineError
from auditor.model.canonical import canonical
from auditor.render import check_pdf, pdf, render, typeset
from auditor.render.view.blocks import Bounds

ROOT = Path(__file__).parents[2]
# WeasyPrint leaves the file of its colour profile to the garbage collector.
IN_PROCESS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def read(data: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(data))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.slow
def test_the_report_of_a_diverged_run(samples: ModuleType) -> None:
    audit = samples.diverged()
    script = (
        "import sys, samples; from auditor.render import render;"
        "sys.stdout.buffer.write(render(samples.diverged(), '.pdf'))"
    )
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": paths},
        capture_output=True,
        check=True,
    )
    assert elsewhere.stderr == b""
    data = render(audit, ".pdf")
    assert data == elsewhere.stdout
    reader, text = read(data)
    _check_document(reader)
    first = " ".join(reader.pages[0].extract_text().split())
    assert "The result did not reproduce: 5 of 8 compared items came out differently" in first
    assert "unsigned" in first
    for item in audit.items:
        if item.kind in {"file", "metric"}:
            assert item.name in text
    for cause in audit.causes:
        assert cause.factor in text
    assert f"page 1 of {len(reader.pages)}" in first
    attached = reader.attachments["audit.json"]
    assert attached == [canonical(audit)]


def _check_document(reader: PdfReader) -> None:
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en"
    assert "/StructTreeRoot" in catalogue
    assert b'pdfaid:part="3" pdfaid:conformance="A"' in catalogue["/Metadata"].get_data()
    meta = reader.metadata
    assert meta is not None
    assert meta.title == "Did not reproduce: churn-baseline"
    assert meta.creation_date is not None
    assert meta.creation_date.isoformat() == "2026-11-21T03:58:12+00:00"
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[:3] == ["churn-baseline", "Contents", "1 What was checked"]
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all(name.startswith("Report-") for name in fonts), fonts


@pytest.mark.slow
@IN_PROCESS
def test_hostile_names_in_a_long_report(
    samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_BOUNDS", Bounds(rows=20, cards=12, lines=50))
    job = pdf.job(samples.long(60))
    job["html"] = str(job["html"]).replace(
        "</body>",
        '<img src="file:///etc/passwd"><img src="http://127.0.0.1:9/x.png">'
        '<link rel="attachment" href="file:///etc/hostname"></body>',
    )
    reader, text = read(typeset.typeset(job))
    assert list(reader.attachments) == ["audit.json"]
    assert "<script>alert(1)</script>.csv" in text
    assert "report_\\u202efdp.exe" in text
    assert "Showing 20 of 60 rows" in text
    assert "\u202e" not in text


def test_dates_that_are_none_do_not_stop_the_report(samples: ModuleType) -> None:
    audit = msgspec.structs.replace(samples.not_replayed(), created="some day")
    assert pdf.job(audit)["created"] == "1970-01-01T00:00:00+00:00"


def test_doctor_hears_which_type_setter_there_is() -> None:
    assert check_pdf().startswith("WeasyPrint 70")


def test_missing_libraries_are_named_with_the_line_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(name: str) -> None:
        raise OSError(f"cannot load library 'libpango' for {name}\nmore words")

    monkeypatch.setattr(typeset, "import_module", gone)
    with pytest.raises(MachineError, match="libpango") as caught:
        check_pdf()
    assert caught.value.hint == (
        "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    assert "\n" not in caught.value.message


def test_the_subset_library_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(harfbuzz_subset=None, __version__="70.0")
    monkeypatch.setattr(typeset, "import_module", lambda _name: module)
    with pytest.raises(MachineError, match="harfbuzz-subset"):
        check_pdf()


@pytest.mark.parametrize(
    ("program", "words", "hint"),
    [
        (
            "import sys; sys.stderr.write('cannot load x\\n'); sys.exit(3)",
            "cannot load x",
            "apt-get",
        ),
        ("import os; os.kill(os.getpid(), 9)", f"status -{int(signal.SIGKILL)}", "html"),
        ("raise MemoryError('too much')", "MemoryError: too much", "html"),
        ("import time; time.sleep(60)", "longer than 1 seconds", "html"),
        ("print('no pdf')", "status 0", "html"),
    ],
)
def test_a_type_setter_that_fails_is_one_clear_line(
    samples: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    words: str,
    hint: str,
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(program)
    monkeypatch.setattr(typeset, "__file__", str(broken))
    monkeypatch.setattr(pdf, "_SECONDS", 1)
    with pytest.raises(MachineError, match=words) as caught:
        pdf.render_pdf(samples.not_replayed())
    assert hint in caught.value.hint


def test_a_python_that_cannot_be_started(
    samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf.sys, "executable", "/no/such/python")
    with pytest.raises(MachineError, match="No such file"):
        pdf.render_pdf(samples.not_replayed())


def test_what_the_type_setter_says_is_logged(
    samples: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake = tmp_path / "fake.py"
    fake.write_text("import sys; sys.stderr.write('no glyph\\nno glyph\\n'); print('%PDF-1.7')")
    monkeypatch.setattr(typeset, "__file__", str(fake))
    # pip, where another test has imported it, leaves the root logger at its own level
    caplog.set_level("WARNING", logger=pdf.__name__)
    assert pdf.render_pdf(samples.not_replayed()) == b"%PDF-1.7\n"
    assert caplog.messages == ["PDF: no glyph"]


@pytest.mark.slow
@IN_PROCESS
def test_the_process_reads_a_job_and_writes_a_pdf(
    samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json  # noqa: PLC0415 - only this test needs it

    job = json.dumps(pdf.job(samples.not_replayed()))
    written = io.BytesIO()
    limits: list[int] = []
    monkeypatch.setattr(typeset.resource, "setrlimit", lambda kind, _pair: limits.append(kind))
    monkeypatch.setattr(typeset.sys, "stdin", io.StringIO(job))
    monkeypatch.setattr(typeset.sys, "stdout", SimpleNamespace(buffer=written))
    assert typeset.main() == 0
    assert written.getvalue().startswith(b"%PDF-1.7")
    assert len(limits) == 2


def test_the_process_says_which_library_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(name: str) -> None:
        raise OSError(f"cannot load {name}")

    monkeypatch.setattr(typeset.resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(typeset.sys, "stdin", io.StringIO("{}"))
    monkeypatch.setattr(typeset, "import_module", gone)
    assert typeset.main() == typeset.LIBRARIES_MISSING
    assert capsys.readouterr().err == "cannot load weasyprint\n"
