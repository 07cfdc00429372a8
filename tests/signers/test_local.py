"""The signer over a key in memory: what it signs, what it refuses, and what the check is for."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import wallycore as wally
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from support.keys import key_of
from walletcore.curves.secp256k1 import ORDER
from walletcore.errors import InvalidKey, InvalidSignature, SecretExportError, SigningRefused, WalletcoreError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import AcceptedSignature, Answers, Signature, SigningRequest, accepted, collect, complete, sign


def key(number: int, curve: Curve = Curve.SECP256K1) -> PrivateKey:
    return key_of(curve, number.to_bytes(32))


def request(held: PrivateKey, scheme: Scheme, payload: bytes = b"payload", **options: Any) -> SigningRequest:
    prehash = sha256 if scheme in (Scheme.ECDSA, Scheme.ECDSA_P256, Scheme.SCHNORR_BCH) else None
    fields: dict[str, Any] = {"key": held.public_key, "scheme": scheme, "payload": payload, "prehash": prehash}
    return SigningRequest(**{**fields, **options})


def reason(error: type[WalletcoreError], call: Any, *args: Any) -> str:
    with pytest.raises(error) as caught:
        call(*args)
    return caught.value.reason


every_scheme = pytest.mark.parametrize("scheme", Scheme)
every_check = pytest.mark.parametrize("check", [True, False])
scalars = st.integers(1, ORDER - 1)


@given(scalars, st.binary(max_size=80))
def test_an_ecdsa_request_is_signed_as_another_implementation_does(number: int, payload: bytes) -> None:
    wanted = request(key(number), Scheme.ECDSA, payload)
    signature = LocalSigner(key(number)).sign(wanted)
    assert signature.data == bytes(wally.ec_sig_from_bytes(number.to_bytes(32), sha256(payload), wally.EC_FLAG_ECDSA))
    assert wanted.accept(signature).recovery == signature.recovery


@given(scalars, st.binary(min_size=32, max_size=32), st.one_of(st.none(), st.just(b""), st.just(bytes(32))))
def test_a_bip340_request_is_signed_as_another_implementation_does(
    number: int, payload: bytes, tweak: bytes | None
) -> None:
    held = key(number)
    wanted = request(held, Scheme.BIP340, payload, key=held.public_key.even_y(), tweak=tweak)
    secret = number.to_bytes(32)
    if tweak is not None:
        secret = bytes(wally.ec_private_key_bip341_tweak(secret, tweak or None, 0))
    expected = bytes(wally.ec_sig_from_bytes_aux(secret, payload, bytes(32), wally.EC_FLAG_SCHNORR))
    for check in (True, False):
        assert LocalSigner(held, check).sign(wanted).data == expected
    assert collect((wanted,), LocalSigner(held))[0] is not None


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80))
def test_an_ed25519_request_is_signed_as_another_implementation_does(seed: bytes, payload: bytes) -> None:
    held = PrivateKey(Curve.ED25519, Secret(seed))
    wanted = request(held, Scheme.ED25519, payload)
    assert LocalSigner(held).sign(wanted).data == SigningKey(seed).sign(payload).signature


@every_scheme
def test_with_the_check_an_answer_is_plain_and_verified_when_it_is_accepted(scheme: Scheme) -> None:
    held = key(7, scheme.curve)
    wanted = request(held, scheme)
    signature = LocalSigner(held).sign(wanted)
    assert type(signature) is Signature
    assert wanted.accept(signature) is not signature


@every_scheme
def test_without_the_check_an_answer_is_accepted_already(scheme: Scheme) -> None:
    held = key(7, scheme.curve)
    wanted = request(held, scheme)
    signature = LocalSigner(held, check=False).sign(wanted)
    assert type(signature) is AcceptedSignature
    assert wanted.accept(signature) is signature
    again = wanted.accept(LocalSigner(held).sign(wanted))
    assert (again == signature) is (scheme is not Scheme.SR25519)  # which is randomised
    assert reason(InvalidSignature, replace(wanted, payload=b"other").accept, signature) == "mismatch"


@every_check
@every_scheme
def test_K17_a_fault_in_the_kept_key_is_noticed_by_the_check_alone(scheme: Scheme, check: bool) -> None:
    held, other = key(7, scheme.curve), key(8, scheme.curve)
    for one in (held, other):
        one.sign(scheme, bytes(32))
    held._kept.update(other._kept)  # a bit flipped in memory signs with another key
    wanted = request(held, scheme)
    if check:
        assert reason(InvalidSignature, collect, (wanted,), LocalSigner(held, check)) == "mismatch"
    else:
        assert all(collect((wanted,), LocalSigner(held, check)))


@every_check
@every_scheme
def test_a_request_to_another_key_is_refused(scheme: Scheme, check: bool) -> None:
    wanted = request(key(8, scheme.curve), scheme)
    assert reason(SigningRefused, LocalSigner(key(7, scheme.curve), check).sign, wanted) == "mismatch"


def test_an_ecdsa_request_to_the_same_x_is_refused() -> None:
    odd = next(key(n) for n in range(1, 20) if key(n).public_key.data[0] == 3)
    wanted = request(odd, Scheme.ECDSA, key=odd.public_key.even_y())
    assert reason(SigningRefused, LocalSigner(odd).sign, wanted) == "mismatch"


def test_a_key_of_another_curve_with_the_same_secret_is_refused() -> None:
    wanted = request(key(7, Curve.ED25519), Scheme.ED25519)
    assert reason(SigningRefused, LocalSigner(key(7)).sign, wanted) == "mismatch"


@pytest.mark.parametrize("wanted", [None, b"payload", "payload", 7, (), Signature(scheme=Scheme.ECDSA, data=b"")])
def test_what_is_no_request_is_refused(wanted: Any) -> None:
    assert reason(SigningRefused, LocalSigner(key(7)).sign, wanted) == "type"


def test_X08_X09_a_signer_shows_nothing_and_is_not_exported() -> None:
    signer = LocalSigner(key(7))
    assert repr(signer) == f"LocalSigner(key={signer.key!r}, check=True)"
    assert repr(signer.key) == "PrivateKey(secp256k1)"
    for export in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SecretExportError):
            export(signer)
    with pytest.raises(TypeError, match="unhashable"):
        hash(signer)


def test_X12_leaving_the_context_wipes_the_key() -> None:
    wanted = request(key(7), Scheme.ECDSA)
    with LocalSigner(key(7)) as signer:
        assert wanted.accept(signer.sign(wanted))
    assert reason(InvalidKey, signer.sign, wanted) == "wiped"


class Sale:
    """A subject for which one signer is asked ten times."""

    chain: Any = None
    raw = b""

    def __init__(self, public_key: PublicKey, scheme: Scheme) -> None:
        prehash = sha256 if scheme is Scheme.ECDSA else None
        self.wanted = tuple(
            SigningRequest(key=public_key, scheme=scheme, payload=bytes([n]) * 32, prehash=prehash) for n in range(10)
        )

    def requests(self) -> tuple[SigningRequest, ...]:
        return self.wanted

    def assemble(self, answers: Answers) -> tuple[bytes, ...]:
        return tuple(answer.data for answer in complete(accepted(self.wanted, answers)))

    def effects(self) -> tuple[()]:
        return ()


@pytest.mark.parametrize("scheme", [Scheme.ECDSA, Scheme.BIP340, Scheme.ED25519])
def test_X01_one_signer_serves_many_threads(scheme: Scheme) -> None:
    signer = LocalSigner(key(7, scheme.curve))
    sale = Sale(signer.public_key, scheme)
    expected = sign(sale, LocalSigner(key(7, scheme.curve)))
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: sign(Sale(signer.public_key, scheme), signer), range(100))) == {expected}
