"""Write test-secrets.json and THIRD_PARTY.md anew from the vector files; a house test compares them."""

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from read import ROOT, cases, files

SECRETS = {  # members that hold a secret, or a list of them
    *("child_secret", "decrypted", "entropy", "family_seed", "hd_seed", "lamport_0", "lamport_1", "master_secret"),
    *("mini_secret", "mnemonic", "nsec", "phrase", "polkadot_js", "private", "private_exponent", "private_key"),
    *("private_keys", "rfc1751", "root_wif", "scalar", "secret", "secret_numbers", "seed", "share", "shares"),
    *("spend_key", "stretched", "symmetric_key", "tweaked_private_key", "uri", "validator_key", "view_key"),
    *("wif", "xprv", "xprvs", "xsk"),
}
CAPTION = "| repository | licence | file and version | used by |\n|---|---|---|---|\n"


def digests() -> list[str]:
    """SHA-256 of every secret as it is written, after NFKD (which makes the Japanese separator a space)."""
    members = ({"input": case["input"], "expect": case["expect"]} for file in files() for case in cases(file))
    values = {value for member in members for value in _secrets("", member)}
    return sorted(
        hashlib.sha256(unicodedata.normalize("NFKD", value).encode()).hexdigest() for value in values if value
    )


def _secrets(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _secrets(key, member)
    elif isinstance(value, list):
        for member in value:
            yield from _secrets(name, member)
    elif name in SECRETS:
        yield value


def deny_list() -> str:
    """The deny-list, one digest a line."""
    lines = ",\n    ".join(f'"{digest}"' for digest in digests())
    head = '  "test_only": true,\n  "hash": "sha256 of the NFKD text as UTF-8",\n'
    return f'{{\n{head}  "digests": [\n    {lines}\n  ]\n}}\n'


def third_party() -> str:
    """The table of all sources."""
    rows: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for file in files():
        for source in json.loads((ROOT / f"{file}.json").read_text(encoding="utf-8"))["sources"].values():
            if "generator" not in source:
                rows[(source["repository"], source["licence"], _version(source))].add(file)
    table = "".join(f"| {' | '.join(row)} | {', '.join(sorted(used))} |\n" for row, used in sorted(rows.items()))
    return f"# Sources of the vectors\n\nWritten by `refresh.py` from the `sources` of every file.\n\n{CAPTION}{table}"


def _version(source: dict[str, str]) -> str:
    if "implementation" in source:
        return f"{source['implementation']} {source['release']} (run)"
    return f"`{source['path']}` @ {source.get('commit') or source['release']}"


def main() -> None:
    """Write both files."""
    (ROOT / "test-secrets.json").write_text(deny_list(), encoding="utf-8")
    (ROOT / "THIRD_PARTY.md").write_text(third_party(), encoding="utf-8")


if __name__ == "__main__":
    main()
