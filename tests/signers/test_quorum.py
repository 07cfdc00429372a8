"""Nothing is signed before so many people agree, each with a key of their own, over this very case."""

import asyncio
import json
from typing import Any

import pytest
from nacl.signing import VerifyKey

from support.evm import MALLORY, transfer
from support.evm import signer as evm_signer
from support.guarded import ANN, AsyncWatched, Watched, bitcoin_payment, case_of, refusal
from support.keys import key_of
from walletcore.errors import InvalidSignature, SignerError, SignerUnavailable, SigningRefused
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signers.quorum import approval, quorum
from walletcore.signing import Signature

CASE = case_of(transfer())
P256 = LocalSigner(PrivateKey(Curve.P256, Secret(bytes([5]) * 32)))
PEOPLE = (ANN, evm_signer(bytes([3]) * 32), P256)


def asked(needed: int, *of: Any) -> tuple[Any, ...]:
    (plan,) = quorum(needed, of=of).plans(CASE)
    return plan


@pytest.mark.parametrize("needed", [1, 2, 3])
def test_so_many_approvals_are_asked_for_and_no_more(needed: int) -> None:
    people = [Watched(each) for each in PEOPLE]
    lines = [json.loads(line) for line in asked(needed, *people)]
    assert [line["by"] for line in lines] == [each.public_key.data.hex() for each in PEOPLE[:needed]]
    assert [len(each.asked) for each in people] == [int(place < needed) for place in range(3)]
    assert {line["approved"] for line in lines} == {CASE.id.hex()}


def test_an_approval_is_a_signature_that_others_can_verify() -> None:
    """By PyNaCl itself: over the tag and the id of the request."""
    (line,) = map(json.loads, asked(1, ANN))
    message = b"walletcore/approval/1" + transfer().requests()[0].id
    VerifyKey(bytes.fromhex(line["by"])).verify(message, bytes.fromhex(line["with"]))


def test_a_case_of_several_requests_is_approved_as_a_whole() -> None:
    payment = bitcoin_payment(count=3)
    case = case_of(payment)
    assert approval(case, ANN.public_key).payload == b"walletcore/approval/1" + case.id
    assert approval(case, ANN.public_key).subject is case.subject
    assert approval(CASE, ANN.public_key).payload == b"walletcore/approval/1" + CASE.requests[0].id


@pytest.mark.parametrize(
    ("person", "scheme", "prehash"),
    [(PEOPLE[0], Scheme.ED25519, None), (PEOPLE[1], Scheme.ECDSA, "sha256"), (P256, Scheme.ECDSA_P256, "sha256")],
)
def test_each_curve_has_its_scheme(person: Any, scheme: Scheme, prehash: str | None) -> None:
    request = approval(CASE, person.public_key)
    assert (request.scheme, request.prehash and request.prehash.name) == (scheme, prehash)


@pytest.mark.parametrize("curve", Curve)
def test_an_approver_has_a_key_of_any_curve(curve: Curve) -> None:
    person = LocalSigner(key_of(curve, bytes([6]) * 32))
    (line,) = map(json.loads, asked(1, person))
    request = approval(CASE, person.public_key)
    person.public_key.verify(request.scheme, request.message, bytes.fromhex(line["with"]))


FAILURES = [SigningRefused("no"), SignerUnavailable("away"), RuntimeError("broken"), InvalidSignature("no")]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
def test_who_declines_or_fails_does_not_count_and_the_next_one_is_asked(failure: Exception) -> None:
    away = Watched(ANN, [failure])
    assert len(asked(2, away, *PEOPLE[1:])) == 2
    error = refusal(lambda: asked(3, Watched(ANN, [failure]), *PEOPLE[1:]))
    assert (error.rule, str(error)) == ("quorum", "quorum: 2 of 3 approvals")


class Forger(Watched):
    """Signs with another key than the one that it says it has."""

    @property
    def public_key(self) -> Any:
        return PEOPLE[1].public_key

    def sign(self, request: Any) -> Signature:
        return Signature(scheme=request.scheme, data=MALLORY.key.sign(request.scheme, request.message))


class Elsewhere(Watched):
    """Signs another case."""

    def sign(self, request: Any) -> Signature:
        other = case_of(transfer(nonce=8))
        return self.signer.sign(approval(other, self.public_key))


class Awaited(Watched):
    """Gives no signature, but something to wait for."""

    def sign(self, request: Any) -> Any:
        return asyncio.Future(loop=asyncio.new_event_loop())


@pytest.mark.parametrize("person", [Forger(MALLORY), Elsewhere(ANN), Awaited(ANN)], ids=lambda p: type(p).__name__)
def test_what_is_no_signature_for_this_case_is_no_approval(person: Any) -> None:
    assert str(refusal(lambda: asked(1, person))) == "quorum: 0 of 1 approvals"


NEGATIVE = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 - int.from_bytes(bytes([3]) * 32)
).to_bytes(32)


@pytest.mark.parametrize(
    ("needed", "of", "reason"),
    [
        (0, PEOPLE, "range"),
        (4, PEOPLE, "range"),
        (True, PEOPLE, "range"),
        (1, (), "type"),
        (1, (None,), "type"),
        (1, None, "type"),
        (1, ANN, "type"),
        (2, (ANN, ANN), "duplicate"),
        (2, (ANN, Watched(ANN)), "duplicate"),
        (2, (PEOPLE[1], evm_signer(NEGATIVE)), "duplicate"),
        (1, (AsyncWatched(ANN),), "type"),
    ],
)
def test_a_quorum_is_of_people_that_are_not_the_same(needed: Any, of: Any, reason: str) -> None:
    with pytest.raises(SignerError) as caught:
        quorum(needed, of=of)
    assert caught.value.reason == reason
