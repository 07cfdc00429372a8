"""The rule of several approvers: nothing is signed before so many of them have signed that they agree.

What an approver signs is b"walletcore/approval/1" and 32 bytes: the id of the request, or of the case where it has
several. No chain takes such bytes for a transaction; the request's subject is what there is to read.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence

from walletcore.errors import SignerError
from walletcore.hashes import Hash, sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signers.case import Case
from walletcore.signers.rule import Plan, Rule, refuse
from walletcore.signing import AcceptedSignature, Signer, SigningRequest

__all__ = ["approval", "quorum"]

_TAG = b"walletcore/approval/1"
_SCHEMES: dict[Curve, tuple[Scheme, Hash | None]] = {
    Curve.SECP256K1: (Scheme.ECDSA, sha256),
    Curve.P256: (Scheme.ECDSA_P256, sha256),
    Curve.ED25519: (Scheme.ED25519, None),
    Curve.ED25519_BIP32: (Scheme.ED25519_BIP32, None),
    Curve.ED25519_BLAKE2B: (Scheme.ED25519_BLAKE2B, None),
    Curve.SR25519: (Scheme.SR25519, None),
}


def approval(case: Case, key: PublicKey) -> SigningRequest:
    """What an approver with this key is asked to sign."""
    identity = case.requests[0].id if len(case.requests) == 1 else case.id
    scheme, prehash = _SCHEMES[key.curve]
    return SigningRequest(key=key, scheme=scheme, payload=_TAG + identity, prehash=prehash, subject=case.subject)


def quorum(needed: int, *, of: Sequence[Signer]) -> Rule:
    """At least so many of the approvers sign for the case, each with a key of its own; the log has their signatures.

    They are asked in turn until there are enough. One that declines, fails or signs something else does not count.
    Stand this rule last: those before it refuse without asking anybody. Raises `SignerError`.
    """
    approvers = _checked(of)
    if type(needed) is not int or not 0 < needed <= len(approvers):
        raise SignerError(f"expected a number of approvers from 1 to {len(approvers)}", reason="range")

    def plans(case: Case) -> Iterator[Plan]:
        lines: list[str] = []
        for approver in approvers:
            given = _approved(case, approver)
            if given is not None:
                key = given.request.key
                lines.append(json.dumps({"approved": case.id.hex(), "by": key.data.hex(), "with": given.data.hex()}))
            if len(lines) == needed:
                yield tuple(lines)
                return
        refuse("quorum", f"{len(lines)} of {needed} approvals")

    return Rule(name="quorum", plans=plans, waits=True)


def _approved(case: Case, approver: Signer) -> AcceptedSignature | None:
    """The approver's signature, verified; nothing that it does instead is an approval, nor an error of the case."""
    try:
        request = approval(case, approver.public_key)
        return request.accept(approver.sign(request))
    except Exception:
        return None


def _checked(of: object) -> tuple[Signer, ...]:
    approvers = tuple(of) if isinstance(of, Sequence) else ()
    keys = [getattr(each, "public_key", None) for each in approvers]
    if not approvers or not all(type(key) is PublicKey for key in keys):
        raise SignerError("expected a sequence of signers as approvers", reason="type")
    if any(inspect.iscoroutinefunction(each.sign) for each in approvers):
        raise SignerError("expected approvers that are not asynchronous", reason="type")
    if len({_owner(key) for key in keys}) != len(keys):
        raise SignerError("expected approvers with distinct keys", reason="duplicate")
    return approvers


def _owner(key: PublicKey | None) -> object:
    """One for both of a key and its negative: whoever has the one has the other."""
    return (key.curve, key.data[1:]) if key is not None and key.curve in (Curve.SECP256K1, Curve.P256) else key
