"""The signer over a key in memory: what it signs, what it refuses, and what the check is for."""

import copy
import hashlib
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
import wallycore as wally
from ecdsa import SECP256k1
from ecdsa import SigningKey as EcdsaKey
from ecdsa.util import sigencode_string_canonize
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from support.keys import key_of
from walletcore.curves.secp256k1 import ORDER, encode_der
from walletcore.errors import InvalidKey, InvalidSignature, SecretExportError, SigningRefused, WalletcoreError
from walletcore.hashes import sha256, sha256d
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.keystore.wif import Wif
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


@settings(max_examples=2_000)
@given(scalars, st.binary(max_size=80))
def test_with_low_r_an_ecdsa_request_is_signed_as_libwally_does(number: int, payload: bytes) -> None:
    wanted = request(key(number), Scheme.ECDSA, payload)
    digest, secret = sha256(payload), number.to_bytes(32)
    for check in (True, False):
        signature = LocalSigner(key(number), check, low_r=True).sign(wanted)
        flags = wally.EC_FLAG_ECDSA | wally.EC_FLAG_GRIND_R
        assert signature.data == bytes(wally.ec_sig_from_bytes(secret, digest, flags))
        assert wanted.accept(signature).recovery == signature.recovery
    assert signature.data[0] < 0x80
    assert len(encode_der(signature.data)) <= 70


@pytest.mark.parametrize("number", range(40))
def test_with_low_r_the_counter_is_the_extra_entropy_of_rfc_6979(number: int) -> None:
    digest, held = sha256(bytes([number])), key(number + 1)
    theirs = EcdsaKey.from_string((number + 1).to_bytes(32), SECP256k1)
    attempts = (
        theirs.sign_digest_deterministic(
            digest, hashlib.sha256, sigencode_string_canonize, extra_entropy=n.to_bytes(32, "little") if n else b""
        )
        for n in count()
    )
    expected = next(attempt for attempt in attempts if attempt[0] < 0x80)
    assert LocalSigner(held, low_r=True).sign(request(held, Scheme.ECDSA, bytes([number]))).data == expected


def test_with_low_r_core_s_own_messages_have_signatures_of_70_bytes_at_most() -> None:
    """Bitcoin Core, src/test/key_tests.cpp, key_signature_tests."""
    held = Wif.parse("5HxWvvfubhXpYYpS3tJkw6fq9jE9j18THftkZjHHfmFiWtmAbrj").private_key
    signer, plain = LocalSigner(held, low_r=True), LocalSigner(held)
    wanted = [request(held, Scheme.ECDSA, f"A message to be signed{n}".encode(), prehash=sha256d) for n in range(256)]
    sizes = [len(encode_der(signer.sign(each).data)) for each in wanted]
    assert max(sizes) == 70
    assert min(sizes) < 70
    low = [each for each in wanted if plain.sign(each).data[0] < 0x80]
    assert 96 <= len(low) <= 160
    assert [signer.sign(each) for each in low] == [plain.sign(each) for each in low]


@pytest.mark.parametrize("scheme", [scheme for scheme in Scheme if scheme.curve is not Curve.SECP256K1])
def test_low_r_is_refused_for_a_key_of_another_curve(scheme: Scheme) -> None:
    with pytest.raises(InvalidKey) as refusal:
        LocalSigner(key(7, scheme.curve), low_r=True)
    assert refusal.value.reason == "scheme"


@pytest.mark.parametrize("low_r", [1, 0, None, "yes"])
def test_low_r_is_a_bool(low_r: Any) -> None:
    with pytest.raises(InvalidKey) as refusal:
        LocalSigner(key(7), low_r=low_r)
    assert refusal.value.reason == "type"


def test_with_low_r_taproot_is_signed_as_without() -> None:
    held = key(7)
    for tweak in (None, b""):
        wanted = request(held, Scheme.BIP340, bytes(32), key=held.public_key.even_y(), tweak=tweak)
        assert LocalSigner(held, low_r=True).sign(wanted) == LocalSigner(held).sign(wanted)


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
    assert repr(signer) == f"LocalSigner(key={signer.key!r}, check=True, low_r=False)"
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
