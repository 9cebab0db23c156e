"""Packages that only some work needs: they are installed by extras, and missed before it begins."""

from importlib.util import find_spec

from llrgeo.errors import MissingExtraError


def require_extra(package: str, extra: str, work: str) -> None:
    """Refuse work whose package is not installed.

    Parameters
    ----------
    package
        What is imported, and the name by which pip knows it.
    extra
        The extra of llrgeo that installs it.
    work
        What needs it, as the message begins.

    Raises
    ------
    MissingExtraError
        If it is not installed; the message names the extra.
    """
    if find_spec(package) is None:
        msg = f"{work} needs {package}: pip install {package}, or pip install 'llrgeo[{extra}]'"
        raise MissingExtraError(msg)


def require_plotting(work: str = "a plot") -> None:
    """Refuse to draw pictures where matplotlib is not installed, as `require_extra` does."""
    require_extra("matplotlib", "plot", work)
