# shellcheck shell=bash
# The system libraries that lay out PDF reports.

pdf_packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)

# ensure_pdf PYTHON: the libraries load, or are installed, or the user is told how.
ensure_pdf() {
    local python=$1
    if pdf_loads "$python"; then return; fi
    can_install || stop "the libraries for PDF reports are missing" \
        "run: sudo apt-get install --no-install-recommends ${pdf_packages[*]}" \
        "(on another system: Pango and HarfBuzz's subset library from its package manager)"
    apt_install "${pdf_packages[@]}"
    pdf_loads "$python" || stop "the libraries for PDF reports do not load" "check: ldconfig -p | grep pango"
}

pdf_loads() {
    "$1" - 2>/dev/null <<'PYTHON'
import ctypes

for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"):
    ctypes.CDLL(name)
PYTHON
}
