"""One key at rest: a text or file that holds a private key, plain or encrypted. One module per format."""

__all__ = ()
