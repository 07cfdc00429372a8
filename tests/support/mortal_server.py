"""The signing server as a program that may be killed: another child follows at once, on the same port and memory."""

import os
import sys
from pathlib import Path

from walletcore.server.config import Config, load
from walletcore.server.run import serve


def serve_for_ever(config: Config) -> None:
    """Keep one child serving; print the id of each."""
    while True:
        child = os.fork()
        if not child:
            try:
                serve(config)
            finally:
                os._exit(1)
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    serve_for_ever(load(Path(sys.argv[1])))
