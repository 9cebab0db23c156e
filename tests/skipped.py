"""Run only what was skipped before: tests that lacked an extra, once the extra is installed."""

import pytest

RECORD = "llrgeo/skipped"


class Skipped:
    """Keep, from run to run, the tests that were skipped when they were last run.

    Parameters
    ----------
    config
        Settings of the run; its cache holds the record. Workers of xdist read it alone: their
        reports come to the process that started them.
    """

    def __init__(self, config: pytest.Config):
        self.config = config
        self.before: set[str] = set(config.cache.get(RECORD, []))
        self.now = set(self.before)

    def pytest_ignore_collect(self, collection_path) -> bool | None:
        """Leave out, unread, a file of which no test was skipped."""
        if not self.config.getoption("skipped") or not collection_path.is_file():
            return None
        name = collection_path.relative_to(self.config.rootpath).as_posix()
        return None if any(test.startswith(f"{name}::") for test in self.before) else True

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list) -> None:
        """Leave out all other tests of the files that are read."""
        if config.getoption("skipped"):
            left = [item for item in items if item.nodeid not in self.before]
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if item.nodeid in self.before]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that was skipped; forget one that was run."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.now.add(report.nodeid)
        elif report.when == "call":
            self.now.discard(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if not hasattr(self.config, "workerinput"):
            self.config.cache.set(RECORD, sorted(self.now))
