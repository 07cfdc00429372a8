"""The command line: thin; it reads words, calls, and prints.

Secrets come from a prompt, from standard input or from a file descriptor, never from an argument. Whatever goes wrong
is one line on standard error, perhaps a hint, and an exit code of `walletcore.cli.base`; never a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from walletcore.cli import lists, look, messages, show, sign, wallets
from walletcore.cli.base import DONE, INTERRUPTED, REFUSED, USAGE, app
from walletcore.errors import WalletcoreError

__all__ = ["COMMANDS", "app", "run"]

COMMANDS = (wallets, look, sign, messages, lists)
"""The modules whose import adds their commands to the application, in the order of the help."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; failures are one clear line and a hint, never a traceback."""
    _spell_out_what_cannot_be_shown()
    try:
        code = app(args=arguments, prog_name="walletcore", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except WalletcoreError as error:
        return _fail(str(error), error.hint)
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted()
    except typer.Exit as leave:
        return leave.exit_code
    except BrokenPipeError:
        return _nobody_reads()
    except SystemExit as leave:  # how the parser answers a broken pipe, and ends when it has helped a shell
        return leave.code if isinstance(leave.code, int) else DONE
    except Exception as error:
        return _usage(error)
    if code == INTERRUPTED:
        return _interrupted()
    return code if isinstance(code, int) else DONE


def _spell_out_what_cannot_be_shown() -> None:
    """A terminal without UTF-8 shows other characters as escapes, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _fail(problem: str, hint: str = "") -> int:
    typer.echo(f"error: {show.plain(problem)}", err=True)
    if hint:
        typer.echo(f"hint: {show.plain(hint)}", err=True)
    return REFUSED


def _interrupted() -> int:
    typer.echo("\nerror: interrupted", err=True)
    return INTERRUPTED


def _nobody_reads() -> int:
    """Whoever read our output has gone, as ``| head`` does: leave quietly, the interpreter's last flush as well."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return REFUSED


def _usage(error: Exception) -> int:
    """The parser's own errors show themselves; an OSError is a file's; anything else is ours to mend.

    Python's development mode (``python -X dev``) shows where that is.
    """
    display = getattr(error, "show", None)
    if display is not None:
        display()
        return int(getattr(error, "exit_code", USAGE))
    if isinstance(error, OSError):
        return _fail(f"cannot read or write: {error.strerror or type(error).__name__}")
    if sys.flags.dev_mode:
        raise error
    return _fail(f"a fault in walletcore: {type(error).__name__}", "please report it; python -X dev shows where it is")
