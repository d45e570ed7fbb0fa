# shellcheck shell=bash
# Debian packages, for those who may install them.

apt_updated=no

# can_install: whether this user may install Debian packages on this system.
can_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }

# apt_install PACKAGE...: install them without the recommended ones; the lists are fetched once.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    say "installing the Debian packages $*"
    if [ "$apt_updated" = no ]; then
        apt_get update || stop "apt-get update failed, see above" "check the network and run make setup again"
        apt_updated=yes
    fi
    apt_get install -y --no-install-recommends "$@" ||
        stop "apt-get could not install $*, see above" "mend it and run make setup again"
}

# apt_get ARGUMENT...: patient while another apt-get holds the lock; its talk is shown if it fails.
apt_get() {
    local talk
    talk=$(apt-get -qq -o DPkg::Lock::Timeout=300 "$@" 2>&1 </dev/null) || {
        printf '%s\n' "$talk" >&2
        return 1
    }
}
