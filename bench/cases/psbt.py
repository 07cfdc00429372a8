"""PSBTs, from their bytes to those of the final transaction: ten inputs of ten keys under one root, and many inputs.

Each input brings its previous transaction. The root is in memory, and all derive the keys from it, in the way in which
a service keeps it there (a `Keychain`, a `bip32_key`, an HDKey, a Wallet); without targets, the same where the ten keys
are in memory. embit makes ECDSA signatures until it has one with a low R, as Bitcoin Core does, a second one in half of
the cases; so that all give the same bytes, the answers that are compared are those to a PSBT whose first signatures
have one. embit leaves out the auxiliary randomness of BIP-340, which others fill with zeros: its taproot signatures are
not compared; libwally's and bdk's are.

No PSBT comes again before so many others that what is remembered of its keys (`walletcore.curves.secp256k1`) is gone.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import count, cycle, islice
from typing import Any

from bench.harness import Case, Target, Workload
from walletcore import ExtendedPrivateKey, LocalSigner, Path, PrivateKey, Scheme, chain, sign
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.path import KeyOrigin
from walletcore.signers.hd import Keychain, signers_for

BITCOIN = chain("bitcoin", BitcoinChain)
SEED = bytes(range(64))
ROOT = ExtendedPrivateKey.from_seed(SEED)
VALUE, NUMBER = 10_000, 10
PATHS = {"p2wpkh": "m/84'/0'/0'/0", "p2tr": "m/86'/0'/0'/0"}
FORGOTTEN = {"p2wpkh": 50, "p2tr": 1_100}  # more keys than are remembered
DESCRIPTORS = {"p2wpkh": "wpkh", "p2tr": "tr"}
OURS = {"walletcore, check=False": False, "walletcore": True}


# -- the PSBTs


@cache
def psbt(kind: str, number: int, start: int = 0) -> bytes:
    """A PSBT of so many inputs of a kind, each of a key of its own and with its previous transaction."""
    return paying(tuple(spending(kind, start + place) for place in range(number)), 0).raw


@cache
def compared(kind: str) -> bytes:
    """That of the first ten keys with a lock time at which all ECDSA signatures have a low R."""
    inputs = tuple(spending(kind, place) for place in range(NUMBER))
    return next(filter(None, (with_low_r(paying(inputs, locktime)) for locktime in count())))


def starts(kind: str) -> range:
    """The first key of each PSBT."""
    return range(0, FORGOTTEN[kind], NUMBER)


def spending(kind: str, place: int) -> Input:
    """The second output of a signed transaction with two P2WPKH inputs, which pays the key at that place."""
    path = Path.parse(PATHS[kind]) / place
    key = ROOT.derive(path).public_key
    script = BITCOIN.script_pubkey(BITCOIN.address(key, kind=kind))
    previous = Tx(
        version=2,
        inputs=tuple(TxIn(txid=f"{2 * place + n + 1:064x}", vout=n) for n in range(2)),
        outputs=(TxOut(value=1_000, script_pubkey=b"\x00\x14" + bytes(20)), TxOut(value=VALUE, script_pubkey=script)),
        witnesses=((bytes(72), bytes(33)),) * 2,
        locktime=0,
    )
    origin = KeyOrigin(ROOT.fingerprint, path)
    return Input(txid=previous.txid, vout=1, previous=previous.encode(), key=key, kind=kind, origin=origin)


def paying(inputs: tuple[Input, ...], locktime: int) -> Transaction:
    """All of it but a fee, to two addresses."""
    to = [BITCOIN.address(ROOT.derive(f"m/84'/0'/0'/1/{place}").public_key) for place in range(2)]
    outputs = (pay(to[0], 8_000 * len(inputs)), pay(to[1], 1_000 * len(inputs)))
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs, locktime=locktime)


def with_low_r(transaction: Transaction) -> bytes:
    """Its PSBT, if all ECDSA signatures have a low R."""
    for request in transaction.requests():
        (signer,) = signers_for((request,), [ROOT], check=False)
        if request.scheme is Scheme.ECDSA and signer.sign(request).data[0] >= 0x80:
            return b""
    return transaction.raw


# -- ours and the peers


KEYCHAINS = {check: Keychain([ROOT], check=check) for check in (True, False)}


def ours(raw: bytes, check: bool) -> bytes:
    """Read, derive, sign, make final, extract."""
    return KEYCHAINS[check].sign(Psbt.decode(BITCOIN, raw)).finalize().raw


def wallycore_final(raw: bytes) -> bytes:
    """libwally-core, with its cache of what signatures share."""
    import wallycore as wally

    read = wally.psbt_from_bytes(raw, wally.WALLY_PSBT_PARSE_FLAG_STRICT)
    wally.psbt_signing_cache_enable(read, 0)
    wally.psbt_sign_bip32(read, wally_root(), 0)
    return wallycore_ended(read)


def wallycore_ended(read: Any) -> bytes:
    """The transaction of one that is signed."""
    import wallycore as wally

    wally.psbt_finalize(read, 0)
    signed = wally.psbt_extract(read, wally.WALLY_PSBT_EXTRACT_FINAL)
    return bytes(wally.tx_to_bytes(signed, wally.WALLY_TX_FLAG_USE_WITNESS))


@cache
def wally_root() -> Any:
    """Its root."""
    import wallycore as wally

    return wally.bip32_key_from_seed(SEED, wally.BIP32_VER_MAIN_PRIVATE, 0)


def embit_final(raw: bytes) -> bytes:
    """embit, whose `verify` its callers must call."""
    from embit.finalizer import finalize_psbt
    from embit.psbt import PSBT

    read = PSBT.parse(raw)
    read.verify()
    read.sign_with(embit_root())
    return bytes(finalize_psbt(read).serialize())


@cache
def embit_root() -> Any:
    """Its root."""
    from embit.bip32 import HDKey

    return HDKey.from_seed(SEED)


def bdk_final(raw: bytes, kind: str) -> bytes:
    """bdk by its Python package, which takes PSBTs as base64."""
    import bdkpython

    read = bdkpython.Psbt(base64.b64encode(raw).decode())
    wallet, options = bdk_wallet(kind)
    wallet.sign(read, options)
    return bytes(read.extract_tx().serialize())


@cache
def bdk_wallet(kind: str) -> tuple[Any, Any]:
    """Its wallet, which knows the keys of all PSBTs by their scripts."""
    import bdkpython

    text = f"{DESCRIPTORS[kind]}({ROOT.reveal()}/{PATHS[kind][2:]}/*)"
    descriptor = bdkpython.Descriptor(text, bdkpython.NetworkKind.MAIN)
    persister = bdkpython.Persister.new_in_memory()
    wallet = bdkpython.Wallet.create_single(descriptor, bdkpython.Network.BITCOIN, persister, FORGOTTEN[kind])
    options = bdkpython.SignOptions(
        trust_witness_utxo=False,
        assume_height=None,
        allow_all_sighashes=False,
        try_finalize=True,
        sign_with_tap_internal_key=True,
        allow_grinding=False,
    )
    return wallet, options


def keys(kind: str, start: int) -> list[PrivateKey]:
    """The keys of a PSBT."""
    return [ROOT.derive(f"{PATHS[kind]}/{start + place}").private_key for place in range(NUMBER)]


def signers(held: list[PrivateKey], check: bool) -> list[LocalSigner]:
    """Over these keys."""
    return [LocalSigner(key, check) for key in held]


def ours_with_keys(raw: bytes, own: list[LocalSigner]) -> bytes:
    """The same where the keys are in memory."""
    return sign(Psbt.decode(BITCOIN, raw), *own).finalize().raw


def wallycore_with_keys(raw: bytes, scalars: list[bytes]) -> bytes:
    """libwally-core in the same place: each key is asked for all inputs."""
    import wallycore as wally

    read = wally.psbt_from_bytes(raw, wally.WALLY_PSBT_PARSE_FLAG_STRICT)
    wally.psbt_signing_cache_enable(read, 0)
    for scalar in scalars:
        wally.psbt_sign(read, scalar, 0)
    return wallycore_ended(read)


# -- who is faster


Runs = list[Callable[[], bytes]]
"""What a contestant does with each PSBT."""


def case(name: str, turns: Iterator[int], runs: Runs, answer: Callable[[], object], needs: str = "") -> Case:
    """A contestant that is given the PSBT whose turn it is, whoever had the last one, and answers for the first."""

    def run(_: Any, count: int) -> None:
        for place in islice(turns, count):
            runs[place]()

    return Case(name=name, run=run, answer=answer, needs=needs)


def from_root(kind: str) -> Callable[[], list[Case]]:
    """All who can, from the root."""

    def make() -> list[Case]:
        found: dict[str, Callable[[bytes], bytes]] = {name: partial(ours, check=check) for name, check in OURS.items()}
        found |= {"wallycore": wallycore_final, "bdkpython": partial(bdk_final, kind=kind), "embit": embit_final}
        cases, turns = [], cycle(range(len(starts(kind))))
        for name, function in found.items():
            runs: Runs = [partial(function, psbt(kind, NUMBER, start)) for start in starts(kind)]
            answer: Callable[[], bytes] = partial(function, compared(kind))
            if (kind, name) == ("p2tr", "embit"):
                answer = with_our_witnesses(answer)
            cases.append(case(name, turns, runs, answer, needs="" if name in OURS else name))
        return cases

    return make


def with_our_witnesses(run: Callable[[], bytes]) -> Callable[[], bytes]:
    """The transaction that a peer makes, with the signatures that we make."""

    def answer() -> bytes:
        witnesses = Tx.decode(ours(compared("p2tr"), check=True)).witnesses
        return replace(Tx.decode(run()), witnesses=witnesses).encode()

    return answer


def from_keys(kind: str) -> Callable[[], list[Case]]:
    """Those who take keys as they are, from ten of them."""

    def make() -> list[Case]:
        given = [(psbt(kind, NUMBER, start), keys(kind, start)) for start in starts(kind)]
        cases, turns = [], cycle(range(len(given)))
        for name, check in OURS.items():
            runs: Runs = [
                partial(ours_with_keys, raw, [LocalSigner(key, check) for key in held]) for raw, held in given
            ]
            cases.append(case(name, turns, runs, runs[0]))
        theirs: Runs = [partial(wallycore_with_keys, raw, [key.secret.reveal() for key in held]) for raw, held in given]
        return [*cases, case("wallycore", turns, theirs, theirs[0], needs="wallycore")]

    return make


# -- how it grows


class Large(Case):
    """Processor seconds per input of a PSBT of as many inputs as the name says, from its bytes to the transaction."""

    def timed(self, count: int) -> float:
        number = int(self.name.split()[0])
        raw = psbt(self.name.split()[1], number)
        return min(_seconds(raw) for _ in range(2)) / number


def _seconds(raw: bytes) -> float:
    begin = time.process_time()
    ours(raw, check=True)
    return time.process_time() - begin


def large(kind: str) -> list[Case]:
    """A thousand inputs beside a hundred."""
    return [Large(name=f"{number} {kind}", run=lambda state, count: None) for number in (100, 1_000)]


TARGETS = (
    Target(case="walletcore, check=False", reference="wallycore", ratio=1 / 1.5),
    Target(case="walletcore, check=False", reference="embit", ratio=1 / 6),
    Target(case="walletcore", reference="wallycore", ratio=1 / 1.2),
    Target(case="walletcore", reference="embit", ratio=1 / 4.5),
)
WORKLOADS = [
    *(
        Workload(
            name=f"PSBT of 10 {kind} -> raw, from a root", reference="wallycore", cases=from_root(kind), targets=TARGETS
        )
        for kind in PATHS
    ),
    *(
        Workload(name=f"PSBT of 10 {kind} -> raw, from keys", reference="wallycore", cases=from_keys(kind))
        for kind in PATHS
    ),
    *(
        Workload(
            name=f"PSBT of {kind} -> raw, per input",
            reference=f"100 {kind}",
            cases=partial(large, kind),
            targets=(Target(case=f"1000 {kind}", reference=f"100 {kind}", ratio=1.2),),
            rounds=5,
        )
        for kind in PATHS
    ),
]
