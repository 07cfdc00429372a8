"""The command ``serve``: the signing server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from walletcore.cli.base import app

__all__ = []


@app.command()
def serve(
    config: Annotated[Path, typer.Option("--config", help="The configuration, a TOML file.")],
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Read the configuration, look whether what it needs is installed, and stop there."
        ),
    ] = False,
) -> None:
    """Run a signing server: keys behind HTTP, with guards in front.

    It ends when it is told to (SIGTERM, SIGINT), once what it has taken is answered. Needs the extra `server`.
    """
    from walletcore.server import logs
    from walletcore.server.config import check_installed, load
    from walletcore.server.run import serve as run

    settings = load(config)
    if check:
        check_installed(settings)
        typer.echo(f"{len(settings.keys)} keys, {len(settings.clients)} clients")
        return
    logs.start()
    run(settings)
