"""The signatures of a Bitcoin transaction, checked against the outputs that it spends (BIP-143, BIP-341, BIP-16).

Scripts of one key and m of n keys, bare, in P2SH and in P2WSH; the key path of taproot. Any other script is refused:
to run it takes an interpreter. What Core's consensus allows and its nodes do not pass on is refused, too: a high s
(BIP-146), undefined hash types, uncompressed keys in witnesses, pushes that are not the shortest (src/policy/policy.h).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.opcodes import classify, parse_script, push
from walletcore.chains.bitcoin.script import destination_of, p2pkh
from walletcore.chains.bitcoin.sighash import HASH_TYPES, TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.curves.secp256k1 import ORDER, decode_der
from walletcore.errors import InvalidKey, InvalidSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import Curve, PublicKey, Scheme

__all__ = ["Spending", "spending_of"]

_NAMES = {number: name for name, number in HASH_TYPES.items()}
_ECDSA_TYPES = frozenset(HASH_TYPES.values()) - {HASH_TYPES["DEFAULT"]}
_UNCOMPRESSED = 65  # bytes
_MAX_PUSH = 520  # bytes: MAX_SCRIPT_ELEMENT_SIZE, which bounds the script of P2SH

Preimage = Callable[[int, bytes, int], bytes]
Stack = tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Who signed, each once: addresses (of p2pk and bare multisig: the keys); what is paid to miners, in satoshi.

    ``hash_types`` are the names of those that an input's signatures have, one row per input.
    """

    signers: tuple[str, ...]
    fee: int
    hash_types: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Signed:
    """The keys that signed one input, and the hash types that they signed with."""

    keys: tuple[PublicKey, ...]
    hash_types: tuple[int, ...]


def spending_of(chain: BitcoinChain, raw: bytes, previous: Sequence[bytes]) -> Spending:
    """What the signatures of a transaction say, all of which are good.

    ``previous`` are transactions in the form of the network. Raises `InvalidSignature` for a bad signature and
    `TransactionError` where an output is not among them, or the inputs are worth less than the outputs.
    """
    tx = Tx.decode(raw)
    known = {each.txid: each.outputs for each in map(Tx.decode, previous)}
    spent = [_spent(known, index, each) for index, each in enumerate(tx.inputs)]
    unsigned = replace(tx, witnesses=(), inputs=tuple(replace(each, script_sig=b"") for each in tx.inputs))
    commitments = Commitments(unsigned, spent)
    witnesses = tx.witnesses or ((),) * len(tx.inputs)
    found: dict[str, None] = {}
    hash_types: list[tuple[str, ...]] = []
    for index, output in enumerate(spent):
        try:
            signed = _checked(commitments, index, output.script_pubkey, tx.inputs[index].script_sig, witnesses[index])
        except (InvalidSignature, TransactionError, InvalidKey) as error:
            raise InvalidSignature(f"input {index}: {error}", reason=error.reason) from None
        found[_name(chain, output.script_pubkey, signed.keys)] = None
        hash_types.append(tuple(dict.fromkeys(_NAMES[each] for each in signed.hash_types)))
    return Spending(signers=tuple(found), fee=_fee(tx, spent), hash_types=tuple(hash_types))


def _fee(tx: Tx, spent: Sequence[TxOut]) -> int:
    given, paid = sum(each.value for each in spent), sum(each.value for each in tx.outputs)
    if paid > given:
        raise TransactionError(f"the outputs are worth {paid} satoshi, the inputs only {given}", reason="range")
    return given - paid


def _spent(known: dict[str, tuple[TxOut, ...]], index: int, each: TxIn) -> TxOut:
    outputs = known.get(each.txid, ())
    if each.vout >= len(outputs):
        raise TransactionError(f"input {index}: --previous has to give transaction {each.txid}", reason="missing")
    return outputs[each.vout]


def _pushes(script_sig: bytes) -> Stack:
    """What script_sig pushes, each in the shortest way; the numbers 1 to 16 are no signatures, keys or scripts."""
    found = tuple(each.data for each in parse_script(script_sig) if each.data is not None)
    if b"".join(map(push, found)) != script_sig:
        raise TransactionError(
            "expected only pushes in script_sig, the shortest that there are", reason="non-canonical"
        )
    return found


def _name(chain: BitcoinChain, script_pubkey: bytes, keys: Sequence[PublicKey]) -> str:
    destination = destination_of(script_pubkey)
    return ", ".join(key.data.hex() for key in keys) if destination is None else chain.address_of(destination).text


def _checked(commitments: Commitments, index: int, script: bytes, script_sig: bytes, witness: Stack) -> _Signed:
    """Who signed one input, whose output has this script. Raises `InvalidSignature`."""
    kind, stack = classify(script).kind, _pushes(script_sig)
    if kind == "p2sh":
        script, stack = _opened(stack, hash160, script[2:-1])
        if len(script) > _MAX_PUSH:
            raise TransactionError(f"expected a script of at most {_MAX_PUSH} bytes in P2SH", reason="too-large")
        kind = classify(script).kind
        kind = kind if kind in ("p2wpkh", "p2wsh") else "legacy"
    if kind in ("p2wpkh", "p2wsh", "p2tr"):
        return _witnessed(commitments, index, kind, script, stack, witness)
    if witness:
        raise TransactionError("expected no witness for an output of before segwit", reason="non-canonical")
    return _signed(commitments.legacy, index, script, stack)


def _witnessed(commitments: Commitments, index: int, kind: str, script: bytes, stack: Stack, witness: Stack) -> _Signed:
    """``stack`` is what script_sig has beside the script of P2SH: nothing, by BIP-141."""
    if stack:
        raise TransactionError("expected no script_sig", reason="non-canonical")
    if kind == "p2tr":
        return _taproot(commitments, index, script, witness)
    if kind == "p2wpkh":
        script = p2pkh(script[2:]).script_pubkey
    else:
        script, witness = _opened(witness, sha256, script[2:])
    if any(len(key) == _UNCOMPRESSED for key in (*classify(script).keys, *_key_of(script, witness))):
        raise TransactionError("nodes pass on no uncompressed keys in witnesses", reason="policy")
    return _signed(commitments.segwit_v0, index, script, witness)


def _key_of(script: bytes, stack: Stack) -> Stack:
    """The key that the script has only the hash of."""
    return stack[1:2] if classify(script).kind == "p2pkh" else ()


def _opened(stack: Stack, digest: Callable[[bytes], bytes], expected: bytes) -> tuple[bytes, Stack]:
    """The script at the end of a stack, which must have this hash, and what is below it."""
    if not stack or digest(stack[-1]) != expected:
        raise InvalidSignature("the script is not the one that the output commits to", reason="mismatch")
    return stack[-1], stack[:-1]


def _signed(preimage: Preimage, index: int, script: bytes, stack: Stack) -> _Signed:
    found = classify(script)
    if not all(each.is_minimal for each in parse_script(script)):
        raise TransactionError("nodes pass on no scripts whose pushes are not the shortest", reason="policy")
    if found.kind == "p2pkh" and len(stack) == 2:
        signature, key = stack
        if hash160(key) != script[3:-2]:
            raise InvalidSignature("the key is not the one that the output commits to", reason="mismatch")
        return _in_order(preimage, index, script, (signature,), (PublicKey.parse(Curve.SECP256K1, key),))
    keys = tuple(PublicKey.parse(Curve.SECP256K1, key) for key in found.keys)
    if found.kind == "p2pk" and len(stack) == 1:
        return _in_order(preimage, index, script, stack, keys)
    if found.kind == "multisig" and len(stack) == 1 + found.required and not stack[0]:
        return _in_order(preimage, index, script, stack[1:], keys)
    raise TransactionError(f"a {found.kind} script with {len(stack)} items is not checked here", reason="unknown")


def _in_order(preimage: Preimage, index: int, script: bytes, signatures: Stack, keys: Sequence[PublicKey]) -> _Signed:
    """Each signature is of one of the keys, in their order (CHECKMULTISIG)."""
    signed: list[PublicKey] = []
    rest = list(keys)
    for signature in signatures:
        compact = _compact(signature)
        message = sha256d(preimage(index, script, signature[-1]))
        while rest and not _is_of(rest[0], message, compact):
            rest.pop(0)
        if not rest:
            raise InvalidSignature("the signature is bad, or of another key", reason="mismatch")
        signed.append(rest.pop(0))
    return _Signed(tuple(signed), tuple(each[-1] for each in signatures))


def _compact(signature: bytes) -> bytes:
    """r || s of what a script takes as an ECDSA signature: strict DER (BIP-66), then a defined hash type."""
    if signature[-1:] == b"" or signature[-1] not in _ECDSA_TYPES:
        raise InvalidSignature("expected a signature that ends in a hash type which is defined", reason="range")
    compact = decode_der(signature[:-1])
    if int.from_bytes(compact[32:]) > ORDER // 2:
        raise InvalidSignature("a signature with a high s, which nodes do not pass on (BIP-146)", reason="policy")
    return compact


def _is_of(key: PublicKey, message: bytes, compact: bytes) -> bool:
    try:
        key.verify(Scheme.ECDSA, message, compact)
    except InvalidSignature:
        return False
    return True


def _taproot(commitments: Commitments, index: int, script: bytes, witness: Stack) -> _Signed:
    if len(witness) != 1 or len(witness[0]) not in (64, 65):
        raise TransactionError("only the key path of taproot is checked here, without annex", reason="unknown")
    signature, named = witness[0][:64], witness[0][64:]
    if named == b"\x00":
        raise InvalidSignature("a signature of 65 bytes names a hash type that is not the default", reason="range")
    hash_type = named[0] if named else HASH_TYPES["DEFAULT"]
    key = PublicKey(Curve.SECP256K1, b"\x02" + script[2:])
    key.verify(Scheme.BIP340, TAP_SIGHASH(commitments.taproot(index, hash_type)), signature)
    return _Signed((key,), (hash_type,))
