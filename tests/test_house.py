"""The house's own rules, which no linter knows: lengths, names, and words (see CONTRIBUTING)."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "llrgeo").rglob("*.py"))
# Our own scripts and style sheets; what others wrote is vendored in a folder with its version.
SCRIPTS = sorted(
    path
    for kind in ("*.js", "*.css")
    for path in (ROOT / "llrgeo").rglob(kind)
    if path.parent.name == "assets"
)
LONGEST_MODULE = 350
LONGEST_BODY = 40
SILENCED = re.compile(
    r"#\s*(?:noqa\b(?::\s*[A-Z]+\d+(?:, [A-Z]+\d+)*)?|type: ignore\b(?:\[[a-z, -]+\])?"
    r"|pragma: no cover)(.*)"
)
# What a machine would write, or a hurried person: each says less than the plain word.
BAD_PHRASES = (
    r"\bleverag(e|es|ing)\b",
    r"\butili[sz](e|es|ing)\b",
    r"\bseamless(ly)?\b",
    r"\bstands twice\b",
    r"\bin order to\b",
    r"\bplease note\b",
    r"# *(TODO|FIXME|XXX)\b",
    r"raise NotImplementedError\b",
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function below its docstring."""
    first, *rest = function.body
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        if not rest:
            return 0
        first = rest[0]
    return function.end_lineno - first.lineno + 1


def long_bodies(tree: ast.Module) -> list[str]:
    return [
        f"{node.name} ({body_lines(node)} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and body_lines(node) > LONGEST_BODY
    ]


def loops_over_one(tree: ast.Module) -> list[int]:
    """Return the lines whose loop calls its variable `one`, which says nothing of what it is."""
    targets = [
        node.target
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension)
    ]
    return [
        name.lineno
        for target in targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and name.id == "one"
    ]


def count_lines(text: str) -> tuple[int, int]:
    """Count comments, and lines that hold code: blank lines, docstrings and comments apart."""
    words = {tokenize.NAME, tokenize.NUMBER, tokenize.OP}
    comments, code = 0, set()
    for kind, string, (line, _), _, _ in tokenize.generate_tokens(io.StringIO(text).readline):
        if kind == tokenize.COMMENT:
            comments += not string.startswith(("# noqa", "# type:"))
        elif kind in words:
            code.add(line)
    return comments, len(code)


def silenced_without_reason(text: str) -> list[int]:
    """Return the lines whose comment silences a check and gives no reason, there or just above."""
    if not SILENCED.search(text):  # to find the comments takes far longer
        return []
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    return [
        line
        for line, comment in comments.items()
        if (found := SILENCED.search(comment))
        and not re.search(r"[a-z]{2}", found[1])
        and SILENCED.search(comments.get(line - 1, "# noqa"))
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_keeps_the_rules_of_the_house(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    tree = ast.parse(text)
    assert long_bodies(tree) == []
    assert loops_over_one(tree) == []
    assert [phrase for phrase in BAD_PHRASES if re.search(phrase, text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_is_no_longer_than_a_module(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_the_share_of_comments_is_told(record_property):
    """Report it by room: one line in twenty is the aim in algorithms, and no law for a table."""
    rooms: dict[str, list[int]] = {}
    for path in MODULES:
        comments, code = count_lines(path.read_text(encoding="utf-8"))
        room = rooms.setdefault(path.relative_to(ROOT / "llrgeo").parts[0], [0, 0])
        room[0] += comments
        room[1] += code
    shares = {room: comments / max(code, 1) for room, (comments, code) in rooms.items()}
    for room, share in sorted(shares.items()):
        record_property(room, f"{share:.3f}")
    assert min(shares[room] for room in ("appraisal", "roads", "travel")) > 1 / 30


def test_every_silenced_check_says_why():
    folders = ("llrgeo", "tests", "notebooks", "data", "docs", ".ci")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    found = {name_of(path): silenced_without_reason(path.read_text("utf-8")) for path in paths}
    assert len(paths) > 500
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("check", "given"),
    [
        (silenced_without_reason, "import os  # noqa: F401\n"),
        (silenced_without_reason, "x = 1\ny = f()  # type: ignore[no-untyped-call]\n"),
        (long_bodies, ast.parse("def f():\n    '''Say.'''\n" + "    x = 1\n" * 41)),
        (loops_over_one, ast.parse("for one in [2, 3]:\n    pass\n")),
        (loops_over_one, ast.parse("x = [one for one in (2, 3)]\n")),
        (loops_over_one, ast.parse("x = {name: one for name, one in rows.items()}\n")),
    ],
)
def test_the_rules_notice_what_they_forbid(check, given):
    assert check(given)


def test_what_is_counted():
    text = '"""Say."""\n\n# Why.\nx = 1  # noqa: S101\ny = 2  # metres\n'
    assert count_lines(text) == (2, 2)
    assert (
        body_lines(ast.parse("def f():\n    '''Say.'''\n\n    x = 1\n    return x\n").body[0]) == 2
    )


def test_entries_of_the_changelog_are_two_sentences_at_most():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    since = text.split("### New for planners")[1].split("### Renamed in Python")[0]
    entries = re.findall(r"^- (?:.*\n)(?:  .*\n)*", since, re.MULTILINE)
    assert len(entries) > 100
    assert [entry for entry in entries if sentences(entry) > 2] == []


def sentences(entry: str) -> int:
    """Count sentences: stops before a capital, a quotation or a bold word, outside code."""
    plain = re.sub(r"`[^`]*`", "Code", " ".join(entry.split()))
    return len(re.findall(r"[.!?][\"”)]?(?:\*\*)?(?=\s+[\"“(*A-Z]|$)", plain))


def test_sentences_are_counted_outside_code_and_names_with_dots():
    assert sentences("- **A map.** It has `a. B` in 2.5 MB. Why? Because.") == 4
    assert sentences("- One, of `llrgeo run`, at 0.5; two") == 0
