"""The floors and walls of docs/architecture.md, read from its own table, hold for every import in the source."""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from house.source import PACKAGE, ROOT, Import, Module, modules, parsed

ROOT_FLOOR = 99  # the lazy root names everything; nothing imports it

# Who may import which library; a room stands for all its modules. Everything else must be the standard library.
THIRD_PARTY = {
    "coincurve": {"curves.secp256k1"},
    "py_arkworks_bls12381": {"curves.bls12_381"},
    "sr25519": {"curves.sr25519"},
    "nacl": {"curves.ed25519", "curves.ed25519_bip32", "curves.expanded", "keystore"},
    "cryptography": {"curves.p256", "keystore", "signers.asn1", "server.identity"},
    "starlette": {"server"},
    "uvicorn": {"server.run", "server.transport"},
    "prometheus_client": {"server.metrics"},
    "Crypto": {"hashes", "curves.p256", "hd.bip85", "keystore"},
    "sha3": {"hashes"},
    "ckzg": {"chains.evm.sidecar"},
    "pkcs11": {"signers.pkcs11", "signers.pkcs11_module", "signers.pkcs11_objects"},
    "boto3": {"signers.aws_client"},
    "botocore": {"signers.aws_client"},
    "urllib3": {"signers.aws_client"},
    "google": {"signers.gcp_kms", "signers.gcp_client"},
    "google_crc32c": {"signers.gcp_kms"},
    "grpc": {"signers.gcp_client"},
    "azure": {"signers.azure_client"},
    "httpx": {"signers.line"},
    "psycopg": {"signers.postgres"},
    "sqlalchemy": {"signers.postgres"},
    "certifi": {"signers.http"},
    "pyarrow": {"bulk.arrow", "bulk.cluster", "bulk.formats", "bulk.reading"},
    "pyspark": {"bulk.cluster"},
    "ray": {"bulk.cluster"},
    "typer": {"cli"},
    "rich": {"cli"},
    "segno": {"cli"},
    "shellingham": {"cli"},
}

INPUT_OUTPUT_ROOMS = {"signers", "bulk", "server", "cli"}
INPUT_OUTPUT = {
    *("asyncio", "concurrent", "ctypes", "fcntl", "ftplib", "http", "logging", "mmap", "multiprocessing", "os"),
    *("selectors", "shutil", "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile"),
    *("urllib", "webbrowser", "xmlrpc"),
}
# Rooms that import some of these when they are called.
LATE = {
    "signing": {"asyncio"},
    "testing.calls": {"asyncio"},
    "testing.forks": {"os", "selectors", "signal"},
    "testing.signers": {"asyncio"},
    "testing.silence": {"logging"},
}

Rule = Callable[[Module, Import], bool]


@cache
def floors() -> dict[str, int]:
    """The table under "## Floors": the name of a room -> its floor."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Floors", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^ {4,5}(\d+) {2}(.+)$", section, flags=re.MULTILINE)
    return {room.rstrip("/"): int(number) for number, rooms in rows for room in rooms.replace("|", " ").split()}


def floor(room: str) -> int:
    return floors()[room] if room else ROOT_FLOOR


def goal(found: Import) -> list[str]:
    """The imported module of this package as parts: walletcore.hd.bip32 -> ["hd", "bip32"]."""
    return found.target.split(".")[1:] or [""]


def goes_up(module: Module, found: Import) -> bool:
    """Imports go to lower floors or stay in their own room."""
    if found.top != "walletcore" or goal(found)[0] == module.room:
        return False
    if (module.name, found.target, found.name) == ("signers.case", "walletcore.chains", "chain"):
        return False  # a guard asks for the row of a name, which reads the bytes again
    return floor(goal(found)[0]) >= floor(module.room)


SHARED = {
    "base",
    "accounts",
    "account_messages",
    "tokens",
    "structs",
    "typed_data",
}  # rooms of chains that all families may use


def passes_a_wall(module: Module, found: Import) -> bool:
    """The walls with no door, beyond what the floors forbid: signing, chains, signers | hd; family | family."""
    if found.top != "walletcore":
        return False
    parts, target = module.name.split("."), goal(found)
    if target[0] == "hd":
        return {
            "signing": True,
            "signers": module.name != "signers.hd",  # the one place where the stair meets the wing
            "chains": {"descriptor", "psbt"}.isdisjoint(parts),  # formats that themselves contain extended keys
        }.get(module.room, False)
    if module.room == target[0] == "chains" and len(parts) > 1:  # the folder's root knows the families, not the reverse
        return target[1:2] != [parts[1]] and not {*target[1:2]} & SHARED
    return False


def is_a_stranger(module: Module, found: Import) -> bool:
    """A library is imported only where the design says."""
    if found.top in sys.stdlib_module_names or found.top == "walletcore":
        return False
    return THIRD_PARTY.get(found.top, set()).isdisjoint({module.name, module.room})


def does_input_output(module: Module, found: Import) -> bool:
    """Only rooms that may do I/O import modules for it; the hall and the kits import some when they are called."""
    if module.room in INPUT_OUTPUT_ROOMS or found.top not in INPUT_OUTPUT or found.typing_only:
        return False
    return not (found.in_function and found.top in LATE.get(module.name, ()))


RULES: tuple[Rule, ...] = (goes_up, passes_a_wall, is_a_stranger, does_input_output)


def violations(rule: Rule, module: Module) -> Iterator[str]:
    for found in module.imports:
        if rule(module, found):
            yield f"{module.path.relative_to(ROOT)}:{found.line} imports {found.target} {found.name}".rstrip()


def test_the_table_of_floors_is_readable_and_whole() -> None:
    assert floors()["errors"] == 1
    assert floors()["chains"] == floors()["signers"] == 7
    assert floors()["__main__"] == max(floors().values())


def test_every_module_stands_on_a_floor() -> None:
    homeless = [module.name for module in modules() if module.room and module.room not in floors()]
    assert not homeless


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_import_breaks_the_rule(rule: Rule) -> None:
    assert [text for module in modules() for text in violations(rule, module)] == []


BROKEN = [
    (goes_up, "path.py", "from walletcore.keys import PublicKey"),
    (goes_up, "path.py", "from walletcore.hashes import sha256"),  # the same floor is another room
    (goes_up, "path.py", "def f():\n    from walletcore import wallet"),
    (goes_up, "chains/solana.py", "import walletcore.signers.local"),
    (goes_up, "signers/local.py", "from ..chains.base import Chain"),
    (goes_up, "signers/case.py", "from walletcore.chains.base import Chain"),
    (goes_up, "signers/guard.py", "from walletcore.chains import chain"),
    (goes_up, "wallet.py", "from walletcore import Wallet"),
    (passes_a_wall, "signing.py", "from walletcore.hd.bip32 import ExtendedPublicKey"),
    (passes_a_wall, "signers/local.py", "from walletcore.hd import bip32"),
    (passes_a_wall, "chains/solana.py", "from walletcore.hd.slip10 import derive"),
    (passes_a_wall, "chains/bitcoin/inputs.py", "from walletcore.hd.slip132 import VERSIONS"),
    (passes_a_wall, "chains/evm/address.py", "from walletcore.chains.bitcoin.script import p2wpkh"),
    (passes_a_wall, "chains/solana.py", "from walletcore.chains import chain"),
    (passes_a_wall, "chains/base.py", "from walletcore.chains.solana import Transaction"),
    (passes_a_wall, "chains/accounts.py", "from walletcore.chains.evm import Evm"),
    (is_a_stranger, "keys.py", "def f():\n    import coincurve"),
    (is_a_stranger, "curves/ed25519.py", "from coincurve._libsecp256k1 import lib"),
    (is_a_stranger, "keys.py", "import bip_utils"),
    (does_input_output, "mnemonic/bip39.py", "import os.path"),
    (does_input_output, "signing.py", "import asyncio"),
    (does_input_output, "chains/solana.py", "def f():\n    from urllib.request import urlopen"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN, ids=lambda value: getattr(value, "__name__", value))
def test_a_broken_rule_is_seen(rule: Rule, path: str, text: str) -> None:
    assert len(list(violations(rule, parsed(PACKAGE / path, text)))) == 1


ALLOWED = [
    ("signers/hd.py", "from walletcore.hd.bip32 import ExtendedPrivateKey"),
    (
        "chains/evm/transaction.py",
        "from walletcore.chains.base import Chain\nfrom walletcore.chains.evm.address import x",
    ),
    ("chains/bitcoin/psbt.py", "from walletcore.hd.bip32 import ExtendedPublicKey"),
    ("curves/secp256k1.py", "from coincurve._libsecp256k1 import ffi, lib"),
    ("signing.py", "async def f():\n    import asyncio"),
    ("cli.py", "import typer\nimport os"),
    ("signers/case.py", "def f():\n    from walletcore.chains import chain"),
]


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_what_the_design_allows_passes(path: str, text: str) -> None:
    module = parsed(PACKAGE / path, text)
    assert [broken for rule in RULES for broken in violations(rule, module)] == []
