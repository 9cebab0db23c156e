"""Tasks give the same here, by dask in one process, and by workers, also where some of them die."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from publication_cases import county_publication

from llrgeo.errors import LlrgeoError, MissingExtraError
from llrgeo.execution import tasks
from llrgeo.execution.tasks import map_here, scheduler_at
from llrgeo.publish.explorer import files as explorer_files
from llrgeo.publish.first_pages import first_pages
from llrgeo.publish.folder import publish
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import Wording, wording
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study
from llrgeo.travel.search import search_trees


def times(factor: int, number: int) -> int:
    if number < 0:
        msg = "a number below 0"  # of the same kind as what a cluster raises that has gone
        raise FileNotFoundError(msg)
    return factor * number


def die(factor: int, number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return factor * number


def die_once(mark: Path, number: int) -> int:
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def by_dask_here(
    work: Callable[[Any, Any], Any], shared: Any, tasks: Sequence[Any], *, track: Any = iter
) -> Iterator[Any]:
    """Work tasks through by the scheduler of dask that has no workers but this thread."""
    dask = pytest.importorskip("dask")
    delayed = [dask.delayed(work)(shared, task) for task in track(tasks)]
    yield from dask.compute(*delayed, scheduler="synchronous")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as made:
        yield made


def test_here_tasks_are_worked_through_in_their_order_and_counted() -> None:
    seen = []

    def track(numbers: Sequence[int]) -> Iterator[int]:
        for number in numbers:
            seen.append(number)
            yield number

    assert list(map_here(times, 3, [4, 1, 2], track=track)) == [12, 3, 6]
    assert seen == [4, 1, 2]


@pytest.fixture
def large_town(town_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the toy town's study with so many roads that their searches are not held for pages.

    It is driven at two times of the day, and its teams visit homes.
    """
    monkeypatch.setattr(search_trees, "_MOST_HELD", 0)
    text, beds = town_study.read_text(encoding="utf-8"), '{ id = "beds", label = "Beds",'
    assert beds in text
    text = text.replace(beds, f'{beds} delivery = "team",')
    town_study.write_text('periods = ["off_peak", "pm_peak"]\n' + text, encoding="utf-8")
    return town_study


def test_a_study_is_the_same_by_dask_here(large_town: Path, tmp_path: Path) -> None:
    study = load_study(large_town)
    for name, map_tasks in (("alone", map_here), ("dask", by_dask_here)):
        publish_study(run_study(study, map_tasks=map_tasks), tmp_path / name)
    assert files_of(tmp_path / "alone") == files_of(tmp_path / "dask")


@pytest.fixture
def in_other_words(monkeypatch: pytest.MonkeyPatch) -> Publication:
    """Return a county in three authorities, each a task, in words that no worker would begin in."""
    monkeypatch.setattr(explorer_files, "GROUP_PARTS", 1)
    county = county_publication(columns=12, rows=8, site_count=16)
    phrases = {**wording().phrases, "index_part_title": "{place}: {title}", "no_route": "nirgends"}
    return replace(county, words=Wording("de", phrases))


def test_pages_by_authority_are_the_same_by_dask_here(
    in_other_words: Publication, tmp_path: Path
) -> None:
    for name, map_tasks in (("alone", map_here), ("dask", by_dask_here)):
        publish(in_other_words, tmp_path / name, drawn=first_pages(in_other_words, 50, map_tasks))
    assert len(list((tmp_path / "dask" / "explorer").glob("*.html"))) == 3
    assert files_of(tmp_path / "alone") == files_of(tmp_path / "dask")
    # What it has kept, views that are made when read among it, is not sent to workers: `copy` asks
    # for its state as they do.
    assert in_other_words.computed
    assert not copy(in_other_words).computed


def test_a_scheduler_is_given_travel_times_simulation_and_pages(
    large_town: Path,
    tmp_path: Path,
    run_command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = []

    def give(work: Callable[..., Any], *rest: Any, **more: Any) -> Iterator[Any]:
        given.append(work.__name__)
        return map_here(work, *rest, **more)

    monkeypatch.setattr(tasks, "scheduler_at", lambda _: nullcontext(give))
    monkeypatch.setattr(explorer_files, "is_split", lambda *_: True)
    more = "--scheduler", "tcp://192.0.2.1:8786"
    assert run_command("run", large_town, "--quiet", "--out", tmp_path / "out", *more).status == 0
    assert list(dict.fromkeys(given)) == ["_search_part", "_add_up_span", "_render_group"]


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"llrgeo\[dask\]"), scheduler_at("tcp://x:1"):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://here"])
def test_where_no_scheduler_is_one_line_says_so(address: str) -> None:
    dask = pytest.importorskip("dask")
    pytest.importorskip("distributed")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(LlrgeoError, match=f"no dask scheduler answers at {address}") as error,
        scheduler_at(address),
    ):
        pass
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_scheduler_without_workers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(tasks, "_WAIT_S", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as made,
        pytest.raises(LlrgeoError, match="has no workers"),
        scheduler_at(made.scheduler_address),
    ):
        pass


@pytest.mark.slow
def test_workers_with_another_version_of_what_computes_are_refused(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A worker imports the module itself, so that it answers with what it has.
    monkeypatch.setattr(tasks, "_COMPUTE", ("llrgeo",))
    with (
        pytest.raises(LlrgeoError, match=r"2 of 2 workers .* do not compute .* numpy") as error,
        scheduler_at(cluster.scheduler_address),
    ):
        pass
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_workers_give_what_is_given_here_and_a_task_that_kills_them_is_told(
    cluster: Any, tmp_path: Path
) -> None:
    with scheduler_at(cluster.scheduler_address) as map_tasks:
        numbers = list(range(30))
        assert list(map_tasks(times, 3, numbers)) == list(map_here(times, 3, numbers))
        # A task of a worker that died is done by another one.
        assert list(map_tasks(die_once, tmp_path / "mark", [1, 2, 3])) == [1, 2, 3]
        assert (tmp_path / "mark").exists()
        with pytest.raises(FileNotFoundError, match="below 0"):
            list(map_tasks(times, 3, [1, -1]))
        # Where none is left that holds what all tasks need, there is nothing to go on with.
        with pytest.raises(LlrgeoError, match=r"died of the same task|what its workers held"):
            list(map_tasks(die, 3, [1, 2]))


@pytest.mark.slow
def test_when_all_workers_are_gone_the_wait_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(tasks, "_LOOK_S", 0.5)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as made,
        scheduler_at(made.scheduler_address) as map_tasks,
    ):

        def leave(futures: Sequence[Any]) -> Sequence[Any]:
            made.scale(0)
            return futures

        with pytest.raises(LlrgeoError, match=r"has no workers|is gone"):
            list(map_tasks(pause, None, [30.0], track=leave))


@pytest.mark.slow
def test_a_scheduler_that_has_gone_is_told_in_one_line() -> None:
    distributed, dask = pytest.importorskip("distributed"), pytest.importorskip("dask")
    made = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    )
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        scheduler_at(made.scheduler_address) as map_tasks,
    ):
        made.close()
        with pytest.raises(LlrgeoError, match="is gone") as error:
            list(map_tasks(times, 3, [1]))
    assert "\n" not in str(error.value)


def pause(_: None, seconds: float) -> None:
    time.sleep(seconds)


@pytest.mark.slow
def test_a_study_is_the_same_by_workers(
    cluster: Any, large_town: Path, tmp_path: Path, run_command: Callable[..., Any]
) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    for out, more in ((alone, ()), (together, ("--scheduler", cluster.scheduler_address))):
        assert run_command("run", large_town, "--quiet", "--out", out, *more).status == 0
    assert files_of(alone) == files_of(together)


@pytest.mark.slow
def test_pages_by_authority_are_the_same_by_workers(
    cluster: Any, in_other_words: Publication, tmp_path: Path
) -> None:
    publish(in_other_words, tmp_path / "alone", drawn=first_pages(in_other_words, 50))
    with scheduler_at(cluster.scheduler_address) as map_tasks:
        publish(
            in_other_words,
            tmp_path / "together",
            drawn=first_pages(in_other_words, 50, map_tasks),
        )
    assert len(list((tmp_path / "together" / "explorer").glob("*.html"))) == 3
    assert files_of(tmp_path / "alone") == files_of(tmp_path / "together")


def test_watching_is_done_here_alone(town_study: Path, run_command: Callable[..., Any]) -> None:
    found = run_command("run", town_study, "--watch", "--scheduler", "tcp://127.0.0.1:1")
    assert found.status == 1
    assert "--watch and --quick run on this machine alone" in found.err
