"""Importing is cheap and has no order: the root loads nothing, and every module may come first."""

from house.source import child, modules

# What a host pays for only when it asks for a key, a chain or a command.
HEAVY = {"coincurve", "nacl", "cryptography", "Crypto", "sha3", "cffi", "typer", "rich", "segno", "asyncio"}
HEAVY |= {"boto3", "botocore", "google", "google_crc32c", "grpc", "azure", "aiohttp", "httpx", "pkcs11"}
HEAVY |= {"starlette", "uvicorn", "httptools", "uvloop", "prometheus_client"}
HEAVY |= {"py_arkworks_bls12381", "sr25519", "psycopg", "sqlalchemy", "sqlite3"}


def test_importing_the_root_loads_no_library_and_no_room() -> None:
    printed = child("import walletcore\nprint(*sorted(sys.modules), sep='\\n')", "-S")
    loaded = printed.split()
    assert "walletcore" in loaded
    rooms = {name for name in loaded if name.startswith("walletcore.")}
    assert rooms == {"walletcore.lazily"}  # which fetches the others, when they are asked for
    assert HEAVY.isdisjoint(name.partition(".")[0] for name in loaded)


def test_every_module_may_be_imported_first() -> None:
    names = [module.dotted for module in modules()]
    printed = child(
        f"""
import importlib, traceback
for name in {names!r}:
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "walletcore"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except Exception:
        print(name, traceback.format_exc())
"""
    )
    assert printed == ""


# What several schemes of phrases, trees and key files share; and the few that are made of another.
_SHARED = {"entropy", "interpolation", "schemes", "triples", "wordlists", "wordlists.monero", "wordlists.polyseed"}
SHARED = {f"mnemonic.{name}" for name in _SHARED} | {
    "hd.checks",
    "hd.slip132",
    "keystore.json_files",
    "keystore.kdf",
    "keystore.points",
}
MADE_OF = {
    "hd.bip85": {"hd.bip32", "mnemonic.bip39"},
    "hd.ed25519_roots": {"hd.ed25519_bip32"},
    "hd.electrum": {"hd.bip32"},
    "hd.monero": {"hd.monero_address"},
    "hd.slip32": {"hd.bip32"},
    "hd.sollet": {"hd.bip32"},
    "hd.substrate": {"mnemonic.bip39"},
    "keystore.account": {"hd.bip32", "keystore.hdkey", "keystore.keypath", "keystore.ur"},
    "keystore.bip38": {"keystore.wif"},
    "keystore.hdkey": {"hd.bip32", "keystore.keypath", "keystore.ur"},
    "keystore.pem": {"keystore.pbes2", "keystore.pkcs8", "keystore.sec1", "keystore.spki"},
    "keystore.pkcs8": {"keystore.pbes2", "keystore.sec1", "keystore.spki"},
    "keystore.sec1": {"keystore.spki"},
    "mnemonic.aezeed": {"mnemonic.aez"},
    "mnemonic.codex32_correction": {"mnemonic.codex32"},
    "mnemonic.recovery": {"mnemonic.bip39"},
    "mnemonic.seed_xor": {"mnemonic.bip39"},
}
ROOMS = ("walletcore.mnemonic.", "walletcore.hd.", "walletcore.keystore.")


def test_a_scheme_of_phrases_trees_or_key_files_loads_no_other() -> None:
    names = [module.dotted for module in modules() if module.dotted.startswith(ROOMS)]
    printed = child(
        f"""
import importlib
for name in {names!r}:
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "walletcore"]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(*[loaded for loaded in sys.modules if loaded.startswith({ROOMS!r}) and loaded != name], name)
"""
    )
    loaded = {
        others.pop(): set(others)
        for others in (line.replace("walletcore.", "").split() for line in printed.splitlines())
    }
    assert {name: more for name, others in loaded.items() if (more := others - SHARED - MADE_OF.get(name, set()))} == {}
    assert all(MADE_OF[name] <= loaded[name] for name in MADE_OF)  # a row that is not needed any more is taken out
