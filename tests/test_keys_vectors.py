"""Signatures against published figures: RFC 6979, BIP-340, RFC 8032, Project Wycheproof, and ed25519's edge cases."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from support.vectors import Case, vectors
from walletcore.curves.secp256k1 import decode_der
from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.hashes import sha256
from walletcore.keys import PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret

SCHEMES = {scheme.value: scheme for scheme in Scheme}
LOW_S, ANY_S, PRIME_ORDER = "low-s", "any-s", "prime-order"  # rule sets of vectors/README.md


def signed_bytes(given: Mapping[str, Any]) -> bytes:
    """Return what the scheme signs: the message, or its digest."""
    if "digest" in given:
        return bytes.fromhex(given["digest"])
    message = bytes.fromhex(given["message"])
    return sha256(message) if given.get("prehash") == "sha256" else message


def signing_key(given: Mapping[str, Any]) -> PrivateKey:
    return PrivateKey(SCHEMES[given["scheme"]].curve, Secret(bytes.fromhex(given["secret"])))


def public_key(given: Mapping[str, Any]) -> PublicKey:
    scheme, data = SCHEMES[given["scheme"]], bytes.fromhex(given["public_key"])
    return PublicKey.parse(scheme.curve, b"\x02" + data if scheme is Scheme.BIP340 else data)


def verify(given: Mapping[str, Any]) -> None:
    signature = bytes.fromhex(given["signature"])
    public_key(given).verify(SCHEMES[given["scheme"]], signed_bytes(given), signature)


def accept(given: Mapping[str, Any]) -> None:
    """Verify as a signature from a device is: DER or compact, and high s made low."""
    public = public_key(given)
    compact, _ = public.accept(SCHEMES[given["scheme"]], signed_bytes(given), bytes.fromhex(given["signature"]))
    public.verify(SCHEMES[given["scheme"]], signed_bytes(given), compact)


def check(case: Case, door: Callable[[Mapping[str, Any]], None], rule: str = "") -> None:
    if case.verdict(rule) == "valid":
        door(case.input)
    else:
        with pytest.raises((InvalidKey, InvalidSignature)):
            door(case.input)


def sign_and_verify(case: Case) -> None:
    key, scheme, message = signing_key(case.input), SCHEMES[case.input["scheme"]], signed_bytes(case.input)
    aux = bytes.fromhex(case.input.get("aux", "00" * 32))
    low_r = case.input["nonce"] == "rfc6979+low-r"
    signature, recovery = key.sign_recoverable(scheme, message, aux=aux, low_r=low_r)
    assert signature.hex() == case.expect["signature"]
    assert recovery == case.expect.get("recovery", recovery)
    assert key.public_key.data.hex().endswith(case.expect.get("public_key", ""))
    key.public_key.verify(scheme, message, signature)


@vectors("rfc6979/sign", result="valid")
def test_ecdsa_signs_with_the_nonce_of_rfc_6979_and_low_s(case: Case) -> None:
    sign_and_verify(case)


@vectors("rfc6979/sign", result="invalid")
def test_a_secret_out_of_range_makes_no_key(case: Case) -> None:
    with pytest.raises(InvalidKey) as refusal:
        signing_key(case.input)
    assert refusal.value.reason == "range"


@vectors("rfc6979/low-r")
def test_ecdsa_signs_with_low_r_as_bitcoin_core_does(case: Case) -> None:
    sign_and_verify(case)


@vectors("rfc6979/p256")
def test_ecdsa_on_p256_signs_with_the_nonce_of_rfc_6979_and_low_s(case: Case) -> None:
    sign_and_verify(case)


@vectors("bip340/sign")
def test_bip340_signs_messages_of_any_length(case: Case) -> None:
    sign_and_verify(case)


@vectors("bip340/verify")
def test_bip340_verifies_and_refuses(case: Case) -> None:
    check(case, verify)


@vectors("ed25519/sign")
def test_ed25519_signs_messages_of_any_length(case: Case) -> None:
    sign_and_verify(case)


@vectors("ed25519/edge-cases")
def test_ed25519_refuses_what_implementations_disagree_about(case: Case) -> None:
    check(case, verify, PRIME_ORDER)


@vectors("sr25519/verify")
def test_sr25519_verifies_in_the_context_of_substrate_and_wants_the_mark(case: Case) -> None:
    check(case, verify)
    check(case, accept)


@vectors("wycheproof/ed25519")
def test_ed25519_answers_as_wycheproof_wants(case: Case) -> None:
    check(case, verify)


@vectors("wycheproof/ecdsa-p1363")
def test_compact_ecdsa_answers_as_wycheproof_wants_but_for_high_s(case: Case) -> None:
    check(case, verify, LOW_S)


@vectors("ecdsa/verify")
def test_ecdsa_refuses_high_s_and_keys_that_are_no_points(case: Case) -> None:
    check(case, verify, LOW_S)


@vectors("ecdsa/verify")
def test_an_answer_with_high_s_is_accepted_and_made_low(case: Case) -> None:
    check(case, accept, ANY_S)


@vectors("wycheproof/ecdsa")
def test_a_der_answer_is_accepted_as_wycheproof_wants(case: Case) -> None:
    check(case, accept, ANY_S)


@vectors("wycheproof/ecdsa-bitcoin")
def test_a_der_answer_is_accepted_as_wycheproof_wants_for_bitcoin_but_for_high_s(case: Case) -> None:
    check(case, accept, ANY_S)


@vectors("wycheproof/ecdsa-bitcoin")
def test_a_der_signature_with_high_s_is_refused_by_verify(case: Case) -> None:
    def decode_and_verify(given: Mapping[str, Any]) -> None:
        verify({**given, "signature": decode_der(bytes.fromhex(given["signature"])).hex()})

    check(case, decode_and_verify, LOW_S)
