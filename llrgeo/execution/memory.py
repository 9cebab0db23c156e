"""Memory: results of one run of a study, reused in the next where their inputs are equal."""

import hashlib
import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")

_PROTOCOL: Final = 5


class Recall(Protocol):
    """Calls a function, or returns what an earlier run got: `make_anew`, or `Memory.recall`."""

    def __call__(self, make: Callable[..., T], *given: object) -> T:
        """Return `make(*given)`.

        Parameters
        ----------
        make
            A function of a module, without effects. Callers must not change what it returns.
        given
            All that its result rests on, as plain values: numbers, text, arrays, frames, and
            dataclasses, mappings and sequences of them.
        """
        ...


def make_anew(make: Callable[..., T], *given: object) -> T:
    """Return `make(*given)`, and remember nothing."""
    return make(*given)


@dataclass(frozen=True, slots=True)
class Memory:
    """Results of functions, by the SHA-256 of what they were given.

    A function sees nothing beside what it is given, so a result is found again only where it would
    be the same; no list says what rests on what, and none can be wrong.

    Attributes
    ----------
    earlier
        What the run before asked for.
    asked
        What this one has asked for: the next remembers no more than that.
    """

    earlier: Mapping[bytes, Any] = field(default_factory=dict)
    asked: dict[bytes, Any] = field(default_factory=dict)

    def recall(self, make: Callable[..., T], *given: object) -> T:
        """Return `make(*given)`, made before if it was: `Recall`."""
        key = _digest((make.__module__, make.__qualname__, given))
        if key not in self.asked:
            self.asked[key] = self.earlier[key] if key in self.earlier else make(*given)
        found: T = self.asked[key]
        return found

    def after_run(self) -> "Memory":
        """Return the memory of the next run."""
        return Memory(self.asked)


class _ByContent(pickle.Pickler):
    """Write values by their content, and arrays as they lie in memory: sums go in its order."""

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401 - as `pickle` has it
        """Write of a dataclass what its values are compared by: not what it has worked out."""
        if not is_dataclass(value) or isinstance(value, type):
            return NotImplemented
        return type(value), tuple(getattr(value, f.name) for f in fields(value) if f.compare)


def _digest(value: object) -> bytes:
    written = io.BytesIO()
    pickler = _ByContent(written, _PROTOCOL)
    pickler.fast = True  # equal text is written alike, whether or not it is one object
    pickler.dump(value)
    return hashlib.sha256(written.getbuffer()).digest()
