"""How a command ends when it does not end well: one clear line and perhaps a hint, for machines as JSON."""

from __future__ import annotations

import sys
from typing import Any, Final

import typer

from walletcore.cli import show

__all__ = ["DONE", "INTERRUPTED", "REFUSED", "UNVERIFIED", "USAGE", "fail", "fault", "interrupted"]

DONE: Final = 0
REFUSED: Final = 1  # one line on standard error says why
USAGE: Final = 2  # the words of the command line are wrong
UNVERIFIED: Final = 3  # a signature is bad, or another's, or cannot be checked with what is known
INTERRUPTED: Final = 130  # 128 and SIGINT, as shells count


def fail(problem: str, hint: str = "", *, reason: str = "", as_json: bool = False, code: int = REFUSED) -> int:
    """Say what the problem is, on standard error; the exit code comes back."""
    if as_json:
        typer.echo(show.line_of_json({"error": problem, "reason": reason, "hint": hint}), err=True)
        return code
    typer.echo(f"error: {show.plain(problem)}", err=True)
    if hint:
        typer.echo(f"hint: {show.plain(hint)}", err=True)
    return code


def interrupted(*, as_json: bool = False) -> int:
    """Say that somebody, or the end of the input, has stopped the command."""
    typer.echo("", err=True)  # the cursor stands behind a prompt
    return fail("interrupted", as_json=as_json, code=INTERRUPTED)


def fault(error: Exception, *, as_json: bool = False) -> int:
    """The parser's own errors are wrong usage; an OSError is a file's; anything else is ours to mend.

    Python's development mode (``python -X dev``) shows where that is.
    """
    message = getattr(error, "format_message", None)
    if message is not None:
        return _usage(error, message(), as_json)
    if isinstance(error, OSError):
        return fail(f"cannot read or write: {error.strerror or type(error).__name__}", as_json=as_json)
    if sys.flags.dev_mode:
        raise error
    hint = "please report it; python -X dev shows where it is"
    return fail(f"a fault in walletcore: {type(error).__name__}", hint, as_json=as_json)


def _usage(error: Any, message: str, as_json: bool) -> int:
    """What is wrong with the words, and where the right ones are; help by itself where nothing was asked for."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(message, err=True)
        return USAGE
    if "extra argument" in message:  # which are not repeated: nobody knows what they were meant to be
        message = "more arguments than expected; a text with spaces needs quotes"
    ctx = getattr(error, "ctx", None)
    hint = f"`{'walletcore' if ctx is None else ctx.command_path} --help` shows how it is used"
    message = message.removeprefix("Invalid value: ").replace("a valid int range", "a whole number")
    problem = message[:1].lower() + message[1:].rstrip(".").replace("a valid int", "a whole number")
    return fail(problem, hint, reason="usage", as_json=as_json, code=USAGE)
