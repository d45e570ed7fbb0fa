# shellcheck shell=bash
# A container engine: the one that answers, else Debian's Docker, installed and started here.

engine_log=${AUDITOR_ENGINE_LOG:-/var/log/auditor-dockerd.log}
engine_run=${AUDITOR_ENGINE_RUN:-/var/run}
engine_patience=${AUDITOR_ENGINE_PATIENCE:-60}

# ensure_engine PYTHON: an engine answers that Python's docker package finds, or set-up stops.
ensure_engine() {
    local python=$1
    if engine_answers "$python"; then return; fi
    [ -z "${DOCKER_HOST:-}" ] || stop "no container engine answers at DOCKER_HOST=$DOCKER_HOST" \
        "start it, or unset DOCKER_HOST to use this machine's own"
    if daemon_alive "$engine_run/docker.pid" dockerd; then
        say "a Docker daemon is starting already, waiting for it"
        await_engine "$python" || engine_failed
        return
    fi
    install_engine
    start_engine "$python"
}

# engine_answers PYTHON: whether the engine that Python's docker package finds answers now.
engine_answers() {
    "$1" -c 'import docker; docker.from_env(timeout=10).ping()' >/dev/null 2>&1
}

install_engine() {
    if command -v dockerd >/dev/null && [ "$(id -u)" -eq 0 ]; then return; fi
    if can_install && is_debian; then
        apt_install docker.io iptables
        return
    fi
    stop "no container engine answers, and replays need one" \
        "Debian or Ubuntu: sudo apt-get install --no-install-recommends docker.io iptables" \
        "                  sudo usermod --append --groups docker \"\$USER\", then log in again" \
        "other systems:    https://docs.docker.com/engine/install/" \
        "If Docker is installed, start it; if it runs elsewhere, set DOCKER_HOST."
}

is_debian() { grep -Eq '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release 2>/dev/null; }

# start_engine PYTHON: by systemd where it runs, else a daemon of our own that outlives us.
start_engine() {
    local python=$1
    if has_systemd; then
        say "starting Docker with systemctl"
        systemctl start docker >&2 || engine_failed
        await_engine "$python" || engine_failed
        return
    fi
    launch "$python" && return
    if grep -Eiq 'graphdriver|storage.driver|overlay' "$engine_log"; then
        say "overlay2 does not work here; trying again with --storage-driver vfs (slower, needs more disk)"
        launch "$python" --storage-driver vfs && return
    fi
    engine_failed
}

has_systemd() { [ -d /run/systemd/system ]; }

# launch PYTHON OPTION...: start dockerd detached, its talk in a log file, and wait until it answers.
launch() {
    local python=$1
    shift
    remove_stale "$engine_run/docker.pid" dockerd
    remove_stale "$engine_run/docker/containerd/containerd.pid" containerd
    say "starting dockerd $* in the background, its log is $engine_log"
    setsid dockerd "$@" >"$engine_log" 2>&1 </dev/null 9<&- & # 9 is the lock of setup.sh
    await_engine "$python" $!
}

# await_engine PYTHON [PID]: wait for an answer; give up early where the daemon PID has ended.
await_engine() {
    local deadline=$((SECONDS + engine_patience))
    until engine_answers "$1"; do
        if [ -n "${2:-}" ] && ! kill -0 "$2" 2>/dev/null; then return 1; fi
        if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
        sleep 0.5
    done
}

# remove_stale PIDFILE NAME: a pid file left by a killed daemon would stop the next one.
remove_stale() {
    if [ -e "$1" ] && ! daemon_alive "$1" "$2"; then
        say "removing $1, which a killed $2 left"
        rm -f -- "$1"
    fi
}

# daemon_alive PIDFILE NAME: whether the pid in the file is a running NAME: not another process that
# has got its number since, nor a dead one that nobody reaps (its command line is empty).
daemon_alive() {
    local pid
    pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] &&
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && [ -n "$(tr -d '\0' <"/proc/$pid/cmdline")" ]
}

engine_failed() {
    [ -s "$engine_log" ] && tail -n 15 "$engine_log" >&2
    stop "the Docker daemon does not answer after $engine_patience s at most" \
        "its log (the end is above, where there is one): $engine_log" \
        "start an engine yourself, or set DOCKER_HOST to one, and run make setup again"
}
