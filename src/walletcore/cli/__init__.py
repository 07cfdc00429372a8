"""The command line: thin; it reads words, calls, and prints.

Secrets come from a prompt, from standard input or from a file descriptor, never from an argument. Whatever goes wrong
is one line on standard error, perhaps a hint, and an exit code of `walletcore.cli.ending`; never a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from walletcore.cli import wallets, discover, bulk, look, sign, psbt, messages, audit, serve, lists  # isort: skip  # their order is the help's
from walletcore.cli.base import app
from walletcore.cli.completion import check_shell
from walletcore.cli.ending import DONE, INTERRUPTED, REFUSED, fail, fault, interrupted
from walletcore.cli.leaks import refuse_secrets
from walletcore.errors import WalletcoreError

__all__ = ["COMMANDS", "app", "run"]

COMMANDS = (wallets, discover, bulk, look, sign, psbt, messages, audit, serve, lists)
"""The modules whose import adds their commands to the application."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; failures are one clear line and a hint, never a traceback."""
    _spell_out_what_cannot_be_shown()
    given = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in given
    try:
        return _done(given)
    except WalletcoreError as error:
        return fail(str(error), error.hint, reason=error.reason, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        return interrupted(as_json=as_json)
    except typer.Exit as leave:
        return interrupted(as_json=as_json) if leave.exit_code == INTERRUPTED else leave.exit_code
    except BrokenPipeError:
        return _nobody_reads()
    except SystemExit as leave:  # how the parser answers a broken pipe, and ends when it has helped a shell
        return leave.code if isinstance(leave.code, int) else DONE
    except Exception as error:
        return fault(error, as_json=as_json)


def _done(given: Sequence[str]) -> int:
    """The exit code of a command that nothing has stopped; the parser returns that of an interruption, too."""
    refuse_secrets(given)
    check_shell(given)
    code = app(args=given, prog_name="walletcore", standalone_mode=False)
    if sys.stdout is not None:
        sys.stdout.flush()
    if code == INTERRUPTED:
        raise typer.Abort
    return code if isinstance(code, int) else DONE


def _spell_out_what_cannot_be_shown() -> None:
    """A terminal without UTF-8 shows other characters as escapes, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _nobody_reads() -> int:
    """Whoever read our output has gone, as ``| head`` does: leave quietly, the interpreter's last flush as well."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return REFUSED
