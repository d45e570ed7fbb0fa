# shellcheck shell=bash
# Sources of locales, from which tests make one that an image does not have.

# ensure_locales: localedef has what it makes a German locale from, or set-up stops.
ensure_locales() {
    if command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/de_DE ]; then return; fi
    can_install || stop "the sources of locales are missing, and the tests of locales need them" \
        "Debian or Ubuntu: sudo apt-get install --no-install-recommends locales"
    apt_install locales
}
