"""Apply one function to many tasks, in this process or by the workers of a dask scheduler."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from llrgeo.errors import LlrgeoError
from llrgeo.execution.extras import require_extra
from llrgeo.schema import Track

if TYPE_CHECKING:
    from distributed import Client, Future

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

_LOOK_S: Final = 10.0  # interval of checks during a long task that workers are left
_WAIT_S: Final = 30.0  # for the first worker
_COMPUTE: Final = ("llrgeo", "numpy", "pandas", "numba", "scipy")


class MapTasks(Protocol):
    """Applies a function to tasks: `map_here`, or what `scheduler_at` yields."""

    def __call__(
        self,
        work: Callable[[Shared, Task], Result],
        shared: Shared,
        tasks: Sequence[Task],
        *,
        track: Track = iter,
    ) -> Iterator[Result]:
        """Return `work(shared, task)` for each task, in their order.

        Parameters
        ----------
        work
            A module-level function without side effects, because a task may be done twice.
        shared
            An argument that all tasks share; it is sent to each worker once.
        tasks
            The arguments of each task; small.
        track
            Wraps the tasks, to show progress.
        """
        ...


def map_here(
    work: Callable[[Shared, Task], Result],
    shared: Shared,
    tasks: Sequence[Task],
    *,
    track: Track = iter,
) -> Iterator[Result]:
    """Do tasks one after another in this process (see `MapTasks`)."""
    for task in track(tasks):
        yield work(shared, task)


def require_cluster() -> None:
    """Refuse to work on a cluster where dask is not installed, as `require_extra` does."""
    require_extra("distributed", "dask", "a cluster")


@contextmanager
def scheduler_at(address: str) -> Iterator[MapTasks]:
    """Yield a `MapTasks` that does tasks by the workers of a running dask scheduler.

    A task whose worker dies is done again by another one.

    Raises
    ------
    MissingExtraError
        If dask is not installed.
    LlrgeoError
        If no scheduler answers, it has no workers, or one has no llrgeo or another version of what
        computes; while tasks are done, if three workers die of one task, none is left, or the
        scheduler is gone.
    """
    require_cluster()
    from distributed import Client

    try:
        client = Client(address)
    except (OSError, ValueError) as error:
        msg = f"no dask scheduler answers at {address} ({error})"
        raise LlrgeoError(msg) from error
    scatter: Callable[..., object] = client.scatter  # dask has no types for it
    with client:
        try:
            client.wait_for_workers(1, timeout=_WAIT_S)
        except TimeoutError as error:
            raise LlrgeoError(_no_workers(address)) from error
        _check_versions(client, address)

        def map_there(
            work: Callable[[Shared, Task], Result],
            shared: Shared,
            tasks: Sequence[Task],
            *,
            track: Track = iter,
        ) -> Iterator[Result]:
            with _cluster_errors(address):
                scattered = scatter(shared, broadcast=True, hash=False)
                futures = [client.submit(work, scattered, task, pure=False) for task in tasks]
            for future in track(futures):
                yield _result(client, future, address)

        yield map_there


def _check_versions(client: "Client", address: str) -> None:
    """Refuse workers with other versions, whose figures could differ from those computed here."""
    run: Callable[..., dict[str, object]] = client.run  # dask has no types for it
    here, found = _versions(), run(_versions, on_error="return")
    others = {worker: versions for worker, versions in found.items() if versions != here}
    for worker, versions in others.items():
        msg = (
            f"{len(others)} of {len(found)} workers of the dask scheduler at {address} do not "
            f"compute with what is installed here, {here}: {worker} has {versions}. "
            "Install the same"
        )
        raise LlrgeoError(msg)


def _versions() -> str:
    """Return the packages that compute figures, with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in _COMPUTE)


def _result(client: "Client", future: "Future[Result]", address: str) -> Result:
    """Wait for a task and return its result, or raise its error."""
    from distributed import KilledWorker, wait

    with _cluster_errors(address):
        while future.status == "pending":
            try:
                wait(future, timeout=_LOOK_S)
            except TimeoutError:
                if not client.scheduler_info()["workers"]:
                    raise LlrgeoError(_no_workers(address)) from None
        if future.status != "error":
            return future.result()
    try:
        return future.result()
    except KilledWorker as error:
        msg = (
            f"one worker after another of the dask scheduler at {address} died of the same task; "
            f"look into their logs, it may be their memory ({error})"
        )
        raise LlrgeoError(msg) from error


@contextmanager
def _cluster_errors(address: str) -> Iterator[None]:
    """Turn errors of a cluster that is gone into `LlrgeoError` with one line."""
    from distributed import CancelledError

    try:
        yield
    except (CancelledError, OSError) as error:
        msg = f"the dask scheduler at {address}, or what its workers held, is gone ({error})"
        raise LlrgeoError(msg) from error


def _no_workers(address: str) -> str:
    return f"the dask scheduler at {address} has no workers. Start some: dask worker {address}"
