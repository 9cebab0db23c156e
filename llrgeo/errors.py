"""The errors that llrgeo raises on purpose; each is also the built-in a caller expects."""

from typing import Final

# What reading a JSON file that anybody may have written raises, and taking values out of it.
UNREADABLE_JSON: Final = (
    OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip


class LlrgeoError(Exception):
    """Anything llrgeo refuses to do, with a message that says what to do about it."""


class InputError(LlrgeoError, ValueError):
    """A file or table does not hold what it must; the message lists every fault."""


class ConfigError(LlrgeoError, ValueError):
    """A study file is wrong; the message lists every fault."""


class NetworkError(LlrgeoError, ValueError):
    """A road network cannot be read, built or used as it is."""


class RoutingError(LlrgeoError, RuntimeError):
    """Travel times cannot be computed."""


class InfeasibleError(LlrgeoError, ValueError):
    """No set of sites meets the constraints; the message names those to blame."""


class PublishError(LlrgeoError, RuntimeError):
    """A page, table or map cannot be written or does not pass its check."""


class MissingExtraError(LlrgeoError, ImportError):
    """An optional dependency is not installed; the message names the extra."""
