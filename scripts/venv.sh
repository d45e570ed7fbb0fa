# shellcheck shell=bash
# Virtual environments with a stamp: nothing is done where what they are made from is unchanged.

# find_python: print the Python to use: $PYTHON where it is set, else the first that works; 3.11 or later.
find_python() {
    local candidate candidates=(python3.11 python3.12 python3.13 python3)
    [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
    for candidate in "${candidates[@]}"; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    stop "no Python 3.11 or later was found among: ${candidates[*]}" \
        "install one (Debian 12: apt-get install python3 python3-venv)," \
        "or name it: make setup PYTHON=/path/to/python3.11"
}

# make_venv FOLDER PYTHON: a fresh virtual environment.
make_venv() {
    local folder=$1 python=$2
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        can_install || stop "$python cannot make virtual environments" \
            "run: sudo apt-get install python3-venv"
        apt_install python3-venv
    fi
    say "making $folder with $("$python" --version)"
    "$python" -m venv --clear "$folder"
}

# ensure_venv FOLDER FILE PIP-ARGUMENT...: the environment FOLDER with what the arguments install.
# Made again where the checkout has moved or the Python is another; installed into where FILE changed.
ensure_venv() {
    local folder=$1 file=$2 python place digest
    shift 2
    python=$(find_python)
    place="$PWD $python $("$python" --version)"
    digest=$(sha256sum <"$file")
    if ! stamped "$folder/.place" "$place" || ! "$folder/bin/python" -c '' 2>/dev/null; then
        make_venv "$folder" "$python"
        printf '%s\n' "$place" >"$folder/.place"
    elif stamped "$folder/.stamp" "$digest"; then
        return
    fi
    say "installing into $folder (this takes a minute)"
    "$folder/bin/python" -m pip install -qq 'pip>=25.1' # the first that knows dependency groups
    "$folder/bin/python" -m pip install -qq "$@"
    printf '%s\n' "$digest" >"$folder/.stamp"
}

# stamped FILE TEXT: whether FILE says exactly TEXT.
stamped() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
