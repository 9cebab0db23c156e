"""Mutants: a module with one operator, comparison, sign, number or truth value changed."""

import ast
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
         "maximum": "minimum", "left": "right", "right": "left"}  # fmt: skip


class Mutant(NamedTuple):
    """One change of a module: its text with the change, the line, and what was changed."""

    module: Path
    line: int
    what: str
    text: str

    @property
    def where(self) -> str:
        """Return the module within the project, and the line."""
        return f"{self.module.relative_to(ROOT).as_posix()}:{self.line}"


def places(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what can be changed in a module, annotations apart: they decide no figure."""
    hints = {
        id(inner)
        for node in ast.walk(tree)
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if hint is not None
        for inner in ast.walk(hint)
    }
    for node in ast.walk(tree):
        if id(node) not in hints and _replacement(node) is not None:
            yield node


def _replacement(node: ast.AST) -> object:
    """Return what takes the place of a node's operator, name or value; None to leave it."""
    other: object = None
    if isinstance(node, ast.BinOp | ast.BoolOp):
        other = SWAPS.get(type(node.op))
    elif isinstance(node, ast.Compare):
        other = SWAPS.get(type(node.ops[0]))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        other = ast.UAdd
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        other = NAMES.get(node.id)
    elif isinstance(node, ast.Attribute):
        other = NAMES.get(node.attr)
    elif isinstance(node, ast.Constant) and type(node.value) in {bool, int, float}:
        other = not node.value if isinstance(node.value, bool) else node.value + 1
    return other


def changed_tree(module: Path, place: int) -> tuple[ast.Module, ast.AST]:
    """Return a module with its place-th change, and the node that is changed."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    node = list(places(tree))[place]
    other = _replacement(node)
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp):
        node.op = other()
    elif isinstance(node, ast.Compare):
        node.ops[0] = other()
    elif isinstance(node, ast.Name):
        node.id = other
    elif isinstance(node, ast.Attribute):
        node.attr = other
    else:
        node.value = other
    return tree, node


def mutate(module: Path, place: int) -> Mutant:
    """Return a module's place-th mutant."""
    before = ast.unparse(list(places(ast.parse(module.read_text(encoding="utf-8"))))[place])
    tree, node = changed_tree(module, place)
    return Mutant(module, node.lineno, f"{before} -> {ast.unparse(node)}", ast.unparse(tree))


def sample(rooms: Sequence[str], count: int, seed: int) -> list[tuple[Path, int]]:
    """Draw places from all those of the rooms, each as likely as any other."""
    modules = sorted(
        path
        for room in rooms
        for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    )
    every = [
        (module, place)
        for module in modules
        for place, _ in enumerate(places(ast.parse(module.read_text(encoding="utf-8"))))
    ]
    print(f"{len(every)} places in {len(modules)} modules", flush=True)
    return random.Random(seed).sample(every, min(count, len(every)))
