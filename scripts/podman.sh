# shellcheck shell=bash
# Podman, the other engine: the tests serve it on sockets of their own, and never as a service.

podman_packages=(podman catatonit runc) # catatonit is its init, runc what it starts containers with

# ensure_podman: its programs are there, or set-up stops.
ensure_podman() {
    if command -v podman >/dev/null && podman_has_init; then return; fi
    can_install || stop "podman, or its init, is missing, and the tests of engines need them" \
        "Debian or Ubuntu: sudo apt-get install --no-install-recommends ${podman_packages[*]}" \
        "other systems:    https://podman.io/docs/installation"
    apt_install "${podman_packages[@]}"
}

podman_has_init() {
    command -v catatonit >/dev/null || [ -x /usr/libexec/podman/catatonit ] || [ -x /usr/libexec/catatonit/catatonit ]
}
