# shellcheck shell=bash
# A C compiler: tests build small libraries and programs that runs are observed with.

# ensure_compiler: gcc and the C library's headers are there, or set-up stops.
ensure_compiler() {
    if printf '#include <stdio.h>\n' | gcc -fsyntax-only -xc - 2>/dev/null; then return; fi
    can_install || stop "a C compiler is missing, and tests build small libraries with it" \
        "Debian or Ubuntu: sudo apt-get install --no-install-recommends gcc libc6-dev"
    apt_install gcc libc6-dev
}
