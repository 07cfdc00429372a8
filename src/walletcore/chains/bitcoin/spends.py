"""Spends, verified: whether an input is signed as Bitcoin Core's standard rules want it.

src/script/interpreter.cpp (VerifyScript, VerifyWitnessProgram), src/policy/policy.h (STANDARD_SCRIPT_VERIFY_FLAGS).
There is no interpreter here: scripts of known templates are understood, and every other one is refused as unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.opcodes import MAX_SCRIPT, Script, classify, parse_script
from walletcore.chains.bitcoin.relatives.dialect import kind_on, names_of_types
from walletcore.chains.bitcoin.script import P2A, kind_of, p2pkh
from walletcore.chains.bitcoin.sighash import HASH_TYPES, SIGHASH_DEFAULT, TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.taproot import TAPSCRIPT, ControlBlock, TapLeaf
from walletcore.chains.bitcoin.tapscript import Tapscript
from walletcore.chains.bitcoin.timelocks import opened
from walletcore.chains.bitcoin.tx import Tx, TxOut, Witness
from walletcore.curves.secp256k1 import ORDER, decode_der
from walletcore.errors import InvalidKey, InvalidSignature, TransactionError
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import Curve, PublicKey, Scheme

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = ["Spends", "verify_spends"]

_COMPRESSED, _UNCOMPRESSED = 33, 65  # bytes of a key
_SCHNORR = 65  # bytes of a signature of Bitcoin Cash's scheme with its hash type
_MAX_PUSH = 520  # bytes: MAX_SCRIPT_ELEMENT_SIZE (src/script/script.h)
_MAX_LEGACY = 36_000_000  # bytes of all legacy messages together: 35 MB are signed here, not counting their scripts
_HALF_ORDER = ORDER // 2
_ANNEX = b"\x50"


class Spends:
    """The inputs of one transaction, each to be verified; what they share is computed once.

    ``spent`` are the outputs that the inputs spend, in their order; None is one that is not known. ``dialect`` is that
    of a relative which has PSBTs. Raises `TransactionError` for another number of outputs, or another relative.
    """

    __slots__ = ("_commitments", "_dialect", "_has_schnorr", "_left", "_names", "_spent", "_tx")

    def __init__(self, tx: Tx, spent: Sequence[TxOut | None], *, dialect: Dialect | None = None) -> None:
        outputs = spent if isinstance(spent, Sequence) else ("",)
        if not isinstance(tx, Tx) or not all(each is None or isinstance(each, TxOut) for each in outputs):
            raise TransactionError("expected a Tx, and a sequence of what its inputs spend, as TxOut", reason="type")
        self._tx, self._spent, self._left, self._dialect = tx, tuple(spent), _MAX_LEGACY, dialect
        self._names, self._has_schnorr = names_of_types(dialect), dialect is not None and dialect.has_schnorr
        self._commitments = Commitments(tx, self._spent) if dialect is None else _of(dialect, tx, self._spent)

    @property
    def gave_up(self) -> bool:
        """Whether legacy inputs had more to hash than is hashed here: one refused as "too-large" may be valid."""
        return self._left < 0

    def verify(self, index: int, *, sighash: Collection[str] = tuple(HASH_TYPES)) -> None:
        """Return if the input spends its output; otherwise raise `InvalidSignature`. See `signers`."""
        self.signers(index, sighash=sighash)

    def signers(self, index: int, *, sighash: Collection[str] = tuple(HASH_TYPES)) -> tuple[tuple[PublicKey, str], ...]:
        """The keys that signed an input, in the order of its script, each with the name of its hash type; all verified.

        Understood are p2pk, p2pkh, multisig, p2wpkh and p2tr, by themselves or in P2SH (P2SH32 on Bitcoin Cash) and
        P2WSH, and p2a, which nobody signs. What may be valid and is not understood is refused as "unknown", a hash type
        that ``sighash`` does not name as "policy".
        Raises `InvalidSignature`.
        """
        with _at(index):
            return _Spend(self, index, sighash).signers()

    def signed_by(
        self,
        index: int,
        key: bytes,
        signature: bytes,
        *,
        script: bytes = b"",
        is_segwit: bool = False,
        leaf: bytes = b"",
    ) -> str:
        """The name of the hash type of a signature by one key, verified before the input has all that it hands over.

        ``script`` is what runs last, for keys of 33 or 65 bytes; without it the key has 32 bytes and signs for
        taproot, the ``leaf`` of this hash if there is one. Raises `InvalidSignature`, "missing" where an output that
        the signature commits to is not known.
        """
        if not all(type(each) is bytes for each in (key, signature, script, leaf)):
            raise InvalidSignature("expected key, signature, script and leaf as bytes", reason="type")
        with _at(index):
            spend = _Spend(self, index, tuple(self._names.values()))
            if script:
                spend._check_ecdsa([signature], [key], script, is_segwit=is_segwit)
            else:
                spend._check_schnorr(PublicKey.trusted(Curve.SECP256K1, b"\x02" + key), signature, leaf)
            return spend.found[0][1]

    def _count(self, size: int) -> None:
        """A hostile transaction of 4 MB would have 25,000 inputs, each of which hashes all of it."""
        self._left -= size
        if self._left < 0:
            raise InvalidSignature(f"expected at most {_MAX_LEGACY} bytes of legacy messages", reason="too-large")


def _of(dialect: Dialect, tx: Tx, spent: Sequence[TxOut | None]) -> Commitments:
    if not dialect.has_psbts:
        raise TransactionError("signatures of that chain are not verified here", reason="network")
    if not all(spent):
        raise TransactionError("an output that is spent is not known", reason="missing")
    return dialect.commitments(tx, [each for each in spent if each], None)


@contextmanager
def _at(index: int) -> Iterator[None]:
    """Whatever is wrong is a signature that is not valid, at this input."""
    try:
        yield
    except (InvalidKey, TransactionError) as error:
        raise InvalidSignature(f"input {index}: {error}", reason=error.reason) from None
    except InvalidSignature as error:
        raise InvalidSignature(f"input {index}: {error}", reason=error.reason, hint=error.hint) from None


def verify_spends(tx: Tx, spent: Sequence[TxOut], *, sighash: Collection[str] = tuple(HASH_TYPES)) -> None:
    """Return if every input of a transaction spends its output; see `Spends.verify`. Raises `InvalidSignature`."""
    spends = Spends(tx, spent)
    for index in range(len(tx.inputs)):
        spends.verify(index, sighash=sighash)


class _Spend:
    """One input: the stack that it hands over, and what its signatures are checked against."""

    __slots__ = ("allowed", "digests", "found", "index", "script_sig", "spends", "witness")

    def __init__(self, spends: Spends, index: int, allowed: Collection[str]) -> None:
        tx = spends._tx
        if type(index) is not int or not 0 <= index < len(tx.inputs):
            raise TransactionError(f"expected an input from 0 to {len(tx.inputs) - 1}", reason="range")
        if isinstance(allowed, str) or not isinstance(allowed, Collection):  # a text has more names in it than it says
            raise TransactionError("expected a collection of names of hash types", reason="type")
        self.spends, self.index, self.allowed = spends, index, allowed
        self.script_sig = tx.inputs[index].script_sig
        self.witness: Witness = tx.witnesses[index] if tx.witnesses else ()
        self.digests: dict[int, bytes] = {}
        self.found: list[tuple[PublicKey, str]] = []

    def signers(self) -> tuple[tuple[PublicKey, str], ...]:
        self._verify()
        return tuple(self.found[::-1])

    def _verify(self) -> None:
        """The output script decides which of the two stacks is read, and by which rules."""
        spent = self.spends._spent[self.index]
        if spent is None:
            raise TransactionError("the output that is spent is not known", reason="missing")
        script_pubkey = spent.script_pubkey
        kind = kind_on(self.spends._dialect, script_pubkey) or kind_of(script_pubkey)
        if kind in ("", "p2pkh", "p2sh", "p2sh32"):
            self._verify_legacy(kind, script_pubkey)
            return
        if self.script_sig:
            raise InvalidSignature("a witness program leaves the script_sig empty", reason="non-canonical")
        self._verify_program(kind, script_pubkey)

    def _verify_legacy(self, kind: str, script_pubkey: bytes) -> None:
        stack, script = _pushes(self.script_sig), script_pubkey
        if kind == "p2sh":
            script = stack.pop() if stack else b""
            if hash160(script) != script_pubkey[2:22]:
                raise InvalidSignature("the output has the hash of another script", reason="mismatch")
            nested = kind_of(script)
            if nested not in ("", "p2pkh", "p2sh"):
                if stack:
                    raise InvalidSignature("the script_sig of a nested program is that program", reason="trailing")
                self._verify_program(nested, script, is_nested=True)
                return
        elif kind == "p2sh32":
            script = stack.pop() if stack else b""
            if sha256d(script) != script_pubkey[2:34]:
                raise InvalidSignature("the output has the hash of another script", reason="mismatch")
        if self.witness:
            raise InvalidSignature("this kind of output has no witness", reason="trailing")
        self._satisfy(script, stack, is_segwit=False)

    def _verify_program(self, kind: str, program: bytes, *, is_nested: bool = False) -> None:
        """BIP-141, "Witness program"; BIP-341: in P2SH, taproot has no meaning."""
        stack = list(self.witness)
        if kind == "p2wpkh":
            self._satisfy(p2pkh(program[2:]).script_pubkey, stack, is_segwit=True)
        elif kind == "p2wsh":
            script = stack.pop() if stack else b""
            if sha256(script) != program[2:]:
                raise InvalidSignature("the output has the hash of another script", reason="mismatch")
            self._satisfy(script, stack, is_segwit=True)
        elif kind == "p2tr" and not is_nested:
            self._verify_taproot(program[2:], stack)
        elif kind == P2A and not is_nested:
            if stack:  # valid, and not relayed: src/policy/policy.cpp, IsWitnessStandard
                raise InvalidSignature("what spends an output of P2A hands nothing over", reason="trailing")
        else:
            raise InvalidSignature("a witness program that has no meaning yet", reason="unknown")

    def _satisfy(self, script: bytes, stack: list[bytes], *, is_segwit: bool) -> None:
        """The stack must be what a template takes, and nothing beside it (CLEANSTACK)."""
        if len(script) > MAX_SCRIPT:
            raise InvalidSignature(f"expected a script of at most {MAX_SCRIPT} bytes", reason="too-large")
        inner = script
        if classify(script).kind == "nonstandard":
            inner, stack, wait = opened(script, stack)
            if wait is not None:
                wait.check(self.spends._tx, self.index)
        found = classify(inner)
        if found.kind == "p2pkh":
            signature, key = _taken(stack, 2)
            if hash160(key) != inner[3:23]:
                raise InvalidSignature("the output has the hash of another key", reason="mismatch")
            self._check_ecdsa([signature], [key], script, is_segwit=is_segwit)
        elif found.kind in ("p2pk", "multisig"):
            if not all(each.is_minimal for each in parse_script(inner)):
                raise InvalidSignature("expected pushes in the script as short as can be", reason="non-canonical")
            self._check_ecdsa(_signatures(found, stack), found.keys, script, is_segwit=is_segwit)
        else:
            raise InvalidSignature("a script that is not understood here, so it cannot be verified", reason="unknown")

    def _check_ecdsa(
        self, signatures: Sequence[bytes], keys: Sequence[bytes], script: bytes, *, is_segwit: bool
    ) -> None:
        """Each signature by one of the keys, in their order. Core tries the last ones first; so does this."""
        waiting = list(keys)
        for signature in reversed(signatures):
            compact, hash_type, scheme = self._decoded(signature, len(keys))
            digest = self._digest(script, hash_type, is_segwit=is_segwit)
            while waiting:
                key = _key(waiting.pop(), is_segwit=is_segwit)
                if key is not None and _is_signed(key, scheme, digest, compact):
                    self.found.append((key, self.spends._names[hash_type]))
                    break
            else:
                raise InvalidSignature("a signature is not by the keys of the output", reason="mismatch")

    def _decoded(self, signature: bytes, keys: int) -> tuple[bytes, int, Scheme]:
        """r || s and the hash type (DERSIG, LOW_S, STRICTENC); of 65 bytes those of Bitcoin Cash's scheme, by one key.

        Multisig wants these in another form ("2019-11-15 Schnorr OP_CHECKMULTISIG"), which is not understood here.
        """
        if not signature:
            raise InvalidSignature("a signature is empty", reason="missing")
        if len(signature) == _SCHNORR and self.spends._has_schnorr and keys == 1:
            self._check_hash_type(signature[-1])
            return signature[:-1], signature[-1], Scheme.SCHNORR_BCH
        compact, hash_type = decode_der(signature[:-1]), signature[-1]
        if int.from_bytes(compact[32:]) > _HALF_ORDER:
            raise InvalidSignature("expected a signature with low s", reason="non-canonical")
        if hash_type == SIGHASH_DEFAULT:
            raise InvalidSignature("only taproot has the hash type DEFAULT", reason="range")
        self._check_hash_type(hash_type)
        return compact, hash_type, Scheme.ECDSA

    def _check_hash_type(self, hash_type: int) -> None:
        name = self.spends._names.get(hash_type, "")
        if not name:
            raise InvalidSignature(f"expected a hash type that has a name, got {hash_type}", reason="range")
        if name not in self.allowed:
            raise InvalidSignature(f"expected a signature {' or '.join(self.allowed)}, got {name}", reason="policy")

    def _digest(self, script: bytes, hash_type: int, *, is_segwit: bool) -> bytes:
        if hash_type not in self.digests:
            commitments = self.spends._commitments
            if is_segwit:
                payload = commitments.segwit_v0(self.index, script, hash_type)
            else:
                self.spends._count(0)  # nothing is made any more once there was too much
                payload = commitments.legacy(self.index, script, hash_type)
                self.spends._count(len(payload))
            self.digests[hash_type] = commitments.prehash(payload)
        return self.digests[hash_type]

    def _verify_taproot(self, output_key: bytes, stack: list[bytes]) -> None:
        """BIP-341, "Script validation rules": by the key of the output, or by a script of its tree."""
        if len(stack) > 1 and stack[-1].startswith(_ANNEX):
            raise InvalidSignature("an annex, which has no meaning yet", reason="unknown")
        if len(stack) < 2:
            key = PublicKey.trusted(Curve.SECP256K1, b"\x02" + output_key)
            self._check_schnorr(key, stack[0] if stack else b"")
            return
        control, script = ControlBlock.decode(stack.pop()), stack.pop()
        if control.script_pubkey(script)[2:] != output_key:
            raise InvalidSignature("the script is not in the tree of the output", reason="mismatch")
        if control.version != TAPSCRIPT:
            raise InvalidSignature(f"a leaf of version {control.version}, which has no meaning yet", reason="unknown")
        try:
            inner, stack, wait = opened(script, stack)
            found = Tapscript(inner)
        except TransactionError as error:  # BIP-342: a key twice, or one that is no point and does not sign, is valid
            raise InvalidSignature(f"a tapscript that is not understood here: {error}", reason="unknown") from None
        if wait is not None:
            wait.check(self.spends._tx, self.index)
        tx, leaf = self.spends._tx, TapLeaf(script).hash
        found.check_locks(tx.version, tx.locktime, tx.inputs[self.index].sequence)
        signed = [pair for pair in zip(found.keys, _taken(stack, len(found.keys))[::-1], strict=True) if pair[1]]
        if len(signed) != found.required:
            reason = "missing" if len(signed) < found.required else "trailing"
            raise InvalidSignature(f"expected {found.required} signatures, got {len(signed)}", reason=reason)
        for key, signature in reversed(signed):
            self._check_schnorr(key, signature, leaf)

    def _check_schnorr(self, key: PublicKey, signature: bytes, leaf: bytes = b"") -> None:
        data, hash_type = self._decoded_schnorr(signature)
        shared = self.spends._commitments
        message = shared.tapscript(self.index, leaf, hash_type) if leaf else shared.taproot(self.index, hash_type)
        digest = TAP_SIGHASH(message)
        key.verify(Scheme.BIP340, digest, data)
        self.found.append((key, self.spends._names[hash_type]))

    def _decoded_schnorr(self, signature: bytes) -> tuple[bytes, int]:
        """BIP-341: 64 bytes, and the hash type unless it is the default."""
        if len(signature) not in (64, 65) or signature[64:] == bytes((SIGHASH_DEFAULT,)):
            raise InvalidSignature("expected 64 bytes, or 65 with another hash type than DEFAULT", reason="length")
        hash_type = signature[64] if len(signature) > 64 else SIGHASH_DEFAULT
        self._check_hash_type(hash_type)
        return signature[:64], hash_type


def _pushes(script_sig: bytes) -> list[bytes]:
    """What a script_sig of pushes leaves on the stack (SIGPUSHONLY, MINIMALDATA). Raises `InvalidSignature`."""
    if len(script_sig) > MAX_SCRIPT:
        raise InvalidSignature(f"expected a script_sig of at most {MAX_SCRIPT} bytes", reason="too-large")
    stack = []
    for each in parse_script(script_sig):
        data = each.data if each.number is None else _number(each.number)
        if data is None or not each.is_minimal or len(data) > _MAX_PUSH:
            raise InvalidSignature("expected a script_sig of pushes, each as short as can be", reason="non-canonical")
        stack.append(data)
    return stack


def _number(number: int) -> bytes:
    """The bytes that OP_1NEGATE, OP_0 to OP_16 push."""
    return b"\x81" if number < 0 else bytes((number,)) if number else b""


def _taken(stack: list[bytes], count: int) -> list[bytes]:
    if len(stack) != count:
        reason = "missing" if len(stack) < count else "trailing"
        raise InvalidSignature(f"expected {count} items on the stack, got {len(stack)}", reason=reason)
    return stack


def _signatures(script: Script, stack: list[bytes]) -> list[bytes]:
    """CHECKMULTISIG takes one item too many, which must be empty (NULLDUMMY)."""
    if script.kind == "p2pk":
        return _taken(stack, 1)
    dummy, *signatures = _taken(stack, 1 + script.required)
    if dummy:
        raise InvalidSignature("expected an empty item before the signatures of multisig", reason="non-canonical")
    return signatures


def _key(data: bytes, *, is_segwit: bool) -> PublicKey | None:
    """A key that a script names; None for one that is no point. Raises `InvalidSignature` (STRICTENC).

    With a witness, it must be compressed (WITNESS_PUBKEYTYPE).
    """
    size, first = len(data), data[:1]
    if not (size == _COMPRESSED and first in (b"\x02", b"\x03")) and (is_segwit or (size, first) != (65, b"\x04")):
        raise InvalidSignature("expected a compressed key, or before segwit one of 65 bytes", reason="non-canonical")
    try:
        return PublicKey.parse(Curve.SECP256K1, data)
    except InvalidKey:
        return None


def _is_signed(key: PublicKey, scheme: Scheme, digest: bytes, compact: bytes) -> bool:
    try:
        key.verify(scheme, digest, compact)
    except InvalidSignature:
        return False
    return True
