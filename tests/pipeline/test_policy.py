from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.model.policy import (
    DEFAULT_MASKS,
    Margin,
    MaskName,
    Policy,
    Rule,
    SeverityRule,
    Tolerance,
    policy_digest,
)
from auditor.pipeline.policy import load_policy
from auditor.pipeline.policy.check import checked
from auditor.pipeline.policy.toml import as_toml

WHOLE = """
schema = "auditor.policy/1"
name = "nightly"
require = "metrics"
float64 = { relative = 1e-3 }
float32 = { relative = 0, absolute = 1, norm = 0.5 }
masks = ["uuid"]
decisions = ["verdict"]
ignore = ["logs/*"]
count = ["*.json*"]

[[tolerances]]
match = "*.npy"
absolute = 0.5

[[margins]]
match = "m.json#/accuracy"
margin = 0.01

[[severities]]
match = "stdout"
severity = "info"
"""


def test_the_default(tmp_path: Path) -> None:
    found = load_policy(None, tmp_path)
    assert found.policy == Policy()
    assert found.source.place == "default"
    assert found.source.read.endswith("Z")


def test_every_member(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(WHOLE)
    found = load_policy(tmp_path / "p.toml", tmp_path)
    assert found.policy == Policy(
        name="nightly",
        require="metrics",
        float64=Tolerance(relative=1e-3, absolute=1e-7, source="policy"),
        float32=Tolerance(relative=0.0, absolute=1.0, norm=0.5, source="policy"),
        masks=("uuid",),
        decisions=("verdict",),
        ignore=("logs/*",),
        count=("*.json*",),
        tolerances=(Rule(match="*.npy", absolute=0.5),),
        margins=(Margin(match="m.json#/accuracy", margin=0.01),),
        severities=(SeverityRule(match="stdout", severity="info"),),
    )
    assert found.source.place == "p.toml"


def test_where_it_is_looked_for(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    project, own, given_ = (root / "pyproject.toml", root / "auditor.toml", tmp_path / "x.toml")

    def found() -> tuple[str, str]:
        one = load_policy(None, root)
        return one.policy.name, one.source.place

    project.write_text("[project]\nname = 'x'\n")
    assert found() == ("default", "default")
    project.write_text("[tool.auditor]\nname = 'a'\n")
    assert found() == ("a", "pyproject.toml [tool.auditor]")
    own.write_text("name = 'b'\n")
    assert found() == ("b", "auditor.toml")
    given_.write_text("name = 'c'\n")
    one = load_policy(given_, root)
    assert (one.policy.name, one.source.place) == ("c", str(given_))


@pytest.mark.parametrize("target", ["nowhere.toml", "auditor.toml"])
def test_a_project_whose_own_cannot_be_read_has_no_other(tmp_path: Path, target: str) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.auditor]\nname = 'a'\n")
    (tmp_path / "auditor.toml").symlink_to(target)
    with pytest.raises(InputError, match=r"cannot read the policy auditor\.toml: "):
        load_policy(None, tmp_path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_passed_over(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "auditor.toml")
    with pytest.raises(InputError, match=r"auditor\.toml: it is no file"):
        load_policy(None, tmp_path)


def test_a_linked_policy_goes_by_the_name_of_the_link(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "shared.toml").write_text("name = 'a'\n")
    (root / "auditor.toml").symlink_to("../shared.toml")
    found = load_policy(None, root)
    assert (found.policy.name, found.source.place) == ("a", "auditor.toml")


def test_a_pyproject_can_be_named(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.auditor]\nname = 'a'\n")
    (tmp_path / "auditor.toml").write_text("name = 'b'\n")
    assert load_policy(project, tmp_path).policy.name == "a"
    project.write_text("[tool.other]\n")
    with pytest.raises(InputError, match=r"pyproject\.toml has no table \[tool\.auditor\]"):
        load_policy(project, tmp_path)


def test_what_is_not_the_default_is_not_called_so(tmp_path: Path) -> None:
    file = tmp_path / "auditor.toml"
    file.write_text("require = 'bytes'\n")
    assert load_policy(None, tmp_path).policy.name == "unnamed"
    file.write_text("require = 'values'\nfloat64 = { absolute = 1e-7 }\n")
    assert load_policy(None, tmp_path).policy == Policy()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("require = 'guesses'", "require: 'guesses' is none of bytes, values, metrics, decisions"),
        ("require = 3", "require: text is wanted, not a number"),
        ("tolerence = 1", "tolerence: unknown member; is tolerances meant?"),
        ("zzz = 1", "zzz: unknown member; known: schema, name, require, float16"),
        ("schema = 'auditor.policy/2'", "schema: auditor.policy/2 is of another auditor"),
        ("schema = 'x'", "schema: 'x' is none of auditor.policy/1"),
        ("name = ' '", "name: must not be empty"),
        ("float64 = 1e-3", "float64: a table is wanted, not a number"),
        ("float64 = {relative = -1}", "float64.relative: must not be negative: -1"),
        ("float64 = {relative = nan}", "float64.relative: must be a finite number, not nan"),
        ("float64 = {absolute = inf}", "float64.absolute: must be a finite number, not inf"),
        ("float64 = {norm = '1'}", "float64.norm: a number is wanted, not text"),
        ("float64 = {relative = true}", "float64.relative: a number is wanted, not true or false"),
        ("float64 = {source = 'me'}", "float64.source: unknown member"),
        (f"float64 = {{relative = {'9' * 400}}}", "float64.relative: the number is too large"),
        ("tolerances = 1", "tolerances: a list is wanted, not a number"),
        ("tolerances = ['a']", "tolerances[0]: a table is wanted, not text"),
        ("tolerances = [{match = 'a', norm = -1}]", "tolerances[0].norm: must not be negative"),
        ("tolerances = [{relative = 1}]", "tolerances[0]: match is missing"),
        ("margins = [{match = 'a'}]", "margins[0]: margin is missing"),
        ("margins = [{match = 'a', margin = nan}]", "margins[0].margin: must be a finite number"),
        ("margins = [{match = 'a', margin = 1979-05-27}]", "a number is wanted, not a date"),
        ("masks = ['timme']", "masks[0]: 'timme' is none of time, duration"),
        ("masks = 'time'", "masks: a list is wanted, not text"),
        ("ignore = ['']", "ignore[0]: a glob of 1 to 4096 characters is wanted"),
        ("ignore = ['a', 'b[1.txt']", "ignore[1]: 'b[1.txt' has a [ that no ] closes"),
        ("ignore = ['./logs/*']", "ignore[0]: './logs/*' matches nothing"),
        ("count = [3]", "count[0]: text is wanted, not a number"),
        ("decisions = ['[']", "decisions[0]: '[' has a [ that no ] closes"),
        (
            "severities = [{match = 'a', severity = 'bad'}]",
            "severities[0].severity: 'bad' is none of critical, major, minor, info",
        ),
        ("not toml", "is not valid TOML: "),
        ("require = 'bytes'\nrequire = 'values'", "is not valid TOML: "),
        ("x = " + "[" * 5000, "is not valid TOML: nested too deeply"),
        ("\xff", "is no UTF-8 text"),
        ("# " + "x" * 1024 * 1024, "is larger than 1048576 bytes"),
    ],
)
def test_what_is_wrong_is_said_by_file_and_key(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        load_policy(file, tmp_path)
    assert caught.value.message.startswith("policy.toml")
    assert fault in caught.value.message
    assert not caught.value.details


@pytest.mark.parametrize("glob", ["a[0-9].txt", "[]]", "[!]]x", "[[]", "a]", "**", "/data/*", "["])
def test_globs(glob: str) -> None:
    if glob == "[":
        with pytest.raises(InputError):
            checked({"ignore": [glob]}, "p")
    else:
        assert checked({"ignore": [glob]}, "p").ignore == (glob,)


def test_every_fault_has_a_line(tmp_path: Path) -> None:
    file = tmp_path / "auditor.toml"
    file.write_text("require = 'x'\nignore = ['']\n[[margins]]\nmatch = 'a'\nmargin = -1\n")
    with pytest.raises(InputError) as caught:
        load_policy(None, tmp_path)
    lines = (caught.value.message, *caught.value.details)
    assert [line.split(": ")[:2] for line in lines] == [
        ["auditor.toml", "require"],
        ["auditor.toml", "ignore[0]"],
        ["auditor.toml", "margins[0].margin"],
    ]


def test_a_table_of_another_kind_in_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nauditor = 3\n")
    with pytest.raises(InputError, match="a table is wanted, not a number"):
        load_policy(None, tmp_path)
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    assert load_policy(None, tmp_path).policy == Policy()


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load_policy(tmp_path / "none.toml", tmp_path)


def test_the_page_lists_every_member_and_its_example_loads() -> None:
    page = (Path(__file__).parents[2] / "docs/policy.md").read_text()
    listed = page[page.index("| member |") : page.index("**Globs**")]
    for name in (*Policy.__struct_fields__, *get_args(MaskName)):
        assert f"`{name}`" in listed or f"`[[{name}]]`" in listed
    example = page[page.index("```toml") + 7 : page.rindex("```")]
    assert checked(tomllib.loads(example), "p").name == "nightly"


# A policy is printed as TOML that loads again to the same.

text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
globs = text.filter(lambda one: "[" not in one and not one.startswith(("./", "../")))
sizes = st.floats(0, 1e300) | st.sampled_from([0.0, 5e-324, 1e-7, 1.6e-2])
tolerances = st.tuples(sizes, sizes, st.none() | sizes)


def list_of(one: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=most).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    default = Policy()
    types = {}
    for name in ("float16", "bfloat16", "float32", "float64"):
        relative, absolute, norm = draw(tolerances)
        known = getattr(default, name)
        same = (relative, absolute, norm) == (known.relative, known.absolute, known.norm)
        source = "default" if same else "policy"
        made = Tolerance(relative=relative, absolute=absolute, norm=norm, source=source)
        types[name] = draw(st.sampled_from([known, made]))
    return Policy(
        name=draw(text.filter(lambda one: bool(one.strip()))),
        require=draw(st.sampled_from(["bytes", "values", "metrics", "decisions"])),
        tolerances=draw(
            list_of(
                st.builds(Rule, match=globs, relative=sizes, absolute=sizes, norm=st.none() | sizes)
            )
        ),
        margins=draw(list_of(st.builds(Margin, match=globs, margin=sizes))),
        masks=draw(list_of(st.sampled_from(DEFAULT_MASKS))),
        decisions=draw(list_of(globs)),
        ignore=draw(list_of(globs)),
        count=draw(list_of(globs)),
        severities=draw(
            list_of(
                st.builds(SeverityRule, match=globs, severity=st.sampled_from(["critical", "info"]))
            )
        ),
        **types,
    )


@given(policies())
def test_what_is_printed_loads_again(policy: Policy) -> None:
    again = checked(tomllib.loads(as_toml(policy)), "p")
    assert again == policy
    assert policy_digest(again) == policy_digest(policy)


def test_the_default_prints_and_loads_again() -> None:
    printed = as_toml(Policy())
    assert checked(tomllib.loads(printed), "p") == Policy()
    # A person adds rules at its end.
    more = printed + '\n[[margins]]\nmatch = "a"\nmargin = 1\n'
    assert checked(tomllib.loads(more), "p").margins == (Margin(match="a", margin=1.0),)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(Policy.__struct_fields__)


@given(st.dictionaries(members | st.text(max_size=4), json_like, max_size=4))
def test_whatever_stands_in_a_file_is_a_policy_or_a_line(document: dict[str, Any]) -> None:
    try:
        assert isinstance(checked(document, "p.toml"), Policy)
    except InputError as error:
        lines = (error.message, *error.details)
        assert all(line.startswith("p.toml: ") for line in lines)
