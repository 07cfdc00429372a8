"""The command ``walletcore``: says which extra is missing where the command line is not installed."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from walletcore.cli import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"typer", "rich", "segno", "click"}:
            raise
        sys.exit("error: the command line is an extra: pip install 'walletcore[cli]'")
    sys.exit(run())


if __name__ == "__main__":
    main()
