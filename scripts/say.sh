# shellcheck shell=bash
# How the set-up talks: progress on stderr, and a clear end with the exit status of the program.

say() { printf 'setup: %s\n' "$*" >&2; }

# stop MESSAGE HINT...: one line on what is missing, then what mends it, and exit status 2.
stop() {
    printf 'setup: %s\n' "$1" >&2
    shift
    printf '       %s\n' "$@" >&2
    exit 2
}
