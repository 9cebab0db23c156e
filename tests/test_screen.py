"""What the command line shows while it works: a bar for who watches, nothing for a log."""

import io

from rich.console import Console

from llrgeo.cli import screen


def test_a_bar_is_drawn_at_a_terminal_and_leaves_no_line_in_a_log(monkeypatch):
    for watched, quiet in [(True, False), (True, True), (False, False)]:
        written = io.StringIO()
        console = Console(file=written, force_terminal=watched, width=60)
        monkeypatch.setattr(
            screen, "Console", lambda *, stderr, console=console: console if stderr else None
        )
        assert list(screen.progress("pages", quiet=quiet)([3, 1, 2])) == [3, 1, 2]
        assert ("pages" in written.getvalue()) == (watched and not quiet)
        assert bool(written.getvalue()) == (watched and not quiet)
