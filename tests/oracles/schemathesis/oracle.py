"""schemathesis asks a server what its OpenAPI document allows, and what it forbids: a task a line, a verdict a line.

A task names the document (a file), the URL, a bearer token, the number of examples and a seed. The verdict has the
number of requests that were made, and the end of what schemathesis says, where it found something.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKS_LEFT_OUT = (
    "positive_data_acceptance",  # an id is the hash of what stands beside it, which no schema can say
    "negative_data_rejection",  # JSON-RPC tells its errors with status 200
)


def run(task: dict[str, Any]) -> dict[str, Any]:
    """One run of the program, with all checks but those."""
    command = [
        *(str(Path(sys.executable).parent / "st"), "run", task["document"], "--url", task["url"], "--no-color"),
        *("--checks", "all", "--exclude-checks", ",".join(CHECKS_LEFT_OUT), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(task["examples"]), "--seed", str(task["seed"]), "--continue-on-failure"),
        *("--header", f"Authorization: Bearer {task['token']}", "--generation-database", "none", "--warnings", "off"),
    ]
    where = Path(task["document"]).parent  # it keeps a cache
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, cwd=where)
    count = re.search(r"(\d+) generated", done.stdout)
    found = "" if done.returncode == 0 else (done.stdout + done.stderr)[-6000:]
    return {"exit": done.returncode, "requests": int(count[1]) if count else 0, "found": found}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
