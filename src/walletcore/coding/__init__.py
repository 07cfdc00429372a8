"""Formats: bytes and text from and to values. Nothing here knows what a key is; each module is one kind of format."""

__all__ = ()
