"""The fields of a PSBT into inputs and outputs of a `Transaction`; `walletcore.chains.bitcoin.psbt.writing` goes back.

BIP-174 (UTXOs, scripts, BIP-32 derivations), BIP-371 (internal key, merkle root).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.inputs import Input, check_script, previous_output
from walletcore.chains.bitcoin.locks import Lock, Origins
from walletcore.chains.bitcoin.opcodes import classify
from walletcore.chains.bitcoin.psbt.fields import NO_OUTPUT_FIELDS, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.finding import Find, by_script
from walletcore.chains.bitcoin.psbt.forms import OUTPUT, Leaf
from walletcore.chains.bitcoin.psbt.leaves import check_tree, merkle_root_of, only_leaf
from walletcore.chains.bitcoin.psbt.outputs import check_tokens, has_outputs
from walletcore.chains.bitcoin.psbt.plain import key_of, plain
from walletcore.chains.bitcoin.psbt.signatures import COMMITTED, left_open
from walletcore.chains.bitcoin.relatives.dialect import kind_on, names_of_types
from walletcore.chains.bitcoin.script import P2A, WITNESS_UNKNOWN, kind_of
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.taproot import NOBODY, TAPSCRIPT
from walletcore.chains.bitcoin.tapscript import Tapscript
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.chain import BitcoinChain
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = ["transaction_of", "ways"]

_COMPRESSED, _UNCOMPRESSED = 33, 0x04  # bytes of a key, and the first of 65
_NON_WITNESS_UTXO, _WITNESS_UTXO, _REDEEM_SCRIPT, _WITNESS_SCRIPT, _MERKLE_ROOT = b"\0", b"\1", b"\4", b"\5", b"\x18"
_PARTIAL_SIG, _TAP_TREE, _TAP_KEY_SIG = 0x02, b"\6", b"\x13"
_TAP_LEAF_SCRIPT = 0x15
_MAX_LEAVES = 128  # of one input that are looked at: each costs a point
_OF_TAPROOT = {PsbtInput: (0x13, 0x14, 0x15, 0x17), PsbtOutput: (0x05, 0x06)}  # no other outputs have them
_OF_SCRIPTS, _OF_KEYS = ("p2sh", "p2wsh"), ("p2pkh", "p2wpkh")  # kinds of outputs that have hashes
_LEGACY = ("", "p2pkh", "p2sh")  # kinds of outputs whose signatures may prove no amount
_NOTHING: Mapping[str, bytes] = MappingProxyType({})


def transaction_of(
    chain: BitcoinChain,
    tx: Tx,
    inputs: Sequence[PsbtInput],
    outputs: Sequence[PsbtOutput],
    *,
    find: Find,
    allowed: Collection[str] = HASH_TYPES,
    previous: Mapping[str, bytes] = _NOTHING,
    prove: bool = True,
) -> Transaction:
    """What the maps of a PSBT describe. ``find`` finds keys that they do not name; ``allowed`` are hash types.

    ``previous`` has transactions by their ids, for chains whose maps have no place for them. ``prove`` is that of
    `plain`.
    Raises `TransactionError` with the place: "mismatch" where fields contradict each other.
    """
    made: list[Input] = []
    paid: list[TxOut] = []
    known: set[bool] = set()
    dialect = chain.dialect
    may_be_plain = dialect is None and "ALL" in allowed
    try:
        for outpoint, fields in zip(tx.inputs, inputs, strict=True):
            each = plain(outpoint, fields, prove) if may_be_plain else None
            if each is None:
                each = _input(outpoint, fields, find, allowed, tx, chain, previous.get(outpoint.txid, b""))
                if each.required:
                    known.add(bool(each.keys) and not fields.is_final)
                if not COMMITTED.isdisjoint(fields._numbers):
                    object.__setattr__(each, "left_open", left_open(each, fields, dialect))
            else:
                known.add(True)
            made.append(each)
        for output, owner in zip(tx.outputs, outputs, strict=True):
            paid.append(_output(output, owner, dialect))
    except TransactionError as error:
        place = f"input {len(made)}" if len(made) < len(inputs) else f"output {len(paid)}"
        raise TransactionError(f"{place}: {error}", reason=error.reason, hint=error.hint) from None
    if dialect is not None:
        check_tokens(dialect, [*[each.spent for each in made], *tx.outputs])
    partial = len(known) > 1  # where no key is known, asking for signatures is a mistake
    return Transaction.of(chain, tx, tuple(made), tuple(paid), partial=partial)


@dataclass(frozen=True, slots=True)
class _Named:
    """What fields say of the keys of an output: one key, or the origins of keys that stand in its script."""

    key: PublicKey | None = None
    origin: KeyOrigin | None = None
    origins: Origins = ()


def _input(
    outpoint: TxIn,
    fields: PsbtInput,
    find: Find,
    allowed: Collection[str],
    tx: Tx,
    chain: BitcoinChain,
    beside: bytes,
) -> Input:
    """The input that a map describes; ``find`` serves where it names no key, ``beside`` is its previous transaction.

    Raises `TransactionError`: "mismatch" when fields contradict each other, "missing" when they name no output,
    "policy" for a hash type that would leave something open.
    """
    dialect = chain.dialect
    records = fields._records  # as many reads of properties as there are fields would take a third of the time
    previous, utxo = records.get(_NON_WITNESS_UTXO, b""), records.get(_WITNESS_UTXO)
    if has_outputs(dialect):
        previous, utxo = beside, previous or None
    spent = _proven(outpoint, previous, chain) if utxo is None else OUTPUT.read(utxo)
    if spent is None:
        _check_unknown(fields)
        unknown = Input.unknown(outpoint)
        return unknown if dialect is None else replace(unknown, dialect=dialect)
    check_script(spent)
    template = kind_of(spent.script_pubkey)
    if template == WITNESS_UNKNOWN or (template == P2A and P2A not in chain.kinds):
        return _foreign(outpoint, spent, previous, fields, allowed, chain)
    made = partial(
        Input,
        kind=kind_on(dialect, spent.script_pubkey),
        txid=outpoint.txid,
        vout=outpoint.vout,
        sequence=outpoint.sequence,
        value=spent.value,
        script_pubkey=spent.script_pubkey,
        previous=previous,
        dialect=dialect,
        form=chain.form,
        trust_value=not previous and template in _LEGACY,  # whether it is signed for, `Safety` says
    )
    try:
        return _described(made, spent.script_pubkey, fields, find, allowed, tx, dialect)
    except TransactionError as error:
        if error.reason != "unknown" or template:
            raise
    return _foreign(outpoint, spent, previous, fields, allowed, chain)


def _foreign(
    outpoint: TxIn,
    spent: TxOut,
    previous: bytes,
    fields: PsbtInput,
    allowed: Collection[str],
    chain: BitcoinChain,
) -> Input:
    """What others spend, in a way that is not known here; whatever fields say of keys is theirs to understand."""
    if previous and _proven(outpoint, previous, chain) != spent:
        raise TransactionError("the previous transaction has another value or script there", reason="mismatch")
    sighash = "" if fields.is_final else _sighash(fields.sighash_type, True, allowed, chain.dialect)
    return Input.foreign(outpoint, spent, previous, "ALL" if sighash in ("", "DEFAULT") else sighash, chain.dialect)


def _described(
    made: Callable[..., Input],
    script_pubkey: bytes,
    fields: PsbtInput,
    find: Find,
    allowed: Collection[str],
    tx: Tx,
    dialect: Dialect | None,
) -> Input:
    """The input of a kind that is known, whose output ``made`` has already."""
    if fields.is_final or kind_of(script_pubkey) == P2A:
        return made()
    known = _known(script_pubkey, fields, find, allowed, dialect)
    key = known["key"]
    if (key is None or key.data[1:] == NOBODY) and _is_taproot(script_pubkey):
        ready = next(_by_leaf(made(sighash=known["sighash"]), fields, tx), None)
        if ready is not None:
            return ready
    try:
        return made(**known)
    except TransactionError as error:
        if error.reason == "unknown" and _is_hash(script_pubkey):
            return made(sighash=known["sighash"])  # its script is for others to understand; the hash in the output fits
        if error.reason == "mismatch" and _hides_tree(script_pubkey, known["key"], known["merkle_root"]):
            return made(sighash=known["sighash"])
        raise


def _proven(outpoint: TxIn, previous: bytes, chain: BitcoinChain) -> TxOut | None:
    """The output in a previous transaction, where there is one."""
    if not previous:
        return None
    if chain.dialect is not None:
        return chain.dialect.previous_output(previous, outpoint.txid, outpoint.vout)
    return previous_output(previous, outpoint.txid, outpoint.vout, chain.form)


def ways(each: Input, fields: PsbtInput, tx: Tx) -> tuple[Input, ...]:
    """The ways in which an input can be signed: as it stands, and by each other leaf that is understood and ready.

    A signature by the key path is one as well where nobody names the internal key.
    """
    if each.kind != "p2tr" or _TAP_LEAF_SCRIPT not in fields._numbers:
        return (each,)
    if each.spent is None or fields.is_final:
        return (each,)
    bare = each if each.leaf is None else replace(each, **_NO_LEAF)
    others = [one for one in _by_leaf(bare, fields, tx) if one.leaf_script != each.leaf_script]
    return (each, *others, bare) if each.leaf is not None and _TAP_KEY_SIG in fields._records else (each, *others)


_NO_LEAF: dict[str, Any] = {"key": None, "leaf_script": b"", "control_block": b"", "origins": (), "merkle_root": b""}


def _by_leaf(plain: Input, fields: PsbtInput, tx: Tx) -> Iterator[Input]:
    """The same input, spent by each leaf that is understood and ready, in their order."""
    named = _origins_by_leaf(fields)
    for script, control in _shortest(fields.tap_leaf_script[:_MAX_LEAVES]).items():
        try:
            leaf = Tapscript(script)
            leaf.check_locks(tx.version, tx.locktime, plain.sequence)
        except TransactionError:
            continue  # for others to understand, or for later
        origins = named.get(leaf.hash, {})
        own = tuple([(key, origins[key.data[1:]]) for key in leaf.keys if key.data[1:] in origins])
        options = _NO_LEAF | {"origin": None, "leaf_script": script, "control_block": control}
        yield replace(plain, **(options | {"origins": own}))


def _shortest(leaves: Sequence[tuple[bytes, Leaf]]) -> dict[bytes, bytes]:
    """The scripts that may be understood, each with its control block: a leaf may stand in a tree more than once."""
    found: dict[bytes, bytes] = {}
    for control, leaf in leaves:
        if leaf.version == TAPSCRIPT:
            found[leaf.script] = min(found.get(leaf.script, control), control, key=len)
    return found


def _origins_by_leaf(fields: PsbtInput) -> dict[bytes, dict[bytes, KeyOrigin]]:
    """For each hash of a leaf the keys that are said to stand in it; read once, as there may be thousands of both."""
    found: dict[bytes, dict[bytes, KeyOrigin]] = {}
    for x, each in fields.tap_bip32_derivation:
        for leaf in each.leaf_hashes:
            found.setdefault(leaf, {})[x] = each.origin
    return found


_OF_SPENT = (0x02, 0x03, 0x04, 0x05, 0x06, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18)
"""Fields that say something of the output that is spent, which so must be known."""


def _check_unknown(fields: PsbtInput) -> None:
    if not fields.is_final and any(key[0] in _OF_SPENT for key, _ in fields.records):
        raise TransactionError("expected the output that is spent", reason="missing")


def _known(
    script_pubkey: bytes, fields: PsbtInput, find: Find, allowed: Collection[str], dialect: Dialect | None
) -> dict[str, Any]:
    """What is known of an input beside the output that it spends."""
    records = fields._records
    merkle_root, is_taproot = records.get(_MERKLE_ROOT, b""), _is_taproot(script_pubkey)
    if is_taproot and (leaves := fields.tap_leaf_script):
        root = merkle_root_of(script_pubkey, fields.tap_internal_key or b"", leaves)
        if merkle_root not in (b"", root):
            raise TransactionError("the leaves do not lead to the merkle root", reason="mismatch")
        merkle_root = root
    redeem_script, witness_script = records.get(_REDEEM_SCRIPT, b""), records.get(_WITNESS_SCRIPT, b"")
    if has_outputs(dialect):  # nodes without witnesses keep that field and do not know it
        witness_script = b""
    named = _named(script_pubkey, fields, witness_script or redeem_script, merkle_root)
    return {
        "key": named.key or (None if named.origins else find(script_pubkey)),
        "merkle_root": merkle_root,
        "redeem_script": redeem_script,
        "witness_script": witness_script,
        "sighash": _sighash(fields.sighash_type, is_taproot, allowed, dialect),
        "origin": named.origin,
        "origins": named.origins,
    }


def _sighash(number: int | None, is_taproot: bool, allowed: Collection[str], dialect: Dialect | None) -> str:
    if number is None:
        return ""
    name = names_of_types(dialect).get(number, "")
    if name not in allowed or (name == "DEFAULT" and not is_taproot):
        can_be_named = name not in ("", "DEFAULT")
        hint = f"decode_transaction(raw, sighash=[{name!r}]) allows it" if can_be_named else ""
        got = name or f"hash type {number:#04x}, which has no name"
        raise TransactionError(f"expected signatures over everything, got {got}", reason="policy", hint=hint)
    return name


def _output(output: TxOut, fields: PsbtOutput, dialect: Dialect | None) -> TxOut:
    """An output with the key or script that a PSBT names; it must be what the output's script was made from."""
    if fields is NO_OUTPUT_FIELDS or fields == NO_OUTPUT_FIELDS:
        return output
    redeem_script = fields.redeem_script or b""
    witness_script = b"" if has_outputs(dialect) else fields.witness_script or b""
    named = _named(output.script_pubkey, fields, witness_script or redeem_script)
    tree = fields._records.get(_TAP_TREE)
    if tree is not None and not (redeem_script or witness_script):
        if named.key is None:
            return output
        check_tree(output.script_pubkey, named.key.data, tree)
        lock = only_leaf(output.script_pubkey, named.key, fields, dialect)
        return replace(output, lock=lock) if lock is not None else output  # whose a tree is, its scripts say
    origins = named.origins
    if named.key is not None and named.origin is not None:
        origins = ((named.key, named.origin),)
    if named.key is None and not (origins or redeem_script or witness_script):
        return output
    made = partial(
        Lock,
        kind=kind_on(dialect, output.script_pubkey),
        script_pubkey=output.script_pubkey,
        redeem_script=redeem_script,
        witness_script=witness_script,
        dialect=dialect,
    )
    try:
        lock = made(key=named.key, origins=origins)
    except TransactionError as error:
        if error.reason == "unknown":
            if redeem_script or witness_script:
                made(foreign=True)  # what is not understood here must be the script of the output all the same
        elif error.reason != "mismatch" or not _hides_tree(output.script_pubkey, named.key):
            raise
        return output
    return TxOut(value=output.value, script_pubkey=output.script_pubkey, lock=lock)


def _hides_tree(script_pubkey: bytes, key: PublicKey | None, merkle_root: bytes = b"") -> bool:
    """Whether an internal key without root and leaves may lead to the output all the same, by a tree that is not shown.

    Nobody can tell, so nothing follows from it: such an input is asked of nobody here, and its signature is by the key
    of the output (BIP-371); such an output is nobody's.
    """
    return key is not None and not merkle_root and _is_taproot(script_pubkey)


def _is_hash(script_pubkey: bytes) -> bool:
    """Whether the output has the hash of a script, which it does not show."""
    return kind_of(script_pubkey) in _OF_SCRIPTS


def _is_taproot(script_pubkey: bytes) -> bool:
    return kind_of(script_pubkey) == "p2tr"


def _named(script_pubkey: bytes, fields: PsbtInput | PsbtOutput, inner: bytes, merkle_root: bytes = b"") -> _Named:
    """The keys that the fields name and their origins, if those are known. ``inner``: the script behind a hash.

    Origins help to find keys (BIP-174), so keys that are no keys of the output are passed over beside one that is, as
    Bitcoin Core does (src/psbt.cpp, FillSignatureData). A map that names others only contradicts its output.
    """
    named = _keys_of_taproot(fields) if _is_taproot(script_pubkey) else _keys_of_others(fields, merkle_root)
    script = inner or script_pubkey
    kind = kind_of(script)
    if not kind:  # P2PK or multisig: `Lock` takes no others
        found = [(_as_named(data), origin) for data, origin in named.items() if origin is not None]
        if len({key for key, _ in found}) != len(found):
            raise TransactionError("the same key in two forms", reason="duplicate")
        return _Named(origins=_in_script(found, script))
    if kind in _OF_SCRIPTS:  # which is not shown: others' to understand, unless a key alone is behind the hash
        own = by_script([_as_named(data) for data in named])(script_pubkey)
        named = {data: origin for data, origin in named.items() if _as_named(data) == own}
    elif kind in _OF_KEYS:
        named = _hashed_in(named, script)
    elif kind != "p2tr":  # no key alone guards it
        return _Named()
    for data, origin in named.items():
        return _Named(key_of(data), origin)
    return _Named()


def _hashed_in(named: dict[bytes, KeyOrigin | None], script: bytes) -> dict[bytes, KeyOrigin | None]:
    """The one whose hash a script has; of one alone `Lock` says it, which may be hashed in another form."""
    if len(named) < 2:
        return named
    found = {data: origin for data, origin in named.items() if hash160.digest(data) in script}
    if not found:
        raise TransactionError("no key that is named guards the output", reason="mismatch")
    return found


def _in_script(named: Sequence[tuple[PublicKey, KeyOrigin]], script: bytes) -> Origins:
    """Those that stand in a script of keys; `Lock` looks again."""
    if all(key.data in script for key, _ in named):  # nearly always
        return tuple(named)
    keys = {_compressed(data) for data in classify(script).keys}
    found = tuple([(key, origin) for key, origin in named if key.data in keys])
    if keys and not found:
        raise TransactionError("no key that is named stands in the script", reason="mismatch")
    return found


def _compressed(data: bytes) -> bytes:
    return bytes((2 + data[-1] % 2,)) + data[1:_COMPRESSED] if data[0] == _UNCOMPRESSED else data


def _keys_of_taproot(fields: PsbtInput | PsbtOutput) -> dict[bytes, KeyOrigin | None]:
    """The internal key; keys of leaves are no keys of the output, nor are those for other kinds of outputs."""
    internal, derivations = fields.tap_internal_key, fields.tap_bip32_derivation
    if isinstance(fields, PsbtInput) and fields.partial_sig:
        raise TransactionError("fields of taproot and of other outputs together", reason="mismatch")
    if internal:
        origins = {x: each.origin for x, each in derivations}
        return {b"\x02" + internal: origins.get(internal)}
    if fields.musig2_participant_pubkeys:  # BIP-373: the keys behind the internal key, or the output's
        return {}
    named: dict[bytes, KeyOrigin | None] = {b"\x02" + x: each.origin for x, each in derivations if not each.leaf_hashes}
    return named if len(named) == 1 else {}


def _keys_of_others(fields: PsbtInput | PsbtOutput, merkle_root: bytes) -> dict[bytes, KeyOrigin | None]:
    """Keys that have signed, and keys whose origin is known."""
    named: dict[bytes, KeyOrigin | None] = {}
    present = {key[0] for key in fields._records}
    if isinstance(fields, PsbtInput) and _PARTIAL_SIG in present:
        named.update(dict.fromkeys([key for key, _ in fields.partial_sig]))
    if merkle_root or not present.isdisjoint(_OF_TAPROOT[type(fields)]):
        raise TransactionError("fields of taproot and of other outputs together", reason="mismatch")
    named.update(fields.bip32_derivation)
    return named


def _as_named(data: bytes) -> PublicKey:
    """A key that `Lock` compares with those of its script before anything is done with it."""
    return PublicKey.trusted(Curve.SECP256K1, data) if len(data) == _COMPRESSED else key_of(data)
