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
