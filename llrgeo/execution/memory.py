"""Reuse results of one run of a study in the next where their inputs are equal (memoisation)."""

import hashlib
import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")

_PROTOCOL: Final = 5


class Recall(Protocol):
    """Calls a function or returns its result of an earlier run: `make_anew`, or `Memory.recall`."""

    def __call__(self, make: Callable[..., T], *given: object) -> T:
        """Return `make(*given)`.

        Parameters
        ----------
        make
            A module-level function without side effects. Callers must not change its result.
        given
            Everything that its result depends on, as plain values: numbers, text, arrays, frames,
            and dataclasses, mappings and sequences of them.
        """
        ...


def make_anew(make: Callable[..., T], *given: object) -> T:
    """Return `make(*given)`, and store nothing."""
    return make(*given)


@dataclass(frozen=True, slots=True)
class Memory:
    """Results of functions, by the SHA-256 of the function's name and arguments.

    Functions depend on their arguments alone, so a stored result is reused only where a new one
    would be equal; there is no list of dependencies that could be wrong.

    Attributes
    ----------
    earlier
        Results that the previous run used.
    used
        Results that this run has used: only these are kept for the next.
    """

    earlier: Mapping[bytes, Any] = field(default_factory=dict)
    used: dict[bytes, Any] = field(default_factory=dict)

    def recall(self, make: Callable[..., T], *given: object) -> T:
        """Return `make(*given)`, or its stored result (see `Recall`)."""
        key = _digest((make.__module__, make.__qualname__, given))
        if key not in self.used:
            self.used[key] = self.earlier[key] if key in self.earlier else make(*given)
        result: T = self.used[key]
        return result

    def after_run(self) -> "Memory":
        """Return the memory of the next run."""
        return Memory(self.used)


class _ByContent(pickle.Pickler):
    """Pickles values by content, and arrays with their memory order, which sums depend on."""

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401 - as `pickle` has it
        """Reduce a dataclass to the fields that are compared, without derived ones."""
        if not is_dataclass(value) or isinstance(value, type):
            return NotImplemented
        return type(value), tuple(getattr(value, f.name) for f in fields(value) if f.compare)


def _digest(value: object) -> bytes:
    written = io.BytesIO()
    pickler = _ByContent(written, _PROTOCOL)
    pickler.fast = True  # equal text is written alike, whether or not it is one object
    pickler.dump(value)
    return hashlib.sha256(written.getbuffer()).digest()
