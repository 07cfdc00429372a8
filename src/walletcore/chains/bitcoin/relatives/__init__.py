"""The relatives of Bitcoin: what they sign or write otherwise, a file for each way."""

__all__ = ()
