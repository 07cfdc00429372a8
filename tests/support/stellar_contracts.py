"""What the tests of Stellar's contracts share: networks, keys, and random values as JSON, which oracles read too."""

from collections.abc import Sequence
from random import Random
from typing import Any

from support.keys import key_of
from support.oracles import JSON, data, number
from walletcore.chains import chain
from walletcore.chains.stellar import (
    AccountKey,
    AuthorizationEntry,
    ContractCode,
    ContractData,
    CreateContract,
    Credentials,
    Delegate,
    Executable,
    ExtendFootprintTtl,
    ExternalExecutable,
    Instance,
    Invocation,
    InvokeContract,
    InvokeHostFunction,
    IssuedAsset,
    NativeAsset,
    RestoreFootprint,
    Salted,
    SCAddress,
    SCError,
    SCVal,
    SorobanData,
    StellarChain,
    TrustLineKey,
    UploadWasm,
    scval,
)
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.keys import Curve
from walletcore.signers.local import LocalSigner

__all__ = [
    "ALICE",
    "BOB",
    "ME",
    "PUBNET",
    "TESTNET",
    "TOKEN",
    "USDC",
    "YOU",
    "account_text",
    "address",
    "contract_text",
    "data_case",
    "entry_case",
    "function_case",
    "made_data",
    "made_entry",
    "made_function",
    "made_operation",
    "made_value",
    "signer",
    "tree_case",
    "value_case",
]

PUBNET, TESTNET = chain("stellar", StellarChain), chain("stellar-testnet", StellarChain)
USDC = "USDC-GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"
TOKEN = SCAddress.parse("CCW67TSZV3SSS2HXMBQ5JFGCKJNXKZM7UQUWUZPUTHXSTZLEO7SJMI75")
"""The contract that stands for USDC (ChainAgnostic/namespaces, stellar/caip19.md)."""


def signer(secret: bytes) -> LocalSigner:
    """Return the holder of an ed25519 key."""
    return LocalSigner(key_of(Curve.ED25519, secret))


ALICE, BOB = signer(b"\x11" * 32), signer(b"\x22" * 32)
ME, YOU = PUBNET.address(ALICE.public_key), PUBNET.address(BOB.public_key)

# Random values

_ALPHABET = "abcxyzABCXYZ0189_"
_SIGNED = {"i32": 32, "i64": 64, "i128": 128, "i256": 256}
_UNSIGNED = {"u32": 32, "u64": 64, "u128": 128, "u256": 256, "timepoint": 64, "duration": 64}
_PLAIN = ["bool", "void", "error", *_SIGNED, *_UNSIGNED, "bytes", "string", "symbol", "address", "executable-tag"]
_LEDGER = ["contract-instance", "ledger-key-contract-instance", "ledger-key-nonce"]


def signed(random: Random, bits: int) -> int:
    """Return a number of so many bits, below zero in half of the cases."""
    value = number(random, 1 << bits - 1)
    return -value - 1 if random.random() < 0.5 else value


def account_text(random: Random) -> str:
    """Return an account that has a key."""
    return strkey.encode(Strkey.ACCOUNT, signer(random.randbytes(32)).public_key.data)


def contract_text(random: Random) -> str:
    """Return a contract."""
    return strkey.encode(Strkey.CONTRACT, bytes.fromhex(data(random, 32)))


def address(random: Random, *kinds: Strkey) -> str:
    """Return an address of one of these kinds, of any where none is named."""
    kind = random.choice(kinds or (*[Strkey.ACCOUNT, Strkey.CONTRACT] * 3, *_RARE))
    sizes = {Strkey.MUXED: 40, Strkey.CLAIMABLE_BALANCE: 33}
    if kind is Strkey.ACCOUNT:
        return account_text(random)
    if kind is Strkey.MUXED:
        return strkey.encode(kind, signer(random.randbytes(32)).public_key.data + number(random, 1 << 64).to_bytes(8))
    raw = bytes.fromhex(data(random, sizes.get(kind, 32)))
    return strkey.encode(kind, b"\0" + raw[1:] if kind is Strkey.CLAIMABLE_BALANCE else raw)


_RARE = (Strkey.MUXED, Strkey.CLAIMABLE_BALANCE, Strkey.LIQUIDITY_POOL)


def _plain(random: Random, kind: str) -> Any:
    if kind in _SIGNED:
        return str(signed(random, _SIGNED[kind]))
    if kind in _UNSIGNED:
        return str(number(random, 1 << _UNSIGNED[kind]))
    if kind == "error":
        of_contract = random.random() < 0.5
        code = number(random, 1 << 32) if of_contract else random.randrange(10)
        return {"type": 0 if of_contract else random.randrange(1, 10), "code": code}
    if kind == "symbol":
        return "".join(random.choices(_ALPHABET, k=random.choice((0, 1, 4, 9, 10, 31, 32))))
    if kind == "address":
        return address(random)
    if kind in ("bytes", "string", "executable-tag"):
        return data(random, 0, 1, 3, 4, 32, 64)
    return random.random() < 0.5 if kind == "bool" else None


def _executable(random: Random, newest: bool = True) -> JSON:
    if newest and random.random() < 0.2:
        return {"owner": contract_text(random), "tag": data(random, 0, 1, 8)}
    return {"wasm": random.choice((None, data(random, 32)))}


def _entries(random: Random, depth: int, newest: bool) -> list[list[JSON]]:
    """Entries with different keys, in any order."""
    entries: dict[str, list[JSON]] = {}
    for _ in range(random.choice((0, 1, 2, 3, 6))):
        key = value_case(random, depth - 1, newest=newest)
        entries[repr(key)] = [key, value_case(random, depth - 1, newest=newest)]
    return list(entries.values())


def value_case(random: Random, depth: int = 3, *, ledger: bool = False, newest: bool = True) -> JSON:
    """Return a value as JSON, nested at most so deep; ``ledger`` also lets it be one that only the ledger has.

    With ``newest`` it may be one of protocol 28.
    """
    nested = ["vec", "map"] if depth else []
    kinds = _PLAIN if newest else _PLAIN[:-1]
    kind = random.choice(_LEDGER if ledger and random.random() < 0.3 else kinds + nested * 4)
    if kind == "vec":
        count = random.choice((0, 1, 2, 5))
        return {"kind": kind, "value": [value_case(random, depth - 1, newest=newest) for _ in range(count)]}
    if kind == "map":
        return {"kind": kind, "value": _entries(random, depth, newest)}
    if kind == "contract-instance":
        storage = _entries(random, 2, newest) if random.random() < 0.5 else None
        return {"kind": kind, "value": {"executable": _executable(random, newest), "storage": storage}}
    if kind == "ledger-key-nonce":
        return {"kind": kind, "value": str(signed(random, 64))}
    return {"kind": kind, "value": _plain(random, kind)}


def made_executable(given: JSON) -> Executable | ExternalExecutable:
    """Return ours."""
    if "owner" in given:
        return ExternalExecutable(owner=SCAddress.parse(given["owner"]), tag=bytes.fromhex(given["tag"]))
    return Executable(wasm_hash=None if given["wasm"] is None else bytes.fromhex(given["wasm"]))


def made_value(case: JSON) -> SCVal:
    """Return our value of one as JSON."""
    kind, value = case["kind"], case["value"]
    if kind in _SIGNED or kind in _UNSIGNED or kind == "ledger-key-nonce":
        return scval(kind, int(value))
    if kind in ("bytes", "string", "executable-tag"):
        return scval(kind, bytes.fromhex(value))
    if kind == "error":
        return scval(kind, SCError(type=value["type"], code=value["code"]))
    if kind == "vec":
        return scval(kind, [made_value(each) for each in value])
    if kind == "map":
        return _made_map(value)
    if kind == "contract-instance":
        storage = None if value["storage"] is None else _made_map(value["storage"]).value
        return scval(kind, Instance(executable=made_executable(value["executable"]), storage=storage))
    return scval(kind, value)


def _made_map(entries: list[list[JSON]]) -> SCVal:
    return scval("map", {made_value(key): made_value(value) for key, value in entries})


# Random functions, trees, entries, resources


def asset_case(random: Random) -> JSON | None:
    """Return an asset, or None for the native one."""
    if random.random() < 0.3:
        return None
    code = "".join(random.choices("ABCXYZabc019", k=random.choice((1, 3, 4, 5, 12))))
    return {"code": code, "issuer": account_text(random)}


def made_asset(network: StellarChain, given: JSON | None) -> NativeAsset | IssuedAsset:
    """Return ours."""
    if not given:
        return NativeAsset()
    return IssuedAsset(code=given["code"], issuer=network.parse_address(given["issuer"]))


def function_case(random: Random, *, upload: bool = False, newest: bool = True) -> JSON:
    """Return an invocation or a creation; ``upload`` also lets it be code."""
    if upload and random.random() < 0.2:
        return {"code": data(random, 0, 1, 8, 100)}
    if random.random() < 0.6:
        arguments = [value_case(random, 2, newest=newest) for _ in range(random.choice((0, 1, 2, 3)))]
        return {"contract": contract_text(random), "function": _plain(random, "symbol"), "args": arguments}
    origin = asset_case(random) or {}
    if random.random() < 0.6:
        origin = {"address": address(random, Strkey.ACCOUNT, Strkey.CONTRACT), "salt": data(random, 32)}
    arguments = [value_case(random, 1, newest=newest) for _ in range(random.choice((0, 1, 2)))]
    return {"of": origin, "executable": _executable(random, newest), "args": random.choice((None, arguments))}


def made_function(network: StellarChain, given: JSON) -> Any:
    """Return ours."""
    if "code" in given:
        return UploadWasm(code=bytes.fromhex(given["code"]))
    args = None if given["args"] is None else tuple(map(made_value, given["args"]))
    if "contract" in given:
        contract = SCAddress.parse(given["contract"])
        return InvokeContract(contract=contract, function=given["function"], args=args or ())
    origin: Any
    if "salt" in given["of"]:
        source = SCAddress.parse(given["of"]["address"])
        origin = Salted(address=source, salt=bytes.fromhex(given["of"]["salt"]))
    else:
        origin = made_asset(network, given["of"])
    return CreateContract(of=origin, executable=made_executable(given["executable"]), args=args)


def tree_case(random: Random, depth: int = 2, *, newest: bool = True) -> JSON:
    """Return a tree of invocations."""
    count = random.choice((0, 0, 1, 2)) if depth else 0
    calls = [tree_case(random, depth - 1, newest=newest) for _ in range(count)]
    return {"function": function_case(random, newest=newest), "calls": calls}


def made_tree(network: StellarChain, given: JSON) -> Invocation:
    """Return ours."""
    calls = tuple(made_tree(network, each) for each in given["calls"])
    return Invocation(function=made_function(network, given["function"]), sub_invocations=calls)


def _delegates(random: Random, depth: int) -> list[JSON]:
    names = {address(random, Strkey.ACCOUNT, Strkey.CONTRACT) for _ in range(random.choice((0, 1, 2, 3)))}
    return [{"address": each, "delegates": _delegates(random, depth - 1) if depth else []} for each in sorted(names)]


def entry_case(random: Random, *, source: bool = False, own: str = "") -> JSON:
    """Return an entry that nobody has signed; ``source`` also lets it have the source account's credentials."""
    if source and random.random() < 0.5:
        return {"credentials": None, "tree": tree_case(random)}
    kind = random.choice(("address", "address-v2", "delegates"))
    credentials = {
        "kind": kind,
        "address": own or address(random, Strkey.ACCOUNT, Strkey.CONTRACT),
        "nonce": str(signed(random, 64)),
        "expiration": number(random, 1 << 32),
        "delegates": _delegates(random, 2) if kind == "delegates" else [],
    }
    return {"credentials": credentials, "tree": tree_case(random)}


def _made_delegates(given: Sequence[JSON]) -> tuple[Delegate, ...]:
    made = [
        Delegate(address=SCAddress.parse(each["address"]), delegates=_made_delegates(each["delegates"]))
        for each in given
    ]
    return tuple(sorted(made, key=lambda each: each.address.order))


def made_entry(network: StellarChain, given: JSON) -> AuthorizationEntry:
    """Return ours."""
    tree, said = made_tree(network, given["tree"]), given["credentials"]
    if said is None:
        return AuthorizationEntry(credentials=None, invocation=tree)
    credentials = Credentials(
        kind=said["kind"],
        address=SCAddress.parse(said["address"]),
        nonce=int(said["nonce"]),
        expiration=said["expiration"],
        delegates=_made_delegates(said["delegates"]),
    )
    return AuthorizationEntry(credentials=credentials, invocation=tree)


def _key_case(random: Random) -> JSON:
    kind = random.choice(("account", "trust-line", "code", "data", "data"))
    if kind == "account":
        return {"kind": kind, "account": account_text(random)}
    if kind == "trust-line":
        asset = None
        while asset is None:
            asset = asset_case(random)
        return {"kind": kind, "account": account_text(random), "asset": asset}
    if kind == "code":
        return {"kind": kind, "hash": random.randbytes(32).hex()}
    key = value_case(random, 2, ledger=True)
    return {"kind": kind, "contract": address(random), "key": key, "persistent": random.random() < 0.5}


def data_case(random: Random, *, reads: bool = True, writes: bool = True) -> JSON:
    """Return the resources of a transaction."""
    read_write = [_key_case(random) for _ in range(random.choice((0, 1, 3)))] if writes else []
    places = sorted(random.sample(range(len(read_write)), random.randint(0, len(read_write))))
    return {
        "read_only": [_key_case(random) for _ in range(random.choice((0, 1, 3)))] if reads else [],
        "read_write": read_write,
        "instructions": number(random, 1 << 32),
        "disk_read_bytes": number(random, 1 << 32),
        "write_bytes": number(random, 1 << 32),
        "resource_fee": str(number(random, 1 << 63)),
        "archived": random.choice((None, places)),
    }


def _made_key(network: StellarChain, given: JSON) -> Any:
    if given["kind"] == "account":
        return AccountKey(account=network.parse_address(given["account"]))
    if given["kind"] == "trust-line":
        asset = made_asset(network, given["asset"])
        assert isinstance(asset, IssuedAsset)
        return TrustLineKey(account=network.parse_address(given["account"]), asset=asset)
    if given["kind"] == "code":
        return ContractCode(hash=bytes.fromhex(given["hash"]))
    contract, key = SCAddress.parse(given["contract"]), made_value(given["key"])
    return ContractData(contract=contract, key=key, persistent=given["persistent"])


def made_data(network: StellarChain, given: JSON) -> SorobanData:
    """Return ours."""
    return SorobanData(
        read_only=tuple(_made_key(network, each) for each in given["read_only"]),
        read_write=tuple(_made_key(network, each) for each in given["read_write"]),
        instructions=given["instructions"],
        disk_read_bytes=given["disk_read_bytes"],
        write_bytes=given["write_bytes"],
        resource_fee=int(given["resource_fee"]),
        archived=None if given["archived"] is None else tuple(given["archived"]),
    )


def made_operation(network: StellarChain, given: JSON) -> Any:
    """Return ours."""
    source = network.parse_address(given["source"]) if given["source"] else None
    if "extend_to" in given:
        return ExtendFootprintTtl(source=source, extend_to=given["extend_to"])
    if "function" not in given:
        return RestoreFootprint(source=source)
    auth = tuple(made_entry(network, each) for each in given["auth"])
    return InvokeHostFunction(source=source, function=made_function(network, given["function"]), auth=auth)
