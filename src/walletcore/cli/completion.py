"""Shell completion where the shell is not known: says what to do, in place of a script for no shell."""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.errors import Unsupported

__all__ = ["check_shell"]

_OPTIONS = ("--show-completion", "--install-completion")
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def check_shell(arguments: Sequence[str]) -> None:
    """Raise `Unsupported` where completion is asked for in a shell that there is none for."""
    if not any(option in arguments for option in _OPTIONS):
        return
    import shellingham

    try:
        name, _ = shellingham.detect_shell()
    except shellingham.ShellDetectionFailure:
        name = ""
    if name not in _SHELLS:
        hint = "for another one: `_WALLETCORE_COMPLETE=source_zsh walletcore` prints zsh's; bash and fish likewise"
        shell = f"for the shell {name!r}" if name else "for a shell that cannot be found out"
        raise Unsupported(f"there is no completion {shell}", reason="unknown", hint=hint)
