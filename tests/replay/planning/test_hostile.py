"""A fingerprint from elsewhere is hostile until shown otherwise: one test an attack on the plan.

What a container can do while it runs is another matter, and tested where it runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import InputError, NotReplayedError
from auditor.model.canonical import canonical
from auditor.model.fact import recorded
from auditor.model.facts import Command, Host, Image, Locale, Names
from auditor.model.files import File
from auditor.model.plan import Base, Lock, Plan
from auditor.replay import Options, plan
from auditor.replay.base.choose import choose_base
from auditor.replay.base.registry import python_tag
from auditor.replay.engines import Engine
from auditor.replay.planning.user import accounts
from auditor.replay.tree.layout import lay_out
from auditor.replay.tree.names import known_names, names_of
from tests.replay.tree.test_layout import BASE, NOTHING

DIGEST = "sha256:" + "ab" * 32
# What the container has of its own, whatever the fingerprint says.
OWN = {"PATH", "HOME", "USER", "LOGNAME"}


def planned(fingerprint: Any, **options: Any) -> Plan:
    return plan(fingerprint, NOTHING, BASE, Options(**options))


def set_in(make: Any, **variables: str) -> dict[str, str]:
    """Return which of these variables reach the container with their value."""
    found = planned(make.fingerprint(variables=variables)).variables
    return {name: value for name, value in found.items() if variables.get(name) == value}


@pytest.mark.parametrize(
    "name",
    [
        # the loader
        *("LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_BIND_NOW", "DYLD_INSERT_LIBRARIES"),
        *("GCONV_PATH", "LOCPATH", "NLSPATH", "MY_PRELOAD", "JEMALLOC_PRELOAD"),
        # the engine, its clients, and the runtimes that hand out devices
        *("DOCKER_HOST", "DOCKER_CONFIG", "CONTAINER_HOST", "BUILDAH_ISOLATION"),
        *("NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_MIG_CONFIG_DEVICES"),
        *("AMD_VISIBLE_DEVICES", "ASCEND_VISIBLE_DEVICES", "HABANA_VISIBLE_DEVICES"),
        *("NOTIFY_SOCKET", "LISTEN_FDS", "container", "KUBERNETES_SERVICE_HOST"),
        # startup files, and what waits for a person
        *("BASH_ENV", "ENV", "ZDOTDIR", "BASH_FUNC_ls", "PYTHONSTARTUP", "PYTHONINSPECT"),
        # another Python than the replay's
        *("PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "PYTHONEXECUTABLE", "PYTHONPLATLIBDIR"),
        *("PYTHONPYCACHEPREFIX", "PYTHONDUMPREFSFILE", "VIRTUAL_ENV", "CONDA_PREFIX"),
        # the recorder, and installers
        *("AUDITOR_OBSERVATION", "AUDITOR_CACHE", "PIP_INDEX_URL"),
        # keys, agents, proxies, and where names are looked up
        *("SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"),
        *("SSL_CERT_FILE", "OPENSSL_CONF", "OPENSSL_MODULES", "CURL_CA_BUNDLE"),
        *("HTTP_PROXY", "https_proxy", "FTP_PROXY", "RES_OPTIONS", "HOSTALIASES"),
        # another repository, or programs in git's place
        *("GIT_DIR", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_COUNT"),
        # where files go
        *("TMPDIR", "TMP", "TEMP", "SHELL", "PWD", "OLDPWD", "HOSTNAME", "TZDIR"),
    ],
)
def test_a_variable_that_reaches_beyond_the_run_is_not_set(make: Any, name: str) -> None:
    fingerprint = make.fingerprint(variables={name: "/evil"})
    made = planned(fingerprint)
    assert made.variables.get(name) != "/evil"
    quiet = {"SHELL", "PWD", "OLDPWD", "HOSTNAME"}
    told = {row.subject for row in made.unhonoured}
    assert (f"environment.variable:{name}" in told) == (name not in quiet)


@pytest.mark.parametrize("name", sorted(OWN))
def test_what_the_container_has_of_its_own_stays(make: Any, name: str) -> None:
    assert set_in(make, **{name: "/evil"}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # They decide results, and in the container they do what the command itself can do.
        ("PYTHONWARNINGS", "error::evil.Warning"),
        ("PYTHONBREAKPOINT", "os.system"),
        ("PYTHONHASHSEED", "7"),
        ("PERL5OPT", "-Mevil"),
        ("RUBYOPT", "-revil"),
        ("NODE_OPTIONS", "--require evil"),
        ("JAVA_TOOL_OPTIONS", "-javaagent:evil.jar"),
        ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2"),
        ("MALLOC_ARENA_MAX", "1"),
        ("OMP_NUM_THREADS", "3"),
        ("CUDA_VISIBLE_DEVICES", "0"),
        ("NVIDIA_TF32_OVERRIDE", "0"),
        ("GIT_AUTHOR_DATE", "2020-01-01"),
    ],
)
def test_a_variable_that_is_part_of_the_run_is_kept(make: Any, name: str, value: str) -> None:
    assert set_in(make, **{name: value}) == {name: value}


@pytest.mark.parametrize("name", ["A=B", "", "A B", "A\nB", "1A", "A\0"])
def test_a_name_that_is_none_is_not_set(make: Any, name: str) -> None:
    assert name not in planned(make.fingerprint(variables={name: "x"})).variables


def test_a_value_that_no_program_could_start_with_is_not_set(make: Any) -> None:
    assert set_in(make, LONG="x" * (1 << 20), NUL="a\0b", FINE="x") == {"FINE": "x"}


def test_gpus_are_those_that_were_asked_for(make: Any) -> None:
    made = planned(make.fingerprint(variables={"NVIDIA_VISIBLE_DEVICES": "all"}))
    assert made.gpus is None
    assert not any(name.startswith("NVIDIA") for name in made.variables)


@pytest.mark.parametrize("zone", ["../../etc/shadow", "/etc/shadow", "a\0", "x" * 300, "$(id)"])
def test_a_zone_is_no_path(make: Any, zone: str) -> None:
    made = planned(make.fingerprint(zone=recorded(zone, "test")))
    assert not any("/etc" in mount.source for mount in made.mounts)
    assert made.variables.get("TZ", "").count("..") == 0


def test_the_command_is_never_given_to_a_shell(make: Any) -> None:
    words = ("python", "train.py", "; rm -rf /", "$(id)", "`id`", "&& x", "\n")
    made = planned(make.fingerprint(words))
    assert made.argv[1:] == words[1:]
    assert made.argv[0].endswith("/python")


@pytest.mark.parametrize("word", ["", "\0"])
def test_a_command_that_cannot_be_executed_is_refused(make: Any, word: str) -> None:
    fingerprint = make.fingerprint()
    command = recorded(Command(argv=(word, "x\0")), "test")
    recipe = msgspec.structs.replace(fingerprint.recipe, command=command)
    with pytest.raises(InputError, match="cannot be executed"):
        planned(msgspec.structs.replace(fingerprint, recipe=recipe))


@pytest.mark.parametrize(
    "path",
    [
        *("../x", "a/../../x", "a/./b", "a//b", "", "a\0b", "x" * 300, "a/" * 3000 + "b"),
        *("/etc/shadow", "/proc/1/environ", "/sys/x", "/dev/sda", "/run/docker.sock", "/root/.."),
        *("/var/run/x", "/var/lib/docker/x", "/home/a/docker.sock", "/usr/lib/x", "//etc/x"),
        *("/opt/auditor/env/x", "/opt", "/boot/x", "/lib64/x"),
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_an_input_stays_in_the_project_and_in_data_folders(
    make: Any,
    path: str,
    kept: bool,  # noqa: FBT001 - parametrised
) -> None:
    hostile = File(path=path, digest=DIGEST, size=1, kept=kept)
    with pytest.raises(InputError, match="is refused"):
        planned(make.fingerprint(inputs=(hostile,)), trusted=True)


def test_an_input_of_a_stranger_is_never_taken_from_where_it_says(make: Any) -> None:
    private = make.file("/home/me/.ssh/id_ed25519", "key", kept=False)
    made = planned(make.fingerprint(inputs=(private,)))
    assert [mount.source for mount in made.mounts if ".ssh" in mount.target] == [""]


@pytest.mark.parametrize("root", ["/", "/etc", "/usr", "/opt/auditor", "x", "/a/../etc", "/p\0"])
def test_a_root_that_would_hide_the_system_is_refused(make: Any, root: str) -> None:
    with pytest.raises(InputError, match="is refused"):
        planned(make.fingerprint(root=root))


def test_an_environment_that_leads_elsewhere_is_no_link(make: Any) -> None:
    for prefix in (f"{make.root}/../../etc", "/etc", str(make.root)):
        interpreter = make.interpreter(prefix=prefix, base_prefix="/usr")
        assert planned(make.fingerprint(interpreter=interpreter)).links == {}


@pytest.mark.parametrize(
    ("path", "link"),
    [("x", "/etc"), ("x", "../.."), ("a/x", "../../.."), ("x", "y/../.."), ("x", "/opt/auditor")],
)
def test_a_link_out_of_the_project_is_not_made(
    make: Any, tmp_path: Path, path: str, link: str
) -> None:
    rows = [[path, 1, 1, False, False, link], [f"{path}/passwd", 1, 1, False]]
    made = with_rows(make, rows)
    lay_out(made, make.objects, tmp_path)
    for place, folders, files in os.walk(tmp_path / "tree"):
        assert not [name for name in (*folders, *files) if Path(place, name).is_symlink()]


def test_a_file_is_not_written_through_links(make: Any, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    rows = [["a", None, 1, False, False, "../victim"], ["b", None, 1, False, False, "a/../victim"]]
    inputs = (make.file("a/x", "evil"), make.file("b/y", "evil"))
    lay_out(with_rows(make, rows, inputs=inputs), make.objects, work)
    assert list((tmp_path / "victim").iterdir()) == []


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "/proc/self/mem", "a/../../b", "\0"])
def test_a_name_stays_in_the_project_and_in_data_folders(make: Any, path: str) -> None:
    digest = make.objects.put_bytes(canonical([[path, 1, 1, False, False, "", 0]]))
    with pytest.raises(InputError, match="refused"):
        known_names(recorded(Names(digest=digest, files=1, folders=0), "test"), make.objects)


@pytest.mark.parametrize(
    "row", [["x"], ["x", 1, 1, False, "yes"], ["x", "1", 1, False], ["x", 1, 1, False, False, 7]]
)
def test_names_that_make_no_sense_are_refused(make: Any, row: list[Any]) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        names_of(with_rows(make, [row]), make.objects)


def test_a_size_that_no_disk_has_takes_no_room(make: Any, tmp_path: Path) -> None:
    made = with_rows(make, [["huge", 1 << 60, 1, False], ["odd", 10, 1 << 62, False]])
    lay_out(made, make.objects, tmp_path)
    assert (tmp_path / "tree/huge").stat().st_blocks == 0


@pytest.mark.parametrize("user", ["root:x:0:0", "a\nroot::0:0", "../x", "-u0"])
def test_a_user_writes_no_accounts(make: Any, user: str) -> None:
    fingerprint = make.fingerprint()
    host = Host(name="x\ny", user=user, kernel="", home="/home/x\nevil::0:0::/:/bin/sh")
    record = msgspec.structs.replace(fingerprint.record, host=recorded(host, "test"))
    made = planned(msgspec.structs.replace(fingerprint, record=record), same_user=True)
    users, groups = accounts(made)
    assert users.startswith("auditor:x:65534:65534::/opt/auditor/home:")
    assert "evil" not in users + groups


@pytest.mark.parametrize("locale", ["../../../etc", "de_DE/../../x", "/etc"])
def test_a_locale_is_no_path(make: Any, locale: str) -> None:
    value = Locale(category=locale, preferred_encoding="", filesystem_encoding="")
    made = planned(make.fingerprint(locale=recorded(value, "test")))
    assert not any("/etc" in mount.source for mount in made.mounts)


@pytest.mark.parametrize("version", ["3.11.7/../evil", "3", "3.11.7 --x", "3.11.7@sha256:0", ""])
def test_a_version_names_no_other_image(make: Any, version: str) -> None:
    with pytest.raises(NotReplayedError, match="known to be published"):
        python_tag(make.interpreter(version=version))


@pytest.mark.docker
@pytest.mark.parametrize(
    "reference", ["--privileged", "x; id", "https://evil/x", "a b", "../x", "x/UPPER", "x@sha1:0"]
)
def test_an_image_has_a_name_of_an_image(make: Any, engine: Engine, reference: str) -> None:
    fingerprint = make.fingerprint()
    image = recorded(Image(reference=reference, id=reference), "test")
    recipe = msgspec.structs.replace(fingerprint.recipe, image=image)
    with pytest.raises(InputError, match="is not the name of an image"):
        choose_base(msgspec.structs.replace(fingerprint, recipe=recipe), engine, Options(), print)


def test_a_lock_pins_by_digest_only() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"requirements": "", "base": "evil.example/python:latest"}, Lock)
    assert Base(kind="host", reference="", reason="").python == ""


def with_rows(make: Any, rows: list[list[Any]], **parts: Any) -> Plan:
    fingerprint = make.fingerprint(**parts)
    digest = make.objects.put_bytes(msgspec.json.encode(rows))
    fact = recorded(Names(digest=digest, files=len(rows), folders=0), "test")
    record = msgspec.structs.replace(fingerprint.record, names=fact)
    return planned(msgspec.structs.replace(fingerprint, record=record))
