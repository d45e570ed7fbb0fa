#!/usr/bin/env bash
# The main job on a sample: a run, two replays in containers, a report. make demo has set all up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
checkout=$PWD
folder=$checkout/build/demo/digits

# A project of its own, outside the checkout's: the .auditor folder makes it one.
mkdir -p "$folder/.auditor"
cp samples/digits/{train.py,config.json} "$folder"
cd "$folder"

# auditor and the audited project live in different environments, as they do with pipx.
export PATH=$checkout/.venv-samples/bin:$PATH
auditor() {
    printf '\n$ auditor %s\n' "$*"
    "$checkout/.venv/bin/auditor" "$@"
}

auditor run -- python train.py
auditor replay latest --times 2 --report report.html --report report.pdf --report audit.json

verdict=$("$checkout/.venv/bin/python" -c 'import json; print(json.load(open("audit.json"))["verdict"])')
printf '\nverdict: %s\n' "$verdict"
printf 'report:  %s\n' "$folder/report.html" "$folder/report.pdf"
[ "$verdict" = identical ]
