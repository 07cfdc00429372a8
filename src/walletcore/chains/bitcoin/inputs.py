"""What a transaction spends: an output of P2WPKH or P2TR, its key, and the transaction that proves its amount.

P2WPKH is BIP-141's, P2TR BIP-341's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from walletcore.chains.bitcoin.script import KEY_KINDS, destination_of
from walletcore.chains.bitcoin.sighash import SIGHASH_ALL, SIGHASH_DEFAULT
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

__all__ = ["HASH_TYPES", "Input", "previous_output", "spendable_kind"]

HASH_TYPES = {"p2wpkh": SIGHASH_ALL, "p2tr": SIGHASH_DEFAULT}
"""The kinds of outputs that can be spent, and what their signatures commit to: the whole transaction."""
_REPLACEABLE = 0xFFFF_FFFD  # BIP-125; it also lets a lock time take effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An output that is spent: ``txid`` as explorers show it, ``vout``, and what is known of the output.

    Give ``value`` with the ``key`` and its ``kind`` (p2wpkh unless said otherwise, or p2tr), or with the
    ``script_pubkey``; or give ``previous``, the transaction with that txid as the network carries it, which proves
    both. What is given twice must agree. ``merkle_root`` is that of a p2tr output's script tree. ``origin`` says where
    the key comes from and is not compared. With none of these the output is unknown. Raises `TransactionError`.
    """

    txid: str
    vout: int
    value: int | None = None
    script_pubkey: bytes = b""
    kind: str = ""
    key: PublicKey | None = None
    merkle_root: bytes = b""
    previous: bytes = field(default=b"", repr=False)
    sequence: int = _REPLACEABLE
    origin: KeyOrigin | None = field(default=None, compare=False)
    _outpoint: TxIn = field(init=False, repr=False, compare=False)
    _spent: TxOut | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_types()
        object.__setattr__(self, "_outpoint", TxIn(txid=self.txid, vout=self.vout, sequence=self.sequence))
        if self.previous:
            self._prove(previous_output(self.previous, self.txid, self.vout))
        if self.key is not None:
            self._derive(self.key)
        if self.value is None and not self.script_pubkey and not self.kind and not self.merkle_root:
            return
        if self.value is None or not self.script_pubkey:
            raise TransactionError("expected a value, with a key or a script_pubkey", reason="missing")
        self._classify(TxOut(value=self.value, script_pubkey=self.script_pubkey))

    def _check_types(self) -> None:
        types = type(self.script_pubkey), type(self.merkle_root), type(self.previous), type(self.kind)
        if types != (bytes, bytes, bytes, str):
            raise TransactionError("expected script, merkle root and previous as bytes, kind as text", reason="type")
        if len(self.merkle_root) not in (0, 32):
            raise TransactionError(f"expected 32 bytes of merkle root, got {len(self.merkle_root)}", reason="length")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        if self.key is not None and type(self.key) is not PublicKey:
            raise TransactionError("expected a PublicKey as key", reason="type")
        if self.key is not None and self.key.curve is not Curve.SECP256K1:
            raise TransactionError("expected a key of secp256k1", reason="scheme")

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _prove(self, proven: TxOut) -> None:
        if self.value not in (None, proven.value) or self.script_pubkey not in (b"", proven.script_pubkey):
            raise TransactionError("the previous transaction has another value or script there", reason="mismatch")
        self._set(value=proven.value, script_pubkey=proven.script_pubkey)

    def _derive(self, key: PublicKey) -> None:
        """The script of the key, which must be the one that is known already."""
        kind = self.kind or (spendable_kind(self.script_pubkey) if self.script_pubkey else "p2wpkh")
        if kind not in HASH_TYPES:
            raise TransactionError(f"expected {' or '.join(HASH_TYPES)} as kind", reason="unknown")
        script_pubkey = KEY_KINDS[kind](key.data, self.merkle_root).script_pubkey
        if self.script_pubkey not in (b"", script_pubkey):
            raise TransactionError("the output that is spent is not guarded by this key", reason="mismatch")
        self._set(script_pubkey=script_pubkey, key=key.even_y() if kind == "p2tr" else key)

    def _classify(self, spent: TxOut) -> None:
        kind = spendable_kind(spent.script_pubkey)
        if self.kind not in ("", kind) or (self.merkle_root and kind != "p2tr"):
            raise TransactionError(f"the output that is spent is {kind}", reason="mismatch")
        self._set(kind=kind, _spent=spent)

    @property
    def outpoint(self) -> TxIn:
        """The input as it stands in the unsigned transaction."""
        return self._outpoint

    @property
    def spent(self) -> TxOut | None:
        """The output that is spent; None when it is not known."""
        return self._spent


def previous_output(previous: bytes, txid: str, vout: int) -> TxOut:
    """The output of a transaction in the form of the network, which must have that txid. Raises `TransactionError`."""
    tx = Tx.decode(previous)
    if tx.txid != txid:
        raise TransactionError("the previous transaction has another txid", reason="mismatch")
    if vout >= len(tx.outputs):
        raise TransactionError(f"the previous transaction has no output {vout}", reason="mismatch")
    return tx.outputs[vout]


def spendable_kind(script_pubkey: bytes) -> str:
    """The kind of an output that can be spent, one of `HASH_TYPES`. Raises `TransactionError`."""
    destination = destination_of(script_pubkey)
    kind = "no known kind" if destination is None else destination.kind
    if kind not in HASH_TYPES:
        raise TransactionError(f"expected to spend {' or '.join(HASH_TYPES)}, got {kind}", reason="unknown")
    return kind
