"""Where a command's input comes from: secrets by prompt, standard input or file descriptor; texts by argument or file.

A secret is never an argument: arguments stay in the shell's history and in the list of processes.
"""

from __future__ import annotations

import getpass
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence

import typer

from walletcore.errors import DecodingError, SigningRefused, WalletcoreError

__all__ = [
    "Secrets",
    "agreed",
    "can_agree",
    "check_streams",
    "given_text",
    "nobody_to_ask",
    "read_bytes",
    "read_text",
    "text_of",
]

_MAX_LINE = 1 << 16
_MAX_TEXT = 65 << 20  # bytes: a PSBT of 32 MB in hex, and the rest
_STDIN = "-"
_NO_TEXT = "it is not text in UTF-8"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # all but what separates words and lines


class Secrets:
    """Where the secrets of one command come from: lines of a stream, or a person at the terminal."""

    def __init__(self, *, stdin: bool, fd: int | None) -> None:
        if stdin and fd is not None:
            raise typer.BadParameter("expected one of --stdin and --fd")
        self._lines = None if not stdin and fd is None else _lines(fd or 0)

    def ask(self, name: str) -> str:
        """One secret: the next line, or what the person types without seeing it. Raises `DecodingError`."""
        if self._lines is None:
            return _prompted(name)
        line = next(self._lines, None)
        if line is None:
            raise DecodingError(f"expected the {name} on a line of its own, got no more lines", reason="missing")
        return line


def _prompted(name: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
        try:
            return getpass.getpass(f"{name}: ")
        except EOFError:
            typer.echo(err=True)  # the cursor stands behind the prompt
            raise DecodingError(f"no {name} was typed", reason="missing") from None
        except (getpass.GetPassWarning, OSError, UnicodeDecodeError, AttributeError):
            hint = "give --stdin or --fd where nobody can be asked"
            raise DecodingError(f"there is no terminal to ask for the {name}", reason="missing", hint=hint) from None


def _lines(descriptor: int) -> Iterator[str]:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            while line := stream.readline(_MAX_LINE):
                yield line.decode().removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise DecodingError(f"cannot read the secrets: {_why(error)}", reason="missing") from None


def given_text(name: str, text: str | None, *, file: str, stdin: bool, fd: int | None) -> str:
    """What is given in one of four ways; in none of them, one line that a person types without seeing it.

    Bytes that are no text come back in hex. Raises `DecodingError`.
    """
    sources: list[int | str] = [0] if stdin else []
    sources += [fd] if fd is not None else []
    sources += [_named(file)] if file else []
    if len(sources) + (text is not None) > 1:
        raise typer.BadParameter(f"expected the {name} in one way: as an argument, by --file, --stdin or --fd")
    if not sources:
        return _prompted(name) if text is None else text
    raw = _read(sources[0], f"the {name}")
    try:
        found = raw.decode()
    except UnicodeDecodeError:
        return raw.hex()
    return found if found.isprintable() or not _CONTROLS.search(found) else raw.hex()


def read_text(source: str, what: str) -> str:
    """The text of a file, or of standard input where it is called ``-``. Raises `DecodingError`."""
    return text_of(read_bytes(source, what), what)


def text_of(raw: bytes, what: str) -> str:
    """The text that bytes are in UTF-8. Raises `DecodingError`."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise DecodingError(f"cannot read {what}: {_NO_TEXT}", reason="character") from None


def read_bytes(source: str, what: str) -> bytes:
    """The bytes of a file, or of standard input where it is called ``-``. Raises `DecodingError`."""
    return _read(_named(source), what)


def check_streams(sources: Sequence[str], *, secrets: bool = False) -> None:
    """Standard input has one thing only: one of these, or ``secrets``."""
    if list(sources).count(_STDIN) + secrets > 1:
        otherwise = ": give secrets at the prompt or by --fd" if secrets else ""
        raise typer.BadParameter(f"standard input has one thing only{otherwise}")


def _named(source: str) -> int | str:
    return 0 if source == _STDIN else source


def _read(source: int | str, what: str) -> bytes:
    try:
        with open(source, "rb", closefd=type(source) is str) as stream:
            data = stream.read(_MAX_TEXT + 1)
    except (OSError, ValueError) as error:  # no file, no such descriptor, a NUL in its name
        raise DecodingError(f"cannot read {what}: {_why(error)}", reason="missing") from None
    if len(data) > _MAX_TEXT:
        raise DecodingError(f"expected {what} of at most {_MAX_TEXT} bytes", reason="too-large")
    return data


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return _NO_TEXT
    return (error.strerror if isinstance(error, OSError) else "") or "no such input"


def can_agree() -> bool:
    """Whether there is somebody to ask: standard input is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def agreed(question: str) -> None:
    """Ask a person, who has to say yes. Raises `SigningRefused`, and `typer.Abort` at the end of the input."""
    if not typer.confirm(question, err=True):
        raise SigningRefused("not confirmed: nothing was signed", reason="policy")


def nobody_to_ask() -> WalletcoreError:
    """Why something that has to be confirmed cannot be."""
    hint = "--yes confirms beforehand, for machines that have read the effects"
    return SigningRefused("nobody can be asked to confirm: standard input is no terminal", reason="missing", hint=hint)
