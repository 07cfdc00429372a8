"""The signatures of a Bitcoin transaction, checked against the outputs that it spends (BIP-143, BIP-341, BIP-16).

Scripts of one key and m of n keys, bare, in P2SH and in P2WSH; the key path of taproot. Any other script is refused:
to run it takes an interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.opcodes import classify, parse_script
from walletcore.chains.bitcoin.script import destination_of, p2pkh
from walletcore.chains.bitcoin.sighash import TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import InvalidKey, InvalidSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import Curve, PublicKey, Scheme

__all__ = ["signers_of"]

Preimage = Callable[[int, bytes, int], bytes]
Stack = tuple[bytes, ...]


def signers_of(chain: BitcoinChain, raw: bytes, previous: Sequence[bytes]) -> tuple[str, ...]:
    """The addresses (of p2pk and bare multisig: the keys) whose signatures are good, each once.

    ``previous`` are transactions in the form of the network. Raises `InvalidSignature` for a bad signature and
    `TransactionError` where an output is not among them, or its script is not understood.
    """
    tx = Tx.decode(raw)
    known = {each.txid: each.outputs for each in map(Tx.decode, previous)}
    spent = [_spent(known, index, each) for index, each in enumerate(tx.inputs)]
    unsigned = replace(tx, witnesses=(), inputs=tuple(replace(each, script_sig=b"") for each in tx.inputs))
    commitments = Commitments(unsigned, spent)
    witnesses = tx.witnesses or ((),) * len(tx.inputs)
    found: dict[str, None] = {}
    for index, output in enumerate(spent):
        try:
            keys = _checked(commitments, index, output.script_pubkey, _pushes(tx.inputs[index]), witnesses[index])
        except (InvalidSignature, TransactionError, InvalidKey) as error:
            raise InvalidSignature(f"input {index}: {error}", reason=error.reason) from None
        found.update(dict.fromkeys([_name(chain, output.script_pubkey, keys)]))
    return tuple(found)


def _spent(known: dict[str, tuple[TxOut, ...]], index: int, each: TxIn) -> TxOut:
    outputs = known.get(each.txid, ())
    if each.vout >= len(outputs):
        raise TransactionError(f"input {index}: --previous has to give transaction {each.txid}", reason="missing")
    return outputs[each.vout]


def _pushes(each: TxIn) -> Stack:
    data = [instruction.data for instruction in parse_script(each.script_sig)]
    if None in data:
        raise TransactionError("expected only pushes in script_sig", reason="non-canonical")
    return tuple(item for item in data if item is not None)


def _name(chain: BitcoinChain, script_pubkey: bytes, keys: Sequence[PublicKey]) -> str:
    destination = destination_of(script_pubkey)
    return ", ".join(key.data.hex() for key in keys) if destination is None else chain.address_of(destination).text


def _checked(commitments: Commitments, index: int, script: bytes, stack: Stack, witness: Stack) -> list[PublicKey]:
    """The keys that signed one input, whose output has this script. Raises `InvalidSignature`."""
    kind = classify(script).kind
    if kind == "p2sh":
        script, stack = _opened(stack, hash160, script[2:-1])
        kind = classify(script).kind
        if kind not in ("p2wpkh", "p2wsh"):
            return _signed(commitments.legacy, index, script, stack)
    elif kind in ("p2wpkh", "p2wsh", "p2tr") and stack:
        raise TransactionError("expected no script_sig", reason="non-canonical")
    if kind == "p2tr":
        return [_taproot(commitments, index, script, witness)]
    if kind == "p2wpkh":
        return _signed(commitments.segwit_v0, index, p2pkh(script[2:]).script_pubkey, witness)
    if kind == "p2wsh":
        return _signed(commitments.segwit_v0, index, *_opened(witness, sha256, script[2:]))
    return _signed(commitments.legacy, index, script, stack)


def _opened(stack: Stack, digest: Callable[[bytes], bytes], expected: bytes) -> tuple[bytes, Stack]:
    """The script at the end of a stack, which must have this hash, and what is below it."""
    if not stack or digest(stack[-1]) != expected:
        raise InvalidSignature("the script is not the one that the output commits to", reason="mismatch")
    return stack[-1], stack[:-1]


def _signed(preimage: Preimage, index: int, script: bytes, stack: Stack) -> list[PublicKey]:
    found = classify(script)
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


def _in_order(
    preimage: Preimage, index: int, script: bytes, signatures: Stack, keys: Sequence[PublicKey]
) -> list[PublicKey]:
    """Each signature is of one of the keys, in their order (CHECKMULTISIG)."""
    signed: list[PublicKey] = []
    rest = list(keys)
    for signature in signatures:
        message = sha256d(preimage(index, script, signature[-1] if signature else 0))
        while rest and not _is_of(rest[0], message, signature):
            rest.pop(0)
        if not rest:
            raise InvalidSignature("the signature is bad, or of another key", reason="mismatch")
        signed.append(rest.pop(0))
    return signed


def _is_of(key: PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.accept(Scheme.ECDSA, message, signature[:-1])
    except InvalidSignature:
        return False
    return True


def _taproot(commitments: Commitments, index: int, script: bytes, witness: Stack) -> PublicKey:
    if len(witness) != 1 or len(witness[0]) not in (64, 65):
        raise TransactionError("only the key path of taproot is checked here, without annex", reason="unknown")
    signature, hash_type = witness[0][:64], witness[0][64:]
    if hash_type == b"\x00":
        raise InvalidSignature("a signature of 65 bytes names a hash type that is not the default", reason="range")
    key = PublicKey(Curve.SECP256K1, b"\x02" + script[2:])
    key.verify(Scheme.BIP340, TAP_SIGHASH(commitments.taproot(index, hash_type[0] if hash_type else 0)), signature)
    return key
