"""What guards an output: the script that runs last, the keys that it asks for, and what they must hand over.

P2PK, P2PKH and multisig (BIP-11), by themselves, in P2SH (BIP-16), in P2WSH or in P2SH-P2WSH (BIP-141); P2WPKH,
P2SH-P2WPKH; the key path of P2TR (BIP-86), and a leaf of its script tree (BIP-342); P2A, which is open (BIP-433).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.opcodes import MAX_SCRIPT, classify, push
from walletcore.chains.bitcoin.relatives.destinations import p2sh32
from walletcore.chains.bitcoin.relatives.dialect import Dialect
from walletcore.chains.bitcoin.script import KEY_KINDS, P2A, SCRIPT_KINDS, WITNESS_UNKNOWN, kind_of, p2pkh, p2sh
from walletcore.chains.bitcoin.tx import TxOut, Witness
from walletcore.curves.secp256k1 import uncompressed
from walletcore.errors import AddressError, InvalidKey, TransactionError
from walletcore.hashes import hash160, sha256d
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.tapscript import Tapscript

__all__ = ["ONE_LEAF", "Lock", "Origins", "change"]

Origins = tuple[tuple[PublicKey, KeyOrigin], ...]
_LEGACY = ("p2pk", "p2pkh", "multisig", "p2sh", "p2sh32", "nonstandard")
_COMPRESSED = 33  # bytes of a key
ONE_LEAF = 33
"""Bytes of the control block of a leaf that stands alone (BIP-341)."""
_CHECKSIG, _RETURN = b"\xac", b"\x6a"
_P2WPKH = KEY_KINDS["p2wpkh"]


def _p2pk(key: bytes) -> bytes:
    return push(key) + _CHECKSIG


# Kind -> output script, redeem script and witness script of a compressed key.
_OF_KEY: dict[str, Callable[[bytes], tuple[bytes, bytes, bytes]]] = {
    "p2pk": lambda key: (_p2pk(key), b"", b""),
    "p2pkh": lambda key: (KEY_KINDS["p2pkh"](key, b"").script_pubkey, b"", b""),
    "p2wpkh": lambda key: (_P2WPKH(key, b"").script_pubkey, b"", b""),
    "p2sh-p2wpkh": lambda key: (KEY_KINDS["p2sh-p2wpkh"](key, b"").script_pubkey, _P2WPKH(key, b"").script_pubkey, b""),
    "p2wsh": lambda key: (KEY_KINDS["p2wsh"](key, b"").script_pubkey, b"", _p2pk(key)),
    "p2tr": lambda key: (KEY_KINDS["p2tr"](key, b"").script_pubkey, b"", b""),
}
# Kind of the output script alone -> the kinds of a key that may be behind it.
_OF_OUTPUT = {
    "": ("p2pk",),
    "p2pkh": ("p2pkh",),
    "p2wpkh": ("p2wpkh",),
    "p2sh": ("p2sh-p2wpkh",),
    "p2wsh": ("p2wsh",),
    "p2tr": ("p2tr",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What guards an output, from what is known of it: a key and a kind, or scripts; all of it must fit together.

    ``script_code`` is the script that runs last (BIP-143's word), ``keys`` are those that it asks for, in its order and
    without those that are no points, of which ``required`` must sign. Without the scripts or the key behind a
    hash they stay empty. ``origins`` say where keys come from and are not compared. Raises `TransactionError`.

    ``leaf_script`` and ``control_block`` say that a p2tr output is spent by this leaf of its tree: the output script,
    the internal key (``key``) and the ``merkle_root`` follow from them, ``keys`` are then the leaf's, and ``leaf`` what
    its script asks for. ``foreign`` takes an output script of a kind that is not known here, which has no keys.
    """

    kind: str = ""
    key: PublicKey | None = None
    script_pubkey: bytes = b""
    redeem_script: bytes = b""
    witness_script: bytes = b""
    leaf_script: bytes = b""
    control_block: bytes = b""
    origins: Origins = field(default=(), compare=False)
    dialect: Dialect | None = None
    foreign: bool = field(default=False, compare=False)
    merkle_root: bytes = field(default=b"", init=False)
    leaf: Tapscript | None = field(default=None, init=False, repr=False)
    script_code: bytes = field(default=b"", init=False)
    keys: tuple[PublicKey, ...] = field(default=(), init=False)
    required: int = field(default=1, init=False)
    _form: bytes = field(default=b"", init=False, repr=False)

    def __post_init__(self) -> None:
        self._check_types()
        if self.leaf_script or self.control_block:
            self._open_leaf()
        elif self.key is not None:
            self._set_scripts(self.key)
        elif not self.script_pubkey:
            self._wrap()
        if self.witness_script and not self.redeem_script and kind_of(self.script_pubkey) == "p2sh":
            self._set(redeem_script=_hashed("p2wsh", self.witness_script))
        kind = self._peel()
        if self.foreign and kind == P2A:  # of a network whose nodes do not know it
            kind = WITNESS_UNKNOWN
        if self.kind not in ("", kind):
            raise TransactionError(f"the output is {kind}", reason="mismatch")
        self._set(kind=kind)
        if self.leaf is None:
            self._find_keys()
        known = {*self.keys} if self.leaf is None else {*self.keys, self.key}
        if not {key for key, _ in self.origins} <= known:
            raise TransactionError("expected the origins of keys of this output", reason="mismatch")

    @property
    def is_legacy(self) -> bool:
        """Whether signatures are made as before BIP-143, and so prove no amount; a bare P2SH without script is not."""
        return self.kind in _LEGACY and bool(self.script_code)

    @property
    def script_sig(self) -> bytes:
        """What stands there before anybody has signed: the witness program of a nested output."""
        return push(self.redeem_script) if self.kind.startswith("p2sh-") else b""

    @property
    def owners(self) -> tuple[tuple[PublicKey, KeyOrigin | None], ...]:
        """The keys that alone can spend it, with where they are said to come from.

        None where a key is unknown, or is written in a form that is not signed for here and that the network takes all
        the same: the hybrid one of 65 bytes (src/pubkey.h); and none of a leaf, beside which there are other ways.
        """
        if self.leaf is not None:
            return ()
        written = classify(self.script_code).keys if self.script_code else ()
        if len(written) > len(self.keys):
            return ()
        origins = dict(self.origins)
        return tuple((key, origins.get(key)) for key in self.keys)

    def written(self, key: PublicKey) -> bytes:
        """One of its keys in the form that the script or the hash in it has: compressed, or in 65 bytes."""
        if self._form:
            return self._form
        forms = (each for each in classify(self.script_code).keys if len(each) > _COMPRESSED)
        return next((form for form in forms if _point(form) == key), key.data)

    def spend(self, signatures: Sequence[bytes]) -> tuple[bytes, Witness]:
        """The script_sig and witness of ``required`` signatures with their hash types, in the order of the keys.

        For a leaf there is one place for each of the keys, empty where a key does not sign (`Tapscript.spend`).
        """
        if self.leaf is not None:
            return b"", (*self.leaf.spend(signatures), self.leaf_script, self.control_block)
        stack = list(signatures)
        if self._form:
            stack.append(self._form)
        elif self.script_code[-1:] == b"\xae":
            stack.insert(0, b"")  # BIP-147: CHECKMULTISIG takes one item too many
        if self.kind == "p2tr":
            return b"", tuple(stack)
        if self.witness_script:
            stack.append(self.witness_script)
        if not self.is_legacy:
            return self.script_sig, tuple(stack)
        if self.redeem_script:
            stack.append(self.redeem_script)
        return b"".join(map(push, stack)), ()

    @property
    def _base(self) -> bytes:
        """The output script, without what a relative puts behind it."""
        return self.script_pubkey if self.dialect is None else self.dialect.base(self.script_pubkey)

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _check_types(self) -> None:
        scripts = self.script_pubkey, self.redeem_script, self.witness_script, self.leaf_script, self.control_block
        if type(self.kind) is not str or set(map(type, scripts)) != {bytes}:
            raise TransactionError("expected the kind as text and scripts as bytes", reason="type")
        if self.key is not None and (type(self.key) is not PublicKey or self.key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1", reason="type")
        if self.dialect is not None and not isinstance(self.dialect, Dialect):
            raise TransactionError("expected the dialect of a chain, or None", reason="type")
        if type(self.origins) is not tuple or not all(map(_is_origin, self.origins)):
            raise TransactionError("expected origins as a tuple of pairs of PublicKey and KeyOrigin", reason="type")

    def _open_leaf(self) -> None:
        """The output to which the control block leads; it must be the one that is known already."""
        from walletcore.chains.bitcoin.taproot import TAPSCRIPT, ControlBlock  # hardly any output is spent so
        from walletcore.chains.bitcoin.tapscript import Tapscript

        control = ControlBlock.decode(self.control_block)
        script_pubkey = control.script_pubkey(self.leaf_script)
        if self.script_pubkey not in (b"", script_pubkey):
            raise TransactionError("the control block does not lead to the output that is spent", reason="mismatch")
        if self.key is not None and self.key.even_y() != control.internal_key:
            raise TransactionError("the control block has another internal key", reason="mismatch")
        if control.version != TAPSCRIPT:
            raise TransactionError(f"leaf version {control.version:#x} has no meaning yet", reason="version")
        leaf = Tapscript(self.leaf_script)
        self._set(script_pubkey=script_pubkey, key=control.internal_key, merkle_root=control.root(self.leaf_script))
        self._set(leaf=leaf, keys=leaf.keys, required=leaf.required)
        self._set(origins=tuple([(key.even_y(), origin) for key, origin in self.origins]))

    def _set_scripts(self, key: PublicKey) -> None:
        """The scripts of a key; they must be those that are known already."""
        if self.kind and self.kind not in _OF_KEY and not (self.redeem_script or self.witness_script):
            raise TransactionError(f"expected one of {', '.join(_OF_KEY)} as kind, for one key", reason="unknown")
        known = self.script_pubkey, self.redeem_script, self.witness_script
        if not self.kind and not any(known):
            raise TransactionError("expected the kind of the output", reason="missing")
        outer = _OF_OUTPUT.get(kind_of(self._base), ()) if self.script_pubkey else tuple(_OF_KEY)
        for name in filter(_OF_KEY.__contains__, (self.kind,) if self.kind else outer):
            made = _OF_KEY[name](key.data)
            if self.dialect is not None and name == "p2pkh":
                made = (p2pkh(self.dialect.key_hash(key.data)).script_pubkey, b"", b"")
            if all(have in (b"", want) for have, want in zip((self._base, *known[1:]), made, strict=True)):
                made = (self.script_pubkey or made[0], *made[1:])
                self._set(**dict(zip(("script_pubkey", "redeem_script", "witness_script"), made, strict=True)))
                return
        if not self.script_pubkey:
            self._wrap()
        elif kind_of(self.script_pubkey) == "p2tr":
            raise TransactionError("the taproot output is not guarded by this key alone", reason="mismatch")

    def _wrap(self) -> None:
        """The output script of a witness script, a redeem script, or the one in the other."""
        if self.witness_script:
            inner = _hashed("p2wsh", self.witness_script)
            if self.redeem_script or self.kind == "p2sh-p2wsh":
                self._set(redeem_script=self.redeem_script or inner)
            else:
                self._set(script_pubkey=inner)
        if self.redeem_script:
            outer = "p2sh32" if self.kind == "p2sh32" else "p2sh"
            self._set(script_pubkey=_hashed(outer, self.redeem_script, self.dialect))
        if not self.script_pubkey:
            raise TransactionError("expected a key and a kind, or a script", reason="missing")

    def _peel(self) -> str:
        """From the output script inwards to the one that runs last; the kind of the whole."""
        if (
            self.script_pubkey[:1] == _RETURN or len(self.script_pubkey) > MAX_SCRIPT
        ):  # src/script/script.h, IsUnspendable
            raise TransactionError("nobody can spend such an output", reason="unknown")
        outer = "p2sh32" if self.kind == "p2sh32" else classify(self._base).kind
        kind, inner, redeem, last = outer, self.script_pubkey, self.redeem_script, self.witness_script
        if outer in ("p2sh", "p2sh32") and redeem:
            _check_hash(outer, redeem, self._base, self.dialect)
            nested = classify(redeem).kind
            inner, redeem = redeem, b""
            kind = f"p2sh-{nested}" if nested in ("p2wpkh", "p2wsh") and outer == "p2sh" else outer
        if kind.endswith("p2wsh") and last:
            _check_hash("p2wsh", last, inner)
            inner, last = last, b""
        if redeem or last:
            raise TransactionError(f"the output is {kind}, which has no such script", reason="mismatch")
        if kind.endswith("p2wpkh"):
            inner = p2pkh(inner[2:]).script_pubkey  # BIP-143: the script code of P2WPKH
        hidden = (kind in ("p2sh", "p2sh32") and not self.redeem_script) or (
            kind.endswith("p2wsh") and not self.witness_script
        )
        if not hidden and kind != "p2tr":
            self._set(script_code=inner)
        return kind

    def _find_keys(self) -> None:
        """The keys of the script that runs last; those of hashes must be given."""
        if self.kind == "p2tr":
            key = self.key and self.key.even_y()  # `_set_scripts` has compared the output that it makes
            self._set(keys=(key,) if key else (), key=key)
            return
        if self.kind == P2A:
            self._set(script_code=b"", required=0)
            if self.key is not None:
                raise TransactionError("no key guards an output of P2A", reason="mismatch")
        if not self.script_code:
            if self.key is not None:
                raise TransactionError("the output has the hash of a script that is not this key's", reason="mismatch")
            return
        found = classify(self.script_code if self.dialect is None else self.dialect.base(self.script_code))
        if found.kind not in ("p2pk", "p2pkh", "multisig"):
            if self.foreign:
                return
            raise TransactionError(f"expected to spend a known kind, got {self.kind} of {found.kind}", reason="unknown")
        if not self.is_legacy and any(len(each) != 33 for each in found.keys):
            raise TransactionError("segwit scripts have compressed keys", reason="policy")  # BIP-143
        keys = self._own_key() if found.kind == "p2pkh" else tuple(filter(None, map(_point, found.keys)))
        if len(keys) < found.required:
            raise TransactionError("too few keys of the script are points that are signed for", reason="point")
        if self.key is not None and keys != (self.key,):
            raise TransactionError("the output is not guarded by this one key", reason="mismatch")
        single = keys[0] if keys and found.kind != "multisig" else None
        self._set(keys=keys, required=max(found.required, 1), key=single)

    def _own_key(self) -> tuple[PublicKey, ...]:
        """The key behind the hash of P2PKH or P2WPKH, in the form that was hashed."""
        if self.key is None:
            return ()
        key_hash = hash160 if self.dialect is None else self.dialect.key_hash
        code = self.script_code if self.dialect is None else self.dialect.base(self.script_code)
        for form in (self.key.data, uncompressed(self.key.data)):
            if p2pkh(key_hash(form)).script_pubkey == code and (len(form) == 33 or self.is_legacy):
                self._set(_form=form)
                return (self.key,)
        raise TransactionError("the output is not guarded by this key", reason="mismatch")


def change(
    key: PublicKey | None = None,
    *,
    kind: str = "",
    value: int,
    origin: KeyOrigin | None = None,
    redeem_script: bytes = b"",
    witness_script: bytes = b"",
    leaf_script: bytes = b"",
    control_block: bytes = b"",
    origins: Origins = (),
    dialect: Dialect | None = None,
) -> TxOut:
    """The output that returns ``value`` satoshi to a key of one's own (p2wpkh unless said otherwise), or to a script.

    It carries the key and where it comes from, so that whoever holds the tree of keys can derive the key again and see
    that it is theirs: nobody needs to believe a path. A leaf of taproot (``leaf_script``, ``control_block``) must be
    the only one of its tree. Raises `TransactionError`.
    """
    if type(origins) is not tuple:
        raise TransactionError("expected origins as a tuple of pairs of PublicKey and KeyOrigin", reason="type")
    named = ((key, origin),) if key is not None and origin is not None else ()
    if key is not None and kind == "p2tr" and named and type(key) is PublicKey:
        named = ((key.even_y(), named[0][1]),)
    chosen = kind or ("p2wpkh" if key is not None else "")
    lock = Lock(
        kind=chosen,
        key=key,
        redeem_script=redeem_script,
        witness_script=witness_script,
        leaf_script=leaf_script,
        control_block=control_block,
        origins=(*named, *origins),
        dialect=dialect,
    )
    if lock.leaf is not None and len(control_block) > ONE_LEAF:
        raise TransactionError("expected the only leaf of a tree: a PSBT names whole trees", reason="length")
    return TxOut(value=value, script_pubkey=lock.script_pubkey, lock=lock)


def _is_origin(pair: object) -> bool:
    return type(pair) is tuple and tuple(map(type, pair)) == (PublicKey, KeyOrigin)


def _hashed(kind: str, script: bytes, dialect: Dialect | None = None) -> bytes:
    try:
        if dialect is not None and kind == "p2sh":
            SCRIPT_KINDS["p2sh"](script)
            return p2sh(dialect.key_hash(script)).script_pubkey
        if kind == "p2sh32":
            SCRIPT_KINDS["p2sh"](script)  # no longer than one that can be pushed
            return p2sh32(sha256d(script)).script_pubkey
        return SCRIPT_KINDS[kind](script).script_pubkey
    except AddressError as error:
        raise TransactionError(str(error), reason=error.reason) from None


def _check_hash(kind: str, script: bytes, outer: bytes, dialect: Dialect | None = None) -> None:
    if _hashed(kind, script, dialect) != outer:
        raise TransactionError(f"the {kind} output has the hash of another script", reason="mismatch")


def _point(data: bytes) -> PublicKey | None:
    try:
        return PublicKey.parse(Curve.SECP256K1, data)
    except InvalidKey:
        return None
