"""What a transaction spends: an output, the key or script that guards it, and the transaction that proves its amount.

P2WPKH is BIP-141's, P2TR BIP-341's; `walletcore.chains.bitcoin.locks` knows the other kinds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.relatives.dialect import WITH_UTXOS, Dialect, hash_types
from walletcore.chains.bitcoin.script import KEY_KINDS, kind_of, p2pkh_script
from walletcore.chains.bitcoin.sighash import HASH_TYPES, SIGHASH_ALL, SIGHASH_DEFAULT
from walletcore.chains.bitcoin.tx import TxIn, TxOut, output_at
from walletcore.errors import TransactionError
from walletcore.freezing import thawed
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.locks import Lock, Origins
    from walletcore.chains.bitcoin.tapscript import Tapscript

__all__ = ["UNREADABLE", "Input", "check_script", "previous_output"]

_PLAIN = ("p2wpkh", "p2tr")  # one key and no script: what wallets spend most, without the modules of the others
_WHOLE = {"p2wpkh": ("ALL", SIGHASH_ALL), "p2tr": ("DEFAULT", SIGHASH_DEFAULT)}
"""What signatures of these kinds commit to, unless something else is said."""
_OTHERS = ("p2sh32",)  # kinds of relatives
_FORMS = ("dash", "litecoin")
UNREADABLE = "in a way that is not understood"
"""Stands in `Input.left_open` for signatures of which nobody here can say what they leave open."""
_REPLACEABLE = 0xFFFF_FFFD  # BIP-125; it also lets a lock time take effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An output that is spent: ``txid`` as explorers show it, ``vout``, and what is known of the output.

    Give ``value`` with the ``key`` and its ``kind`` (p2wpkh unless said otherwise, p2tr, p2sh-p2wpkh, p2pkh, p2pk), or
    with ``witness_script`` or ``redeem_script`` (of multisig, P2PK or P2PKH), or with the ``script_pubkey``; or give
    ``previous``, the transaction with that txid as the network carries it, which proves both: p2pk, p2pkh, p2sh and
    bare multisig need it, unless ``trust_value`` believes a value that no signature proves. What is given twice must
    agree. ``merkle_root`` is that of a p2tr output's script tree; with ``leaf_script`` and ``control_block`` the output
    is spent by this leaf of it (BIP-341), whose keys are then asked. An output of P2A has no key: nobody signs for it.

    ``sighash`` is one of `HASH_TYPES`: what signatures commit to, if not to the whole transaction. ``origin`` says
    where the key comes from, ``origins`` the same of the keys of scripts; they are not compared. With none of these
    the output is unknown. ``dialect`` is that of its chain (`BitcoinChain.dialect`), if it has one: that says which
    kinds there are, how ``previous`` is written, and whether it is needed. ``schnorr``: one key signs by Bitcoin Cash's
    scheme. ``form`` is that of a chain without a dialect whose previous transactions may carry more than Bitcoin's
    (`BitcoinChain.form`: Dash, Litecoin); without it they are read as Bitcoin's. ``left_open`` are the hash types of
    signatures that others have made for it already, if they leave something open: a PSBT says it, and effects look at
    them. Raises `TransactionError`.
    """

    txid: str
    vout: int
    value: int | None = None
    script_pubkey: bytes = b""
    kind: str = ""
    key: PublicKey | None = None
    merkle_root: bytes = b""
    redeem_script: bytes = b""
    witness_script: bytes = b""
    leaf_script: bytes = b""
    control_block: bytes = b""
    previous: bytes = field(default=b"", repr=False)
    sequence: int = _REPLACEABLE
    sighash: str = ""
    origin: KeyOrigin | None = field(default=None, compare=False)
    origins: Origins = field(default=(), compare=False)
    dialect: Dialect | None = None
    schnorr: bool = False
    form: str = field(default="", compare=False)
    trust_value: bool = field(default=False, repr=False, compare=False)
    left_open: tuple[str, ...] = field(default=(), repr=False, compare=False)
    outpoint: TxIn = field(init=False, repr=False, compare=False)
    """The input as it stands in the unsigned transaction."""
    spent: TxOut | None = field(default=None, init=False, repr=False, compare=False)
    """The output that is spent; None when it is not known."""
    lock: Lock | None = field(default=None, init=False, repr=False, compare=False)
    """What guards it, for other kinds than P2WPKH and P2TR."""
    hash_type: int = field(default=SIGHASH_DEFAULT, init=False, repr=False, compare=False)
    """The number of ``sighash``."""
    is_plain: bool = field(default=False, init=False, repr=False, compare=False)
    """Whether one key that is known spends it, by P2WPKH or by the key path of P2TR."""

    @classmethod
    def unknown(cls, outpoint: TxIn) -> Input:
        """The input of which no more is known than what it spends."""
        if outpoint.script_sig:
            outpoint = TxIn(txid=outpoint.txid, vout=outpoint.vout, sequence=outpoint.sequence)
        made = _blank(outpoint)  # a TxIn has been checked: a hostile mebibyte holds 25,000
        made.spent = made.value = made.key = made.origin = None
        made.script_pubkey = made.previous = b""
        made.kind = made.sighash = ""
        made.hash_type = SIGHASH_DEFAULT
        made.is_plain = False
        made.__class__ = Input
        unknown: Input = made
        return unknown

    @classmethod
    def plain(
        cls, outpoint: TxIn, spent: TxOut, kind: str, key: PublicKey, origin: KeyOrigin, previous: bytes
    ) -> Input:
        """A P2WPKH or P2TR output that this key guards, as the caller has found it; nothing is checked again."""
        made = _blank(outpoint)
        made.spent = spent
        made.value = spent.value
        made.script_pubkey = spent.script_pubkey
        made.kind = kind
        made.key = key.even_y() if kind == "p2tr" else key
        made.sighash, made.hash_type = _WHOLE[kind]
        made.is_plain = True
        made.origin = origin
        made.previous = previous
        made.__class__ = Input
        plain: Input = made
        return plain

    @classmethod
    def foreign(cls, outpoint: TxIn, spent: TxOut, previous: bytes, sighash: str, dialect: Dialect | None) -> Input:
        """An output of a kind that is not known: others spend it. Raises `TransactionError` where nobody can."""
        from walletcore.chains.bitcoin.locks import Lock

        made = _blank(outpoint)
        made.lock = Lock(script_pubkey=spent.script_pubkey, foreign=True, dialect=dialect)
        made.kind = made.lock.kind
        made.spent = spent
        made.value = spent.value
        made.script_pubkey = spent.script_pubkey
        made.key = made.origin = None
        made.sighash = sighash
        made.hash_type = (HASH_TYPES if dialect is None else hash_types(dialect)).get(sighash, SIGHASH_DEFAULT)
        made.is_plain = False
        made.previous = previous
        made.dialect = dialect
        made.__class__ = Input
        foreign: Input = made
        return foreign

    def __post_init__(self) -> None:
        self._check_types()
        object.__setattr__(self, "outpoint", TxIn(txid=self.txid, vout=self.vout, sequence=self.sequence))
        if self.dialect is not None:
            self._speak(self.dialect)
        elif self.previous:
            self._prove(previous_output(self.previous, self.txid, self.vout, self.form))
        plain = self._is_plain()
        if plain and self.key is not None:
            self._derive(self.key)
        if not plain:
            self._open()
        elif self.value is None and not (self.script_pubkey or self.kind or self.merkle_root or self.sighash):
            return
        if self.value is None or not self.script_pubkey:
            raise TransactionError("expected a value, with a key or a script", reason="missing")
        self._set(spent=TxOut(value=self.value, script_pubkey=self.script_pubkey))
        self._check_kind()

    def _speak(self, dialect: Dialect) -> None:
        """What a relative does otherwise before the output is looked at."""
        if self.previous:
            self._prove(dialect.previous_output(self.previous, self.txid, self.vout))
        if self.key is not None and not (self.kind or self.script_pubkey or self.redeem_script or self.witness_script):
            self._set(kind=dialect.kinds[0])

    def _check_types(self) -> None:
        scripts = self.script_pubkey, self.redeem_script, self.witness_script, self.merkle_root, self.previous
        if type(self.leaf_script) is not bytes or type(self.control_block) is not bytes:
            raise TransactionError("expected leaf script and control block as bytes", reason="type")
        if set(map(type, scripts)) != {bytes} or type(self.kind) is not str:
            raise TransactionError("expected scripts, merkle root and previous as bytes, kind as text", reason="type")
        if self.dialect is not None and not isinstance(self.dialect, Dialect):
            raise TransactionError("expected the dialect of a chain, or None", reason="type")
        names = HASH_TYPES if self.dialect is None else hash_types(self.dialect)
        if type(self.sighash) is not str or (self.sighash and self.sighash not in names):
            raise TransactionError(f"expected one of {', '.join(names)} as sighash", reason="unknown")
        if type(self.left_open) is not tuple or any(each not in (*names, UNREADABLE) for each in self.left_open):
            raise TransactionError("expected a tuple of names of hash types as left_open", reason="unknown")
        if type(self.form) is not str or (self.form and (self.dialect is not None or self.form not in _FORMS)):
            raise TransactionError("expected the form of a chain without a dialect", reason="unknown")
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

    def _is_plain(self) -> bool:
        """Whether it is, or can only be, P2WPKH or P2TR."""
        if self.redeem_script or self.witness_script or self.leaf_script or self.control_block or self.origins != ():
            return False
        if self.kind or not self.script_pubkey:
            return self.kind in ("", *_PLAIN)
        return kind_of(self.script_pubkey) in _PLAIN

    def _prove(self, proven: TxOut) -> None:
        check_script(proven)  # an empty one would pass for one that is to be found
        if self.value not in (None, proven.value) or self.script_pubkey not in (b"", proven.script_pubkey):
            raise TransactionError("the previous transaction has another value or script there", reason="mismatch")
        self._set(value=proven.value, script_pubkey=proven.script_pubkey)

    def _derive(self, key: PublicKey) -> None:
        """The script of the key, which must be the one that is known already."""
        kind = self.kind or (kind_of(self.script_pubkey) if self.script_pubkey else "p2wpkh")
        script_pubkey = KEY_KINDS[kind](key.data, self.merkle_root).script_pubkey
        if self.script_pubkey not in (b"", script_pubkey):
            raise TransactionError("the output that is spent is not guarded by this key", reason="mismatch")
        self._set(script_pubkey=script_pubkey, key=key.even_y() if kind == "p2tr" else key)

    def _open(self) -> None:
        """The same for the kinds that have scripts, or signatures that prove no amount."""
        from walletcore.chains.bitcoin.locks import Lock

        lock = Lock(
            kind=self.kind,
            key=self.key,
            script_pubkey=self.script_pubkey,
            redeem_script=self.redeem_script,
            witness_script=self.witness_script,
            leaf_script=self.leaf_script,
            control_block=self.control_block,
            origins=self.origins,
            dialect=self.dialect,
        )
        if lock.leaf is not None and self.merkle_root not in (b"", lock.merkle_root):
            raise TransactionError("the control block leads to another merkle root", reason="mismatch")
        if lock.is_legacy and not self._is_proven():
            message = "expected the previous transaction: signatures prove no amount"
            raise TransactionError(message, reason="missing", hint="Input(trust_value=True) believes the value")
        self._set(
            lock=lock,
            kind=lock.kind,
            key=lock.key,
            script_pubkey=lock.script_pubkey,
            redeem_script=lock.redeem_script,
            witness_script=lock.witness_script,
            merkle_root=self.merkle_root or lock.merkle_root,
            origins=lock.origins,
        )

    def _is_proven(self) -> bool:
        """Whether its value is proven, will be by its signatures, or is believed."""
        if type(self.trust_value) is not bool:
            raise TransactionError("expected trust_value as a bool", reason="type")
        signed = self.dialect is not None and self.dialect.signs_amounts
        return signed or self.trust_value or bool(self.previous)

    def _check_kind(self) -> None:
        kind = self.kind if self.lock else kind_of(self.script_pubkey) or "no known kind"
        if self.kind not in ("", kind) or (self.merkle_root and kind != "p2tr"):
            raise TransactionError(f"the output that is spent is {kind}", reason="mismatch")
        if kind in _OTHERS if self.dialect is None else kind not in self.dialect.kinds:
            raise TransactionError(f"{kind} is no kind of output on that network", reason="network")
        if self.sighash == "DEFAULT" and kind != "p2tr":
            raise TransactionError("only taproot has the hash type DEFAULT", reason="mismatch")
        if self.schnorr and not self._may_have_schnorr():
            raise TransactionError("one key alone signs by that scheme, on Bitcoin Cash and eCash", reason="scheme")
        sighash = self.sighash or ("DEFAULT" if kind == "p2tr" else "ALL")
        names = HASH_TYPES if self.dialect is None else hash_types(self.dialect)
        is_plain = self.lock is None and self.key is not None
        self._set(kind=kind, sighash=sighash, hash_type=names.get(sighash, SIGHASH_DEFAULT), is_plain=is_plain)

    def _may_have_schnorr(self) -> bool:
        """Multisig scripts that take such signatures want them in another form, which is not made here."""
        has = self.schnorr is True and self.dialect is not None and self.dialect.has_schnorr
        return has and self.lock is not None and self.lock.script_code[-1:] == b"\xac"

    @property
    def leaf(self) -> Tapscript | None:
        """The leaf that it is spent by, for a script path."""
        return None if self.lock is None else self.lock.leaf

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys that may sign, in the order of the script; none where they are not known."""
        if self.lock is not None:
            return self.lock.keys
        return () if self.key is None or self.spent is None else (self.key,)

    @property
    def required(self) -> int:
        """How many of the keys must sign."""
        return 1 if self.lock is None else self.lock.required

    @property
    def script_code(self) -> bytes:
        """The script that runs last, which signatures commit to; that of P2WPKH is P2PKH's (BIP-143)."""
        return p2pkh_script(self.script_pubkey[2:]) if self.lock is None else self.lock.script_code

    @property
    def is_legacy(self) -> bool:
        """Whether signatures are made as before BIP-143."""
        return self.lock is not None and self.lock.is_legacy

    @property
    def hash_types(self) -> tuple[str, ...]:
        """The names of what signatures commit to: `sighash`, and what those leave open that are there already."""
        return (self.sighash, *self.left_open)

    @property
    def is_claimed(self) -> bool:
        """Whether its amount is known by its word alone: no transaction proves it, and no signature commits to all.

        Those of taproot do (BIP-341), and those of Bitcoin Cash with UTXOS in their hash type: with a lie they are not
        valid, so that two of them do not fit together.
        """
        commits = self.kind == "p2tr" or self.sighash in WITH_UTXOS
        return self.spent is not None and not (self.previous or commits)

    def origin_of(self, key: PublicKey) -> KeyOrigin | None:
        """Where one of its keys comes from."""
        if self.origin is not None and (self.key is key or self.key == key):
            return self.origin
        return dict(self.origins).get(key) if self.origins else None


def check_script(spent: TxOut) -> None:
    """Raise `TransactionError` ("unknown") for an output without a script, which no key guards."""
    if not spent.script_pubkey:
        raise TransactionError("the output that is spent has an empty script, which no key guards", reason="unknown")


def previous_output(previous: bytes, txid: str, vout: int, form: str = "") -> TxOut:
    """The output of a transaction in the form of the network, which must have that txid. Raises `TransactionError`."""
    if form:
        from walletcore.chains.bitcoin.relatives import previous as carried

        return carried.previous_output(form, previous, txid, vout)
    if type(previous) is not bytes:
        raise TransactionError(f"expected bytes, got {type(previous).__name__}", reason="type")
    return _output(previous, txid, vout)


@lru_cache(maxsize=1)  # who reads a PSBT asks once to know the kind of an input, and the input asks again
def _output(previous: bytes, txid: str, vout: int) -> TxOut:
    found, output = output_at(previous, vout)
    if found != txid:
        raise TransactionError("the previous transaction has another txid", reason="mismatch")
    if output is None:
        raise TransactionError(f"the previous transaction has no output {vout}", reason="mismatch")
    return output


def _blank(outpoint: TxIn) -> Any:
    """An input to be filled with the output that it spends: what no output of one key has is at its default."""
    made = _new_input()
    made.txid = outpoint.txid
    made.vout = outpoint.vout
    made.sequence = outpoint.sequence
    made.outpoint = outpoint
    made.dialect = made.lock = None
    made.redeem_script = made.witness_script = made.leaf_script = made.control_block = made.merkle_root = b""
    made.form = ""
    made.origins = made.left_open = ()
    made.schnorr = made.trust_value = False
    return made


_new_input = thawed(Input)
