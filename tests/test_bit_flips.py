"""Between a back end and the caller every flipped bit is caught, in each scheme: signature, message, key, recovery."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from walletcore.curves.secp256k1 import ORDER, encode_der
from walletcore.errors import InvalidKey, InvalidSignature, TransactionError
from walletcore.hashes import sha256, tagged
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signing import Signature, SigningRequest, collect

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2, 2.4.2
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1
SECRET = sha256(b"a key whose bits are flipped")
OTHER = sha256(b"another key")
DIGEST = sha256(b"what is signed")
FORMS: dict[str, tuple[Scheme, bytes | None]] = {
    "ecdsa": (Scheme.ECDSA, None),
    "bip340": (Scheme.BIP340, None),
    "bip340, key path only": (Scheme.BIP340, b""),
    "bip340, merkle root": (Scheme.BIP340, sha256(b"root")),
    "schnorr-bch": (Scheme.SCHNORR_BCH, None),
    "p256": (Scheme.ECDSA_P256, None),
    "ed25519": (Scheme.ED25519, None),
}
by_form = pytest.mark.parametrize("form", FORMS)
ECDSA = [pytest.param("ecdsa", ORDER, id="ecdsa"), pytest.param("p256", P256_ORDER, id="p256")]


def private_key(form: str, secret: bytes = SECRET) -> PrivateKey:
    return PrivateKey(FORMS[form][0].curve, Secret(secret))


def request(form: str, message: bytes = DIGEST, key: PublicKey | None = None) -> SigningRequest:
    scheme, tweak = FORMS[form]
    key = key or private_key(form).public_key
    return SigningRequest(
        key=key.even_y() if tweak is not None else key, scheme=scheme, payload=message, prehash=None, tweak=tweak
    )


def signed(form: str, message: bytes = DIGEST, secret: bytes = SECRET) -> Signature:
    scheme, tweak = FORMS[form]
    data, recovery = private_key(form, secret).sign_recoverable(scheme, message, tweak=tweak)
    return Signature(scheme=scheme, data=data, recovery=recovery)


def flips(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


@dataclass
class BackEnd:
    """A signer whose answers are what a test says."""

    public_key: PublicKey
    answer: Callable[[SigningRequest], Any]

    def sign(self, wanted: SigningRequest) -> Any:
        return self.answer(wanted)


def refused(form: str, answer: Signature) -> bool:
    wanted = request(form)
    try:
        collect((wanted,), BackEnd(private_key(form).public_key, lambda _: answer))
    except InvalidSignature:
        return True
    return False


@by_form
def test_K17_without_a_flip_the_answer_is_accepted(form: str) -> None:
    assert not refused(form, signed(form))


@by_form
@pytest.mark.parametrize("told", [True, False], ids=["with recovery id", "without"])
def test_K17_each_of_the_512_bits_of_a_signature_counts(form: str, told: bool) -> None:
    good = signed(form)
    answers = [replace(good, data=data, recovery=good.recovery if told else None) for data in flips(good.data)]
    assert len(answers) == 512
    assert [place for place, answer in enumerate(answers) if not refused(form, answer)] == []


@pytest.mark.parametrize(("form", "order"), ECDSA)
def test_H02_K17_each_bit_of_a_signature_in_der_counts(form: str, order: int) -> None:
    good = signed(form)
    der = encode_der(good.data)
    assert not refused(form, replace(good, data=der))
    assert [i for i, data in enumerate(flips(der)) if not refused(form, replace(good, data=data, recovery=None))] == []


@by_form
def test_H04_K17_each_of_the_256_bits_of_a_digest_counts(form: str) -> None:
    survived = [place for place, message in enumerate(flips(DIGEST)) if not refused(form, signed(form, message))]
    assert survived == []
    good = signed(form)
    for message in flips(DIGEST):  # and on the side of the caller
        with pytest.raises(InvalidSignature):
            request(form, message).accept(good)


@by_form
def test_H03_K17_each_bit_of_a_public_key_counts(form: str) -> None:
    key, good = private_key(form).public_key, signed(form)
    points = 0
    for data in flips(key.data):
        try:
            other = PublicKey(key.curve, data)
        except InvalidKey:
            continue
        points += 1
        if FORMS[form][0] is Scheme.BIP340 and data[1:] == key.data[1:]:
            continue  # BIP-340 has no sign of y: it is the same key
        with pytest.raises(InvalidSignature):
            request(form, key=other).accept(good)
        assert collect((request(form),), BackEnd(other, lambda _: good)) == (None,)  # it is not even asked
    assert points > (8 if form == "ed25519" else 50)  # half of all x are those of points; an eighth has prime order


@pytest.mark.parametrize("form", ["bip340, key path only", "bip340, merkle root"])
def test_K17_a_tweaked_request_to_a_key_with_odd_y_is_none(form: str) -> None:
    odd = PublicKey(Curve.SECP256K1, b"\x03" + private_key(form).public_key.data[1:])
    with pytest.raises(TransactionError):
        SigningRequest(key=odd, scheme=Scheme.BIP340, payload=DIGEST, tweak=FORMS[form][1])


def test_K17_each_bit_of_a_merkle_root_counts() -> None:
    form = "bip340, merkle root"
    good = signed(form)
    for root in flips(FORMS[form][1] or b""):
        with pytest.raises(InvalidSignature):
            replace(request(form), tweak=root).accept(good)


@by_form
def test_H03_an_answer_by_another_key_is_refused(form: str) -> None:
    assert refused(form, signed(form, secret=OTHER))


@by_form
def test_H04_an_answer_over_a_digest_that_was_hashed_again_is_refused(form: str) -> None:
    assert refused(form, signed(form, sha256(DIGEST)))
    assert refused(form, signed(form, tagged("TapSighash")(DIGEST)))


def test_H05_every_other_recovery_id_is_refused_and_a_missing_one_is_found() -> None:
    good = signed("ecdsa")
    for recovery in {0, 1, 2, 3} - {good.recovery}:
        assert refused("ecdsa", replace(good, recovery=recovery))
    assert request("ecdsa").accept(replace(good, recovery=None)).recovery == good.recovery


@pytest.mark.parametrize("form", [form for form in FORMS if form != "ecdsa"])
def test_H05_a_recovery_id_where_there_is_none_is_refused(form: str) -> None:
    for recovery in range(4):
        assert refused(form, replace(signed(form), recovery=recovery))


@pytest.mark.parametrize(("form", "order"), ECDSA)
def test_H01_K11_a_high_s_becomes_low_and_the_recovery_id_flips_with_it(form: str, order: int) -> None:
    good = signed(form)
    data = good.data[:32] + (order - int.from_bytes(good.data[32:])).to_bytes(32)
    for sent in (data, encode_der(data)):
        flipped = None if good.recovery is None else good.recovery ^ 1
        taken = request(form).accept(replace(good, data=sent, recovery=flipped))
        assert (taken.data, taken.recovery) == (good.data, good.recovery)
        if good.recovery is not None:
            assert refused(form, replace(good, data=sent))
    assert [i for i, each in enumerate(flips(data)) if not refused(form, replace(good, data=each, recovery=None))] == []


@pytest.mark.parametrize(("form", "order"), ECDSA)
def test_H02_r_and_s_out_of_range_are_refused_in_both_spellings(form: str, order: int) -> None:
    good = signed(form)
    r, s = int.from_bytes(good.data[:32]), int.from_bytes(good.data[32:])
    for pair in ((0, s), (r, 0), (order, s), (r, order), (2**256 - 1, s), (r, 2**256 - 1)):
        raw = pair[0].to_bytes(32) + pair[1].to_bytes(32)
        for data in (raw, encode_der(raw), raw[:63], raw + b"\0", good.data + b"\0", encode_der(good.data) + b"\0"):
            assert refused(form, replace(good, data=data, recovery=None))


SMALL_ORDER = (  # the eight points whose order divides 8, and their other spellings
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_K07_a_point_of_small_order_is_no_key_and_no_part_of_an_answer(point: str) -> None:
    with pytest.raises(InvalidKey):
        PublicKey(Curve.ED25519, bytes.fromhex(point))
    for s in (bytes(32), signed("ed25519").data[32:]):
        assert refused("ed25519", Signature(scheme=Scheme.ED25519, data=bytes.fromhex(point) + s))


def test_K08_a_malleable_s_is_refused_however_often_the_order_is_added() -> None:
    good = signed("ed25519")
    s, added = int.from_bytes(good.data[32:], "little"), 0
    for times in range(1, 16):
        if (more := s + times * ED25519_ORDER) < 2**256:
            added += 1
            assert refused("ed25519", replace(good, data=good.data[:32] + more.to_bytes(32, "little")))
    assert added >= 14
