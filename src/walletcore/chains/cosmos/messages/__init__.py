"""Messages of Cosmos chains: a module for each of the SDK's or of a chain; `shape` tells their form."""

__all__ = ()
