"""The signing server as a program that may be killed: another child follows at once, on the same port and memory."""

import gc
import os
import sys
from pathlib import Path

from walletcore.errors import WalletcoreError
from walletcore.server.config import Config, load
from walletcore.server.run import serve


def serve_for_ever(config: Config) -> None:
    """Keep one child serving; print the id of each."""
    while True:
        child = os.fork()
        if not child:
            try:
                serve(config)
            except WalletcoreError as error:
                print(f"a server did not start: {error}", file=sys.stderr, flush=True)
            finally:
                os._exit(1)
        print(child, flush=True)
        os.waitpid(child, 0)


def warm() -> None:
    """Import once what every child would: it takes boto3 longer than a server lives."""
    import boto3

    import walletcore.signers.aws_kms  # noqa: F401

    boto3.Session("AKIATEST", "hushhushhush").client("kms", region_name="eu-west-1")
    gc.freeze()


if __name__ == "__main__":
    warm()
    serve_for_ever(load(Path(sys.argv[1])))
