"""The blocks of a page, a JSON list of them, in one namespace; what each prints, as a JSON list."""

import contextlib
import io
import json
import os
import sys
from typing import Any

if __name__ == "__main__":
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # engines print there, too
    namespace: dict[str, Any] = {"__name__": "page"}
    printed = []
    for code in json.load(sys.stdin):
        with contextlib.redirect_stdout(io.StringIO()) as caught:
            exec(code, namespace)
        printed.append(caught.getvalue())
    json.dump(printed, answers)
