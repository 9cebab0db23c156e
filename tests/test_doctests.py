"""The examples in docstrings run and print what they say; every public name has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import llrgeo

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules():
    """Yield the name of every module of the package."""
    return [module.name for module in pkgutil.walk_packages(llrgeo.__path__, "llrgeo.")]


def examples():
    """Return every docstring with an example, as doctest finds them."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in modules() for test in finder.find(importlib.import_module(name))]
    return sorted((test for test in found if test.examples), key=lambda test: test.name)


@pytest.mark.parametrize("example", examples(), ids=lambda test: test.name)
def test_an_example_prints_what_it_says(example, town_study, request, monkeypatch):
    """Run with `llrgeo`, and `folder`, where the toy town's study and files are."""
    monkeypatch.chdir(town_study.parent)
    example.globs |= {"llrgeo": llrgeo, "folder": town_study.parent}
    example.globs["getfixture"] = request.getfixturevalue
    told = []
    failed, _ = doctest.DocTestRunner(optionflags=FLAGS).run(example, out=told.append)
    assert not failed, "".join(told)


def test_every_public_name_has_an_example():
    without = [
        name
        for name in llrgeo.__all__
        if not name.endswith("Error") and ">>>" not in (inspect.getdoc(getattr(llrgeo, name)) or "")
    ]
    assert without == []
