#!/usr/bin/env bash
# Make this checkout ready; costs a second where everything is there.
# Usage: setup.sh [auditor] [samples] [drifted] [pdf] [engine] [podman] [registry] [locales] [compiler], all of them where none is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for part in say apt venv pdf engine podman registry locales compiler; do
    # shellcheck source=/dev/null
    . "scripts/$part.sh"
done

# One set-up at a time: the lock is on this script itself and ends with the process.
exec 9<scripts/setup.sh
flock 9

[ $# -gt 0 ] || set -- auditor samples drifted pdf engine podman registry locales compiler
for part in "$@"; do
    case $part in
        auditor) ensure_venv .venv pyproject.toml --editable . --group dev ;;
        samples) ensure_venv .venv-samples samples/requirements.txt --requirement samples/requirements.txt ;;
        drifted)
            older=samples/drifted-dependency/requirements.txt
            "$(find_python)" -c 'import sys; sys.exit(sys.version_info >= (3, 13))' ||
                stop "the sample drifted-dependency needs NumPy 1, which Python 3.13 and later do not have" \
                    "name an older Python: make test PYTHON=python3.11"
            ensure_venv .venv-drifted "$older" --requirement "$older"
            ;;
        pdf) ensure_pdf .venv/bin/python ;;
        engine) ensure_engine .venv/bin/python ;;
        podman) ensure_podman ;;
        registry) ensure_registry ;;
        locales) ensure_locales ;;
        compiler) ensure_compiler ;;
        *) stop "no part of set-up is called $part" "known: auditor samples drifted pdf engine podman registry locales compiler" ;;
    esac
done
