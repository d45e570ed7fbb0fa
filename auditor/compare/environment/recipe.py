"""Sections of the recipe: command, code, data, dependencies, image, parameters, seeds."""

from __future__ import annotations

from collections import Counter
from typing import Any

from auditor.compare.environment.interface import Section, Weight, always, apart
from auditor.model.fact import Fact, recorded
from auditor.model.facts import Command, Distribution, Git, Image, Seed, Stdin
from auditor.model.files import Manifest, inline
from auditor.model.fingerprint import Fingerprint

__all__ = ["RECIPE"]

_SAID = frozenset({"--param", "auditor.param"})
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv"})


def _command(value: Command) -> dict[str, Any]:
    program, *rest = value.argv or ("",)
    return {
        "command": {"arguments": tuple(rest), "cwd": value.cwd},
        "command.program": program,
    }


def _weigh_command(subject: str, _before: Any, _after: Any) -> Weight:  # noqa: ANN401
    if subject == "command.program":
        note = "the same program may go by another path; the interpreter is compared by itself"
        return Weight(severity="info", note=note)
    note = "other arguments or another working folder are another run"
    return Weight(severity="major", note=note, area="source")


def _root(run: Fingerprint) -> Fact[str]:
    return recorded(run.recipe.root, "fingerprint")


def _files(kind: str, value: Manifest) -> dict[str, Any]:
    return {
        f"{kind}:{file.path}": {"digest": file.digest, "executable": file.executable}
        for file in inline(value.files)
    }


def _show_file(value: dict[str, Any], _sides: tuple[Any, ...]) -> str:
    mode = " (executable)" if value["executable"] else ""
    return f"{value['digest'] or 'unread'}{mode}"


def _weigh_file(subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    what = "code" if subject.startswith("source:") else "data"
    if before is None:
        note = f"{what} that the original was not seen to use; where it is read, results may change"
        return Weight(severity="minor", note=note)
    if after is None:
        note = f"{what} of the original that the replay was not seen to use"
        return Weight(severity="minor", note=note)
    if before["digest"] == after["digest"]:
        return Weight(severity="info", note="the content is the same, only the execute bit is not")
    return Weight(severity="major", note=f"other {what} can change any result")


def _git(value: Git) -> dict[str, Any]:
    return {
        "source.commit": value.commit,
        "source.branch": value.branch,
        "source.remote": value.remote,
        "source.patch": value.patch if value.dirty else None,
        "source.dirty": value.dirty,
        "source.untracked": value.untracked,
    }


def _dependencies(value: tuple[Distribution, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in value:
        # The first of a name is the one that is imported; a second one is told apart.
        subject = f"dependency:{one.name}"
        while subject in found:
            subject += " (shadowed)"
        # Of an editable install the commit is that of the project, whose code is compared itself.
        commit = one.origin.commit if one.origin and one.origin.kind == "vcs" else None
        found[subject] = {"version": one.version, "digest": one.digest, "commit": commit}
    return found


def _installation(value: tuple[Distribution, ...]) -> dict[str, Any]:
    rows = {
        one.name: " ".join(
            [
                one.installer or "unknown installer",
                "requested" if one.requested else "as a dependency",
                one.origin.kind if one.origin else "from an index",
                *(["editable"] if one.origin and one.origin.editable else []),
            ]
        )
        for one in value
    }
    return {"dependencies.installation": rows}


def _show_installation(value: dict[str, str], sides: tuple[Any, ...]) -> dict[str, int]:
    # In how many ways the differing ones were installed: a line for each would bury the rest.
    return dict(sorted(Counter(apart(value, sides).values()).items()))


def _show_dependency(value: dict[str, Any], sides: tuple[Any, ...]) -> str:
    versions = {side["version"] for side in sides if side is not None}
    if len(versions) > 1 or None in sides:
        return str(value["version"])
    return " ".join(str(part) for part in value.values() if part)


def _weigh_dependency(subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    name = subject.removeprefix("dependency:")
    if name in _INSTALLERS:
        note = "it installs packages, and runs rarely import it; it is seldom what changes numbers"
        return Weight(severity="info", note=note)
    if before is None or after is None:
        note = "code that tries to import it takes another path"
        return Weight(severity="minor" if before is None else "major", note=note)
    if before["version"] != after["version"]:
        return Weight(severity="major", note="another version can change any result computed by it")
    note = "the same version with other contents: it was built or edited differently"
    return Weight(severity="major", note=note)


def _image(value: Image) -> dict[str, Any]:
    told = {"layers": value.layers, "digests": value.repo_digests, "id": value.id}
    return {"image": {"reference": value.reference, **told}}


def _weigh_image(_subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    if before is not None and after is not None and _same_image(before, after):
        return Weight(severity="info", note="another name of the same layers changes nothing")
    if before is None:
        note = "the original ran in no container; its environment is compared part by part"
        return Weight(severity="info", note=note)
    return Weight(severity="major", note="system libraries come from the image")


def _same_image(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether two images are one, by what is known of both: from inside, the digest is all."""
    if before["layers"] and after["layers"]:
        return bool(before["layers"] == after["layers"])
    same_id = bool(before["id"]) and before["id"] == after["id"]
    return same_id or not _contents(before["digests"]).isdisjoint(_contents(after["digests"]))


def _contents(digests: tuple[str, ...]) -> set[str]:
    return {reference.rpartition("@")[2] for reference in digests}


def _show_image(value: dict[str, Any], _sides: tuple[Any, ...]) -> Any:  # noqa: ANN401
    return value["reference"]


def _stdin(value: Stdin) -> dict[str, Any]:
    # A terminal and an empty input are told apart by kind, a pipe and a file by content alone.
    return {"input:stdin": {"digest": value.digest or value.kind}}


def _show_stdin(value: dict[str, str], _sides: tuple[Any, ...]) -> str:
    return value["digest"]


def _params(run: Fingerprint) -> Fact[dict[str, Any]]:
    known = {name: fact for name, fact in run.recipe.params.items() if fact.how != "unknown"}
    told = {name: {"value": one.value, "seen": _seen(one)} for name, one in known.items()}
    return recorded(told, "fingerprint")


def _seen(param: Fact[str]) -> str:
    if param.source in _SAID:
        return "said"
    return "logged" if param.how == "recorded" else "read"


def _weigh_param(_subject: str, before: Any, after: Any) -> Weight:  # noqa: ANN401
    sides = [side for side in (before, after) if side is not None]
    if len(sides) == 2 and before["value"] == after["value"]:  # noqa: PLR2004
        return Weight(severity="info", note="it was learnt in another way, and is the same")
    if any(side["seen"] == "said" for side in sides):
        return Weight(severity="major", note="another parameter is another run")
    if len(sides) == 1:
        # Earlier versions did not look there.
        return Weight(severity="info", note="seen in one run only; where it is from is compared")
    if any(side["seen"] == "logged" for side in sides):
        note = "the run logged another value of itself; what it was given is compared apart"
        return Weight(severity="minor", note=note)
    return Weight(severity="major", note="another parameter is another run")


def _show_param(value: dict[str, Any], _sides: tuple[Any, ...]) -> Any:  # noqa: ANN401
    return value["value"]


def _seeds(value: tuple[Seed, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in value:
        key = f"randomness.seed:{one.library}.{one.function} at {one.site}"
        found[key] = (*found.get(key, ()), one.value)
    return found


RECIPE: tuple[Section, ...] = (
    Section(
        name="command",
        area="environment",
        fact=lambda run: run.recipe.command,
        subjects=_command,
        weigh=_weigh_command,
    ),
    Section(
        name="path.cwd",
        area="environment",
        fact=_root,
        subjects=lambda value: {"path.cwd": value},
        weigh=always("minor", "results change only where absolute paths reach them"),
    ),
    Section(
        name="source",
        area="source",
        fact=lambda run: run.recipe.source.files,
        subjects=lambda value: _files("source", value),
        weigh=_weigh_file,
        show=_show_file,
    ),
    Section(
        name="source.git",
        area="source",
        fact=lambda run: run.recipe.source.git,
        subjects=_git,
        weigh=always("info", "the files that ran are compared one by one, and decide"),
    ),
    Section(
        name="inputs",
        area="input",
        fact=lambda run: run.recipe.inputs,
        subjects=lambda value: _files("input", value),
        weigh=_weigh_file,
        show=_show_file,
    ),
    Section(
        name="input:stdin",
        area="input",
        fact=lambda run: run.recipe.stdin,
        subjects=_stdin,
        weigh=always("major", "other data can change any result"),
        show=_show_stdin,
    ),
    Section(
        name="params",
        area="input",
        fact=_params,
        subjects=lambda value: {f"param:{name}": one for name, one in value.items()},
        weigh=_weigh_param,
        show=_show_param,
    ),
    Section(
        name="dependencies",
        area="dependency",
        fact=lambda run: run.recipe.dependencies,
        subjects=_dependencies,
        weigh=_weigh_dependency,
        show=_show_dependency,
    ),
    Section(
        name="dependencies",
        area="dependency",
        fact=lambda run: run.recipe.dependencies,
        subjects=_installation,
        show=_show_installation,
        weigh=always(
            "info", "how it was installed changes nothing where versions and digests agree"
        ),
    ),
    Section(
        name="image",
        area="environment",
        fact=lambda run: run.recipe.image,
        subjects=_image,
        weigh=_weigh_image,
        show=_show_image,
    ),
    Section(
        name="randomness.seed",
        area="randomness",
        fact=lambda run: run.recipe.seeds,
        subjects=_seeds,
        weigh=always("major", "another seed draws other numbers"),
    ),
)
