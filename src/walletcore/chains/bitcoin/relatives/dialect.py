"""What a relative of Bitcoin signs or writes in another way: a value in its row, and a module of this folder.

A row without a dialect has Bitcoin's digests and Bitcoin's bytes, and nothing here is asked. The modules do the work
and are imported when a transaction of theirs is first looked at.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from walletcore.chains.bitcoin.relatives.destinations import destination_of
from walletcore.errors import TransactionError
from walletcore.hashes import Hash, blake256_ripemd160, hash160

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.inputs import Input
    from walletcore.chains.bitcoin.sighash import Commitments
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.chains.bitcoin.tx import Tx, TxOut
    from walletcore.coding.wire import Codec
    from walletcore.effects import Effect

__all__ = [
    "BITCOIN_CASH",
    "BITCOIN_DIAMOND",
    "BITCOIN_GOLD",
    "BITCOIN_SV",
    "DECRED",
    "ECASH",
    "FIRO",
    "FLUX",
    "GROESTLCOIN",
    "HORIZEN",
    "KOMODO",
    "LEGACY",
    "NEBLIO",
    "PIVX",
    "SEGWIT",
    "VERGE",
    "WHOLE",
    "WITH_UTXOS",
    "ZCASH",
    "Dialect",
    "check_extra",
    "hash_types",
    "kind_on",
    "names_of_types",
]

LEGACY = ("p2pkh", "p2pk", "p2sh", "multisig")
"""The kinds that there are without segregated witnesses; the first is that of a key of which no more is said."""
SEGWIT = ("p2wpkh", "p2sh-p2wpkh", "p2wsh", "p2sh-p2wsh", *LEGACY)
_FORKID = 0x40
_UTXOS = 0x20
WITH_UTXOS = ("ALL|UTXOS", "NONE|UTXOS", "SINGLE|UTXOS")
"""Names that Bitcoin does not have: such a signature of Bitcoin Cash commits to all outputs that are spent, as well."""
WHOLE = ("ALL", "DEFAULT", "ALL|UTXOS")
"""Hash types that leave nothing of a transaction open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The module that knows the rules, and what it is told of this relative.

    ``kinds`` are the inputs that can be spent. ``signs_amounts``: a signature commits to the amount that its input
    spends, so that a previous transaction is not needed to know it. ``signs_digests``: the message of an input does not
    grow with the transaction. ``fork_value`` is that of FORKID; None where hash types are Bitcoin's. ``has_utxos``: the
    hash types that commit to all spent outputs. ``has_tokens``: CashTokens. ``has_schnorr``: the signatures of Bitcoin
    Cash that are not BIP-340's. ``branches`` are the consensus branch ids of ZIP-200, the newest last; ``versions``
    those of transactions that may be made. ``stamp`` is the size of the field behind the version, in bytes; ``wrapped``
    names the module that knows what stands around the scripts of outputs. ``key_hash`` is what P2PKH and P2SH commit
    with. ``has_psbts``: its transactions travel as PSBTs, since they differ from Bitcoin's in hashes only;
    ``psbts_have_outputs``: its nodes write the output that is spent where BIP-174 has the previous transaction.
    ``form`` names how previous transactions are written that carry more than Bitcoin's (`relatives.previous`).
    ``retired`` are kinds that can be spent and that no new output may have. ``has_interest``: an input may be worth
    more than its value (`relatives.interest`).
    """

    module: str
    kinds: tuple[str, ...] = LEGACY
    signs_amounts: bool = False
    signs_digests: bool = False
    fork_value: int | None = None
    has_utxos: bool = False
    has_tokens: bool = False
    has_schnorr: bool = False
    branches: tuple[int, ...] = ()
    versions: tuple[int, ...] = ()
    stamp: int = 0
    wrapped: str = ""
    key_hash: Hash = hash160
    has_psbts: bool = False
    psbts_have_outputs: bool = False
    form: str = ""
    retired: tuple[str, ...] = ()
    has_interest: bool = False

    @property
    def rules(self) -> Rules:
        """The module that it names."""
        return _rules(self.module)

    def commitments(self, tx: Tx, spent: Sequence[TxOut], extra: Any) -> Commitments:
        """What the signatures of a transaction are made over."""
        return self.rules.commitments(self, tx, spent, extra)

    def encode(self, tx: Tx, spent: Sequence[TxOut | None], extra: Any) -> bytes:
        """The bytes that nodes exchange."""
        return self.rules.encode(tx, spent, extra)

    def decode(self, raw: bytes) -> tuple[Tx, Any]:
        """Read them: what Bitcoin's transactions have, and what is beyond that. Raises `TransactionError`."""
        return self.rules.decode(self, raw)

    def identify(self, raw: bytes) -> str:
        """The txid of those bytes, as explorers show it. Raises `TransactionError`."""
        return self.rules.identify(self, raw)

    def base(self, script_pubkey: bytes) -> bytes:
        """The template of an output's script, without what a relative puts around it."""
        if not self.wrapped:
            return script_pubkey
        module = importlib.import_module(f"{__package__}.{self.wrapped}")
        return cast(bytes, module.base(script_pubkey))

    def previous_output(self, previous: bytes, txid: str, vout: int) -> TxOut:
        """The output of a previous transaction, which must have that txid. Raises `TransactionError`."""
        if self.form:
            from walletcore.chains.bitcoin.relatives.previous import previous_output

            return previous_output(self.form, previous, txid, vout)
        if type(previous) is not bytes:
            raise TransactionError(f"expected bytes, got {type(previous).__name__}", reason="type")
        found, tx, _ = _previous(self, previous)
        if found != txid:
            raise TransactionError("the previous transaction has another txid", reason="mismatch")
        if vout >= len(tx.outputs):
            raise TransactionError(f"the previous transaction has no output {vout}", reason="mismatch")
        return tx.outputs[vout]

    def previous_extra(self, previous: bytes) -> Any:
        """What a previous transaction has beyond Bitcoin's fields."""
        return _previous(self, previous)[2]

    def previous_locktime(self, previous: bytes) -> int:
        """The lock time of a previous transaction, where there is no form of them."""
        return _previous(self, previous)[1].locktime

    def most_interest(self, inputs: Sequence[Input]) -> int:
        """The most that inputs may be worth beyond their values."""
        if not self.has_interest:
            return 0
        from walletcore.chains.bitcoin.relatives.interest import most_interest

        return most_interest(inputs)


@lru_cache(maxsize=4)  # the input asks, and its transaction asks again
def _previous(dialect: Dialect, previous: bytes) -> tuple[str, Tx, Any]:
    return (dialect.identify(previous), *dialect.decode(previous))


class Rules(Protocol):
    """What each module of this folder offers."""

    EXTRA: Codec[Any] | None
    """How `Transaction.extra` is written between signers; None where there is nothing beyond Bitcoin's fields."""

    def commitments(self, dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: Any) -> Commitments: ...
    def encode(self, tx: Tx, spent: Sequence[TxOut | None], extra: Any) -> bytes: ...
    def decode(self, dialect: Dialect, raw: bytes) -> tuple[Tx, Any]: ...
    def identify(self, dialect: Dialect, raw: bytes) -> str: ...
    def has_fixed_id(self, transaction: Transaction) -> bool: ...
    def fixes_fee(self, transaction: Transaction) -> bool: ...
    def check(self, transaction: Transaction) -> None: ...
    def effects(self, transaction: Transaction) -> tuple[Effect, ...]: ...


@cache
def _rules(module: str) -> Rules:
    return cast(Rules, importlib.import_module(f"{__package__}.{module}"))


@cache
def hash_types(dialect: Dialect) -> Mapping[str, int]:
    """The names of hash types that its signatures can have, with the byte that stands at their end.

    The names are Bitcoin's: that they have FORKID is the chain's affair, and cannot be forgotten.
    """
    from walletcore.chains.bitcoin.sighash import HASH_TYPES

    if dialect.fork_value is None:
        return HASH_TYPES if "p2tr" in dialect.kinds else {n: v for n, v in HASH_TYPES.items() if v}
    named = {name: number | _FORKID for name, number in HASH_TYPES.items() if number}
    if dialect.has_utxos:  # not with ANYONECANPAY, which knows of no other inputs
        named |= {name: named[name.removesuffix("|UTXOS")] | _UTXOS for name in WITH_UTXOS}
    return named


@cache
def names_of_types(dialect: Dialect | None) -> Mapping[int, str]:
    """The names by the bytes; without a dialect they are Bitcoin's."""
    from walletcore.chains.bitcoin.sighash import HASH_TYPES

    return {number: name for name, number in (hash_types(dialect) if dialect else HASH_TYPES).items()}


def kind_on(dialect: Dialect | None, script_pubkey: bytes) -> str:
    """P2SH32, which is a kind on Bitcoin Cash alone and so has to be named; empty for what a script says itself."""
    if dialect is None or "p2sh32" not in dialect.kinds:
        return ""
    found = destination_of(script_pubkey)
    return found.kind if found is not None and found.kind in dialect.kinds else ""


def check_extra(transaction: Transaction) -> None:
    """Raise `TransactionError` where ``extra`` is not what the chain's transactions have."""
    dialect = transaction.chain.dialect
    if dialect is None:
        raise TransactionError(f"{transaction.chain.name} has no such fields", reason="network")
    dialect.rules.check(transaction)


_FORKED = Dialect(module="forkid", kinds=LEGACY, signs_amounts=True, signs_digests=True, fork_value=0)
BITCOIN_SV = replace(_FORKED, retired=("p2sh",))
"""bitcoin-sv/bitcoin-sv src/validation.cpp, CheckRegularTransaction: bad-txns-vout-p2sh, since Genesis (2020)."""
ECASH = replace(_FORKED, has_schnorr=True, has_psbts=True, psbts_have_outputs=True, versions=(1, 2))
"""Bitcoin-ABC/bitcoin-abc and bitcoin-cash-node/bitcoin-cash-node, src/psbt.h: PSBT_IN_UTXO is a CTxOut. Of both
src/consensus/tx_verify.cpp, ContextualCheckTransaction: bad-txns-version.
"""
BITCOIN_CASH = replace(ECASH, kinds=(*LEGACY, "p2sh32"), has_utxos=True, has_tokens=True)
BITCOIN_GOLD = replace(_FORKED, kinds=SEGWIT, fork_value=79)
"""BTCGPU/BTCGPU src/script/interpreter.h: FORKID_BTG = 79; it has segregated witnesses since its first block."""

_SAPLING = 0x76B809BB
ZCASH = Dialect(
    module="zcash",
    signs_amounts=True,
    signs_digests=True,
    branches=(_SAPLING, 0x2BB40E60, 0xF5B9230B, 0xE9FF75A6, 0xC2D6D0B4, 0xC8E71055, 0x4DEC4DF0, 0x5437F330, 0x37A5165B),
    versions=(4, 5),
)
FLUX = replace(ZCASH, branches=(_SAPLING,), versions=(4,))
KOMODO = replace(FLUX, has_interest=True)
HORIZEN = Dialect(module="horizen", wrapped="horizen", form="horizen")
NEBLIO = VERGE = Dialect(module="stamped", stamp=4)
BITCOIN_DIAMOND = Dialect(module="stamped", kinds=SEGWIT, stamp=32, versions=(12,))
FIRO = Dialect(module="plain", wrapped="exchange", form="firo")
PIVX = replace(FIRO, form="pivx")
DECRED = Dialect(module="decred", signs_digests=True, key_hash=blake256_ripemd160, wrapped="decred", form="decred")
GROESTLCOIN = Dialect(module="groestl", kinds=(*SEGWIT, "p2tr"), has_psbts=True)
