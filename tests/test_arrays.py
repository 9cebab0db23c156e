import ast
from pathlib import Path

import pytest

import llrgeo
from llrgeo import arrays

PACKAGE = Path(llrgeo.__file__).parent
WORDS = {"NDArray[np.float64]": "Floats", "NDArray[np.int64]": "Ints", "NDArray[np.bool_]": "Bools"}


def spelled_out(module):
    """Return the lines of a module that spell out a type of array that has a word."""
    nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    found = (node for node in nodes if isinstance(node, ast.Subscript))
    return [
        f"{module.relative_to(PACKAGE)}:{node.lineno}: {WORDS[ast.unparse(node)]}"
        for node in found
        if ast.unparse(node) in WORDS
    ]


@pytest.mark.parametrize("spelled", WORDS)
def test_a_word_is_the_type_that_modules_spelled_out(spelled):
    assert eval(spelled, vars(arrays)) == getattr(arrays, WORDS[spelled])  # noqa: S307 (above)


def test_modules_use_the_words_of_arrays_and_have_none_of_their_own_for_the_same():
    modules = sorted(PACKAGE.rglob("*.py"))
    modules.remove(PACKAGE / "arrays.py")
    assert [line for module in modules for line in spelled_out(module)] == []
