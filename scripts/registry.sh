# shellcheck shell=bash
# A registry of container images: Debian's, started by the tests that need one, and never a service.

systemd_units=${AUDITOR_SYSTEMD_UNITS:-/etc/systemd/system}

# ensure_registry: the program docker-registry is there, or set-up stops.
ensure_registry() {
    if command -v docker-registry >/dev/null; then return; fi
    can_install || stop "docker-registry is missing, and the tests of published images need it" \
        "Debian or Ubuntu: sudo apt-get install --no-install-recommends docker-registry" \
        "                  sudo systemctl disable --now docker-registry"
    forbid_service docker-registry
    RUNLEVEL=1 apt_install docker-registry # where there is no systemd, nothing starts in runlevel 1
    update-rc.d docker-registry disable >&2
}

# forbid_service NAME: systemd does not start it, not even when its package is installed.
forbid_service() {
    mkdir -p "$systemd_units"
    ln -sfn /dev/null "$systemd_units/$1.service"
}
