"""Every public door that meets a secret, and every wrong thing that can be handed in at it, full of the canary.

What holds secrets is discovered (`Confidential`, and fields of such a class), so that a new room is held to the same;
`EXAMPLES` says how to make one of each.
"""

import asyncio
import importlib
import inspect
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

from house.canary import ENTROPY, KEY, KEYSTORE, PASSPHRASE, PHRASE, SEED, WIF, XPRV
from house.source import modules
from support.memory_store import MemoryStore
from walletcore.hd import ed25519_roots
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.bip85 import Drng
from walletcore.hd.eip2333 import BlsPrivateKey
from walletcore.hd.electrum import ElectrumOldPrivateKey
from walletcore.hd.monero import MoneroKeys
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.hd.slip21 import SymmetricNode
from walletcore.hd.slip32 import LocatedPrivateKey
from walletcore.hd.sollet import SolletPrivateKey
from walletcore.hd.substrate import SubstratePrivateKey
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.keystore.eip2335 import Keystore
from walletcore.keystore.hdkey import HdPrivateKey
from walletcore.keystore.kdf import Pbkdf2, Scrypt
from walletcore.keystore.polkadot_js import KeyringPair
from walletcore.keystore.wif import Wif
from walletcore.keystore.xrpl import FamilySeed
from walletcore.mnemonic.aezeed import CipherSeed
from walletcore.mnemonic.algorand import AlgorandMnemonic
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.mnemonic.codex32 import Codex32
from walletcore.mnemonic.codex32_correction import Correction
from walletcore.mnemonic.electrum import ElectrumMnemonic
from walletcore.mnemonic.electrum_old import ElectrumOldMnemonic
from walletcore.mnemonic.monero import MoneroMnemonic
from walletcore.mnemonic.polyseed import PolyseedMnemonic
from walletcore.mnemonic.slip39 import Slip39Share
from walletcore.mnemonic.ton import TonMnemonic
from walletcore.path import Path
from walletcore.secret import Confidential, Secret
from walletcore.signers.guard import guard
from walletcore.signers.hd import Keychain
from walletcore.signers.local import LocalSigner
from walletcore.signers.once import AsyncOnce, Once
from walletcore.signers.remote import AsyncRemoteSigner, RemoteSigner
from walletcore.signing import Signature, SigningRequest
from walletcore.wallet import Wallet

__all__ = ["EXAMPLES", "doors", "failures", "secret_classes", "told"]


class Exchange:
    """Asks for whatever is to be signed, and is given it back: no signature."""

    schemes = frozenset({Scheme.ECDSA})
    token = KEY.hex()  # what a service knows its client by is a secret, too

    def ask(self, request: SigningRequest) -> bytes:
        return request.payload

    def read(self, request: SigningRequest, answer: bytes) -> Signature:
        return Signature(scheme=request.scheme, data=answer)


def _send(question: bytes, seconds: float) -> Any:
    return question


EXCHANGE = Exchange()
PUBLIC = PrivateKey(Curve.SECP256K1, Secret(KEY)).public_key
GUARD = guard(LocalSigner(PrivateKey(Curve.SECP256K1, Secret(KEY))))
ASYNC_GUARD = guard(AsyncRemoteSigner(public_key=PUBLIC, exchange=EXCHANGE, send=_send))
KEYCHAIN = Keychain([ExtendedPrivateKey.from_seed(SEED)])
ONCE = Once(LocalSigner(PrivateKey(Curve.SECP256K1, Secret(KEY))), MemoryStore())
ASYNC_ONCE = AsyncOnce(AsyncRemoteSigner(public_key=PUBLIC, exchange=EXCHANGE, send=_send), MemoryStore())


def slip39_share() -> Slip39Share:
    """The one share that a key is by itself."""
    numbers = {"identifier": 1, "iteration_exponent": 0, "group_index": 0, "group_threshold": 1, "group_count": 1}
    return Slip39Share(**numbers, extendable=True, member_index=0, member_threshold=1, value=Secret(KEY))


TON = TonMnemonic.generate(entropy=KEY).phrase.reveal()
ELECTRUM = ElectrumMnemonic.generate(24, entropy=ENTROPY + b"\x00").phrase.reveal()  # takes thousands of hashes

EXAMPLES: dict[str, Callable[[], Any]] = {
    "Secret": lambda: Secret(KEY),
    "PrivateKey": lambda: PrivateKey(Curve.SECP256K1, Secret(KEY)),
    "Mnemonic": lambda: Mnemonic.from_entropy(ENTROPY),
    "ElectrumMnemonic": lambda: ElectrumMnemonic.parse(ELECTRUM.decode()),
    "ElectrumOldMnemonic": lambda: ElectrumOldMnemonic.from_entropy(ENTROPY),
    "MoneroMnemonic": lambda: MoneroMnemonic.from_entropy(ENTROPY),
    "PolyseedMnemonic": lambda: PolyseedMnemonic.from_entropy(ENTROPY[:18] + b"\x07", birthday=1),
    "AlgorandMnemonic": lambda: AlgorandMnemonic.from_entropy(ENTROPY),
    "FamilySeed": lambda: FamilySeed(entropy=Secret(KEY[:16]), curve=Curve.ED25519),
    "CipherSeed": lambda: CipherSeed.generate(0, entropy=KEY[:21]),
    "TonMnemonic": lambda: TonMnemonic.parse(TON.decode()),
    "ExtendedPrivateKey": lambda: ExtendedPrivateKey.parse(XPRV),
    "LocatedPrivateKey": lambda: LocatedPrivateKey(key=ExtendedPrivateKey.from_seed(SEED), path=Path()),
    "HdPrivateKey": lambda: HdPrivateKey(key=ExtendedPrivateKey.from_seed(SEED)),
    "Slip10PrivateKey": lambda: Slip10PrivateKey.from_seed(SEED, Curve.ED25519),
    "SolletPrivateKey": lambda: SolletPrivateKey.from_seed(SEED),
    "Bip32Ed25519PrivateKey": lambda: ed25519_roots.from_seed(SEED, ed25519_roots.Root.LEDGER),
    "Drng": lambda: Drng(Secret(SEED)),
    "SymmetricNode": lambda: SymmetricNode.from_seed(SEED),
    "BlsPrivateKey": lambda: BlsPrivateKey.from_seed(SEED),
    "SubstratePrivateKey": lambda: SubstratePrivateKey.from_seed(KEY),
    "ElectrumOldPrivateKey": lambda: ElectrumOldPrivateKey.from_stretched(KEY),
    "MoneroKeys": lambda: MoneroKeys.from_seed(KEY),
    "MoneroViewKeys": lambda: MoneroKeys.from_seed(KEY).view_only,
    "Wif": lambda: Wif.parse(WIF),
    "Slip39Share": lambda: slip39_share(),
    "Codex32": lambda: Codex32.from_seed(KEY, "test"),
    "Correction": lambda: Correction(places=(7,), share=Codex32.from_seed(KEY, "test")),
    "Keystore": lambda: Keystore(secret=Secret(b"\1" + KEY[1:])),
    "KeyringPair": lambda: KeyringPair(private_key=PrivateKey(Curve.ED25519, Secret(KEY)), kind="ed25519"),
    "LocalSigner": lambda: LocalSigner(PrivateKey(Curve.SECP256K1, Secret(KEY))),
    "Keychain": lambda: KEYCHAIN,
    "RemoteSigner": lambda: RemoteSigner(public_key=PUBLIC, exchange=EXCHANGE, send=_send),
    "AsyncRemoteSigner": lambda: AsyncRemoteSigner(public_key=PUBLIC, exchange=EXCHANGE, send=_send),
    "Wallet": lambda: Wallet.from_seed(SEED),
    "Guard": lambda: GUARD,
    "AsyncGuard": lambda: ASYNC_GUARD,
    "Once": lambda: ONCE,
    "AsyncOnce": lambda: ASYNC_ONCE,
}

# The canary in clothes that some door takes, and in clothes that no door should take.
CLOTHES: list[Any] = [
    *(
        KEY,
        KEY[:31],
        KEY + b"\x00",
        ENTROPY,
        SEED,
        SEED + SEED,
        bytearray(KEY),
        memoryview(KEY),
        list(KEY),
        tuple(SEED),
    ),
    *(KEY.hex(), "0x" + KEY.hex(), SEED.hex(), int.from_bytes(KEY), int.from_bytes(SEED), XPRV, XPRV[:-1], XPRV + "1"),
    *(WIF, WIF[:-1], WIF + "1", WIF.encode()),
    *(PHRASE, PHRASE + " zoo", PHRASE.rsplit(" ", 1)[0] + " zoo", PHRASE.upper(), PHRASE.split(), PHRASE.encode()),
    *(PHRASE + "\ud800", PASSPHRASE + "\ud800", PASSPHRASE.encode(), PASSPHRASE * 1000, (PHRASE, PASSPHRASE)),
    *(Secret(KEY), Secret(KEY[:31]), Secret(SEED), Secret(SEED * 2), Secret(b"\xff" * 16 + KEY[16:])),
]
GARBAGE: list[Any] = [
    *(None, True, -1, 2**300, 1.5, "", "garbage", "m/2147483648", b"", b"x" * 7, b"x" * 32, object(), [1], Curve.P256),
]
SECRET_NAMES = {"entropy", "passphrase", "password", "phrase", "secret", "seed", "xprv"}
# Rooms that take what a door has checked, and check it no second time; and the checks of doors that are sealed.
BEHIND_THE_DOORS = ("curves", "hashes", "hd.checks")


def public_objects() -> Iterator[tuple[str, Any]]:
    """Every public class and function of the package, once, with its name."""
    for module in modules():
        if module.name.startswith(BEHIND_THE_DOORS):
            continue
        namespace = importlib.import_module(module.dotted)
        for name in getattr(namespace, "__all__", ()):
            value = getattr(namespace, name, None)
            if callable(value) and getattr(value, "__module__", "") == module.dotted:
                yield name, value


@cache
def secret_classes() -> dict[str, type[Any]]:
    """The classes that hold secrets: `Confidential` ones, and those with a field of such a class."""
    classes = {name: value for name, value in public_objects() if inspect.isclass(value) and value is not Confidential}
    found = {name for name, value in classes.items() if issubclass(value, Confidential)}
    found |= {
        name for name, value in classes.items() if _words(vars(value).get("__annotations__", {}).values()) & found
    }
    return {name: classes[name] for name in sorted(found)}


def _words(annotations: Iterable[object]) -> set[str]:
    return set(re.findall(r"\w+", " ".join(map(str, annotations))))


def doors() -> Iterator[tuple[str, Callable[[], Callable[..., Any]]]]:
    """Each public callable that meets a secret, and how to get at it: a method needs an example."""
    classes = secret_classes()
    for name, cls in classes.items():
        yield name, partial(classes.__getitem__, name)
        for attribute in sorted(filter(lambda a: not a.startswith("_"), dir(cls))):
            if callable(getattr(cls, attribute)):
                yield f"{name}.{attribute}", partial(_method, name, attribute)
    for name, value in public_objects():
        if inspect.isfunction(value) and _takes_secrets(value):
            yield f"{value.__module__.removeprefix('walletcore.')}.{name}", partial(_itself, value)


def _itself(value: Callable[..., Any]) -> Callable[..., Any]:
    return value


def _method(name: str, attribute: str) -> Callable[..., Any]:
    method: Callable[..., Any] = getattr(EXAMPLES[name](), attribute)
    return method


def _takes_secrets(function: Callable[..., Any]) -> bool:
    return any(_is_secret(parameter) for parameter in inspect.signature(function).parameters.values())


def _is_secret(parameter: inspect.Parameter) -> bool:
    return (
        parameter.name in SECRET_NAMES
        or parameter.annotation == "Secrets | None"
        or not _words([parameter.annotation]).isdisjoint(secret_classes())
    )


def _plausible(parameter: inspect.Parameter, makes_secrets: bool) -> Any:
    """A value that a door may well accept, so that it is another argument that it refuses."""
    choices = {
        "phrase": PHRASE,
        "xprv": XPRV,
        "seed": Secret(SEED),
        "Curve": Curve.SECP256K1,
        "Scheme": Scheme.ECDSA,
        "ExtendedPrivateKey": ExtendedPrivateKey.parse(XPRV),
        "PrivateKey": PrivateKey(Curve.SECP256K1, Secret(KEY)),
        "Wif": Wif.parse(WIF),
        "Keystore": Keystore(secret=Secret(b"\1" + KEY[1:])),
        "account: KeyringPair": KeyringPair(private_key=PrivateKey(Curve.ED25519, Secret(KEY)), kind="ed25519"),
        "Secret": Secret(KEY),
        "Pbkdf2": Pbkdf2(iterations=1000),
        "kdf: Scrypt": Scrypt(n=1 << 13, r=8, p=10),
        "text: str": XPRV if makes_secrets else KEYSTORE,
        "Path": "m/0",
        "bytes": KEY if makes_secrets else bytes(32),
        "str": XPRV if makes_secrets else "bitcoin",
        "int": 0,
    }
    wanted = f"{parameter.name}: {parameter.annotation}"
    return next((value for word, value in choices.items() if word in wanted), None)


def outcomes(function: Callable[..., Any]) -> Iterator[object]:
    """What comes of one wrong argument at a time, the canary in it and in the others: an error, or a value."""
    parameters = {n: p for n, p in inspect.signature(function).parameters.items() if p.kind is not p.VAR_KEYWORD}
    makes_secrets = function in secret_classes().values() or inspect.isclass(getattr(function, "__self__", None))
    needed = {
        n: p
        for n, p in parameters.items()
        if (p.default is p.empty and p.kind is not p.VAR_POSITIONAL) or n == "kdf"  # whose default takes a second
    }
    fixed = {name: _plausible(parameter, makes_secrets) for name, parameter in needed.items()}
    for name, parameter in parameters.items():
        secret = _is_secret(parameter) or (makes_secrets and name in needed)
        for value in [*GARBAGE, *(CLOTHES if secret else ())]:
            try:
                if parameter.kind is parameter.VAR_POSITIONAL:
                    yield _awaited(function(*fixed.values(), value))
                else:
                    yield _awaited(function(**{**fixed, name: value}))
            except Exception as error:
                yield error


def _awaited(outcome: Any) -> Any:
    """What comes of it in the end."""
    return asyncio.run(outcome) if inspect.iscoroutine(outcome) else outcome


def failures(function: Callable[..., Any]) -> Iterator[Exception]:
    """What the function raises when one argument at a time is wrong."""
    for outcome in outcomes(function):
        if isinstance(outcome, Exception):
            yield outcome


def told(error: BaseException) -> str:
    """Everything that a crash reporter could collect from an error, but for the frames of this module."""
    return "\n".join(_told(error, traceback.TracebackException.from_exception(error, capture_locals=True)))


def _told(error: BaseException, report: traceback.TracebackException) -> Iterator[str]:
    yield from (repr(error), str(error), repr(error.args), repr(vars(error)))
    for frame in report.stack:
        if frame.filename != __file__:
            yield repr(frame.locals)
    for nested, told_by in ((error.__cause__, report.__cause__), (error.__context__, report.__context__)):
        if nested is not None and told_by is not None:
            yield from _told(nested, told_by)
