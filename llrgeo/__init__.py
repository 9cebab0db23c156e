"""Plan where health services should be: travel times, options, sites and public maps."""

__version__ = "0.1.0"
