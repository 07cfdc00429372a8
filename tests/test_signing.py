"""The hall: requests and their ids, accepted answers, and the verbs that bring subjects and signers together."""

import asyncio
import copy
import gc
import hashlib
import pickle
import threading
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes as openssl
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from support.keys import numbered
from walletcore.curves.secp256k1 import ORDER, encode_der
from walletcore.effects import Effect
from walletcore.errors import (
    InvalidSignature,
    MissingSignature,
    OutcomeUnknown,
    SignerError,
    TransactionError,
    WalletcoreError,
)
from walletcore.hashes import Hash, keccak256, sha256, sha256d, tagged
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import (
    AcceptedSignature,
    Answers,
    AsyncSigner,
    BatchSigner,
    Signable,
    Signature,
    Signer,
    SigningRequest,
    accepted,
    collect,
    collect_async,
    complete,
    merge,
    sign,
    sign_async,
    vouch,
)

K1, P256, ED = Curve.SECP256K1, Curve.P256, Curve.ED25519


def key(number: int, curve: Curve = K1) -> PrivateKey:
    return numbered(curve, number)


ODD = next(n for n in range(1, 20) if key(n).public_key.data[0] == 3)
EVEN = next(n for n in range(1, 20) if key(n).public_key.data[0] == 2)


def request(
    number: int = 1, scheme: Scheme = Scheme.ECDSA, payload: bytes = b"payload", **options: Any
) -> SigningRequest:
    fields: dict[str, Any] = {"key": key(number, scheme.curve).public_key, "scheme": scheme, "payload": payload}
    fields["prehash"] = sha256 if scheme in (Scheme.ECDSA, Scheme.ECDSA_P256, Scheme.SCHNORR_BCH) else None
    return SigningRequest(**{**fields, **options})


def answer_to(wanted: SigningRequest, number: int = 1) -> Signature:
    data, recovery = key(number, wanted.scheme.curve).sign_recoverable(
        wanted.scheme, wanted.message, tweak=wanted.tweak
    )
    return Signature(scheme=wanted.scheme, data=data, recovery=recovery)


def high(signature: Signature) -> Signature:
    """The same signature with n - s for s, as about half of all devices answer."""
    data = signature.data[:32] + (ORDER - int.from_bytes(signature.data[32:])).to_bytes(32)
    return replace(signature, data=data, recovery=None if signature.recovery is None else signature.recovery ^ 1)


def reason(error: type[WalletcoreError], call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        call(*args, **options)
    return caught.value.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    caip2: str = "test:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A subject that wants all of its requests answered, and becomes the answers."""

    wanted: tuple[SigningRequest, ...]
    chain: Cluster = Cluster()
    raw: bytes = b""

    def requests(self) -> tuple[SigningRequest, ...]:
        return self.wanted

    def assemble(self, answers: Answers) -> tuple[Signature, ...]:
        return complete(accepted(self.wanted, answers))

    def effects(self) -> tuple[Effect, ...]:
        return ()


@dataclass
class Device:
    """A signer that remembers what it was asked, and by which thread."""

    number: int = 1
    curve: Curve = K1
    asked: list[SigningRequest] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    @property
    def public_key(self) -> PublicKey:
        return key(self.number, self.curve).public_key

    def answer(self, wanted: SigningRequest) -> Signature:
        self.asked.append(wanted)
        self.threads.append(threading.get_ident())
        return answer_to(wanted, self.number)

    def sign(self, wanted: SigningRequest) -> Any:
        return self.answer(wanted)


@dataclass
class Waiting(Device):
    """The same, asynchronous."""

    async def sign(self, wanted: SigningRequest) -> Any:
        await asyncio.sleep(0)
        return self.answer(wanted)


@dataclass
class Batch(Device):
    """The same, which answers many at a time."""

    batches: list[int] = field(default_factory=list)

    def sign(self, wanted: SigningRequest) -> Any:
        raise AssertionError("a batch signer is asked for all at once")

    def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
        self.batches.append(len(wanted))
        return [self.answer(each) for each in wanted]


@dataclass
class WaitingBatch(Batch):
    """The same, asynchronous."""

    async def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
        await asyncio.sleep(0)
        return Batch.sign_all(self, wanted)


# -- requests


def by_the_book(wanted: SigningRequest) -> bytes:
    """The id as its docstring describes it, written out a second time."""
    digest = hashlib.sha256(b"walletcore/request/1")
    tweak = b"\x00" if wanted.tweak is None else b"\x01" + wanted.tweak
    prehash = "" if wanted.prehash is None else wanted.prehash.name
    for part in (
        wanted.key.curve.value.encode(),
        wanted.key.data,
        wanted.scheme.value.encode(),
        wanted.payload,
        prehash.encode(),
        tweak,
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


VARIANTS = [
    request(),
    request(2),
    request(payload=b"payloae"),
    request(payload=b""),
    request(prehash=sha256d),
    request(prehash=keccak256),
    request(prehash=None, payload=bytes(32)),
    request(scheme=Scheme.ECDSA_P256),
    request(scheme=Scheme.ED25519),
    request(EVEN, Scheme.BIP340),
    request(EVEN, Scheme.BIP340, tweak=b""),
    request(EVEN, Scheme.BIP340, tweak=bytes(32)),
    request(EVEN, Scheme.BIP340, prehash=tagged("TapSighash")),
    request(ODD, Scheme.BIP340),
]


def test_changing_any_compared_field_changes_the_id() -> None:
    assert len({wanted.id for wanted in VARIANTS}) == len(VARIANTS)
    assert len(set(VARIANTS)) == len(VARIANTS)


@pytest.mark.parametrize("wanted", VARIANTS)
def test_an_id_is_the_hash_of_the_canonical_form(wanted: SigningRequest) -> None:
    assert wanted.id == by_the_book(wanted) == wanted.id
    assert len(wanted.id) == 32


@pytest.mark.parametrize("wanted", VARIANTS)
def test_origin_and_subject_change_neither_the_id_nor_equality(wanted: SigningRequest) -> None:
    origin = KeyOrigin(b"abcd", Path.parse("m/0"))
    other = replace(wanted, origin=origin, subject=Deed(wanted=(wanted,)))
    assert other.id == wanted.id
    assert other == wanted
    assert hash(other) == hash(wanted)


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_request_about_another_subject_is_the_same_request(asked_before: bool) -> None:
    origin, deed = KeyOrigin(b"abcd", Path.parse("m/0")), Deed(wanted=(request(),))
    wanted = request(origin=origin)
    if asked_before:
        assert len(wanted.id) == 32
    other = wanted.about(deed)
    assert (other, other.origin, other.subject, wanted.subject) == (wanted, origin, deed, None)
    assert other.id == request().id
    assert other.about(None).subject is None


def test_parts_of_an_id_cannot_be_shifted_into_each_other() -> None:
    one = request(payload=b"abc", prehash=tagged("d"))
    for payload, prehash in ((b"abctagged:d", sha256), (b"abctagged:", tagged("d")), (b"ab", tagged("cd"))):
        assert one.id != request(payload=payload, prehash=prehash).id


@pytest.mark.parametrize("wanted", VARIANTS)
def test_a_request_travels_between_processes(wanted: SigningRequest) -> None:
    there = pickle.loads(pickle.dumps(wanted))
    assert there == wanted == copy.deepcopy(wanted)
    assert there.id == wanted.id
    assert there.message == wanted.message


def test_the_message_is_the_prehash_of_the_payload_or_the_payload() -> None:
    assert request(payload=bytes(32), prehash=None).message == bytes(32)
    assert request(prehash=sha256d).message == hashlib.sha256(hashlib.sha256(b"payload").digest()).digest()
    wanted = request()
    assert wanted.message is wanted.message


@pytest.mark.parametrize(
    "fields",
    [
        {"key": key(1).public_key.data},
        {"key": None},
        {"scheme": "ecdsa"},
        {"scheme": None},
        {"payload": "payload"},
        {"payload": bytearray(b"payload")},
        {"payload": memoryview(b"payload")},
        {"payload": None},
        {"prehash": "sha256"},
        {"prehash": hashlib.sha256},
    ],
)
def test_X18_X19_the_fields_of_a_request_have_exact_types(fields: dict[str, Any]) -> None:
    whole: dict[str, Any] = {"key": key(1).public_key, "scheme": Scheme.ECDSA, "payload": b"payload", **fields}
    assert reason(TransactionError, lambda: SigningRequest(**whole)) == "type"


def test_a_request_wants_a_scheme_of_the_keys_curve() -> None:
    for scheme in (Scheme.ED25519, Scheme.ECDSA_P256):
        assert reason(TransactionError, request, scheme=scheme, key=key(1).public_key) == "scheme"


@pytest.mark.parametrize(
    "fields",
    [
        {"number": EVEN, "tweak": b""},
        {"number": ODD, "scheme": Scheme.BIP340, "tweak": b""},
        {"number": EVEN, "scheme": Scheme.BIP340, "tweak": bytes(31)},
        {"number": EVEN, "scheme": Scheme.BIP340, "tweak": bytes(33)},
        {"number": EVEN, "scheme": Scheme.BIP340, "tweak": ""},
        {"number": EVEN, "scheme": Scheme.BIP340, "tweak": bytearray()},
        {"number": EVEN, "scheme": Scheme.ED25519, "tweak": b""},
    ],
)
def test_a_tweak_goes_with_bip340_and_an_even_key(fields: dict[str, Any]) -> None:
    assert reason(TransactionError, request, **fields) == "scheme"


def test_a_request_is_frozen_and_shows_no_subject() -> None:
    wanted = request(subject=Deed(wanted=()))
    with pytest.raises(FrozenInstanceError):
        wanted.payload = b"other"  # type: ignore[misc]
    assert "Deed" not in repr(wanted)


# -- signatures


@pytest.mark.parametrize("recovery", [True, -1, 4, 1.0, "1", 27])
def test_X16_a_recovery_id_is_an_int_from_0_to_3(recovery: Any) -> None:
    assert reason(InvalidSignature, Signature, scheme=Scheme.ECDSA, data=bytes(64), recovery=recovery) == "range"


@pytest.mark.parametrize("fields", [{"scheme": "ecdsa"}, {"data": "00"}, {"data": bytearray(64)}, {"data": None}])
def test_X18_the_fields_of_a_signature_have_exact_types(fields: dict[str, Any]) -> None:
    whole = {"scheme": Scheme.ECDSA, "data": bytes(64), **fields}
    assert reason(InvalidSignature, lambda: Signature(**whole)) == "type"


# -- accepting

every_request = pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (request(), 1),
        (request(scheme=Scheme.ECDSA_P256), 1),
        (request(scheme=Scheme.ED25519), 1),
        (request(scheme=Scheme.SR25519), 1),
        (request(EVEN, Scheme.BIP340), EVEN),
        (request(ODD, Scheme.BIP340), ODD),
        (request(EVEN, Scheme.BIP340, tweak=b""), EVEN),
        (request(EVEN, Scheme.BIP340, tweak=bytes(32)), EVEN),
        (request(key=key(ODD).public_key.even_y(), scheme=Scheme.BIP340, prehash=None, tweak=b""), ODD),
    ],
    ids=lambda value: value.scheme.value if isinstance(value, SigningRequest) else str(value),
)


@every_request
def test_an_answer_is_accepted_and_bound_to_its_request(wanted: SigningRequest, number: int) -> None:
    answer = answer_to(wanted, number)
    taken = wanted.accept(answer)
    assert isinstance(taken, AcceptedSignature)
    assert (taken.scheme, taken.data, taken.recovery) == (answer.scheme, answer.data, answer.recovery)
    assert taken.request == wanted
    assert wanted.accept(taken) is taken


@every_request
def test_an_answer_by_another_key_is_refused(wanted: SigningRequest, number: int) -> None:
    other = replace(wanted, key=key(12, wanted.key.curve).public_key.even_y())
    assert reason(InvalidSignature, wanted.accept, answer_to(other, 12)) == "mismatch"
    assert reason(InvalidSignature, wanted.accept, replace(answer_to(other, 12), recovery=None)) == "mismatch"


@every_request
def test_an_answer_to_another_payload_is_refused(wanted: SigningRequest, number: int) -> None:
    other = replace(wanted, payload=wanted.payload + b"!")
    assert reason(InvalidSignature, wanted.accept, answer_to(other, number)) == "mismatch"
    assert reason(InvalidSignature, wanted.accept, other.accept(answer_to(other, number))) == "mismatch"


@every_request
def test_an_accepted_answer_of_the_same_bytes_is_verified_again_for_another_request(
    wanted: SigningRequest, number: int
) -> None:
    taken = wanted.accept(answer_to(wanted, number))
    flipped = taken.data[:40] + bytes([taken.data[40] ^ 1]) + taken.data[41:]
    forged = vouch(wanted, flipped, taken.recovery)
    other = replace(wanted, payload=bytes(32))
    assert reason(InvalidSignature, other.accept, forged) == "mismatch"
    if wanted.prehash is None:
        return
    same_message = replace(wanted, payload=wanted.message, prehash=None)
    again = same_message.accept(taken)
    assert again is not taken
    assert (again.request, again.data) == (same_message, taken.data)


@every_request
def test_an_answer_of_another_scheme_is_refused(wanted: SigningRequest, number: int) -> None:
    for scheme in set(Scheme) - {wanted.scheme}:
        answer = replace(answer_to(wanted, number), scheme=scheme)
        assert reason(InvalidSignature, wanted.accept, answer) == "mismatch"


@every_request
@pytest.mark.parametrize("answer", [None, b"0" * 64, "00", 7, ("ecdsa", b"")])
def test_what_is_no_signature_is_refused(wanted: SigningRequest, number: int, answer: Any) -> None:
    assert reason(InvalidSignature, wanted.accept, answer) == "type"


@given(st.integers(1, ORDER - 1), st.binary(max_size=50))
def test_K11_any_form_of_an_ecdsa_answer_becomes_the_canonical_one(number: int, payload: bytes) -> None:
    wanted = request(number, payload=payload)
    plain = answer_to(wanted, number)
    assert plain.recovery is not None
    for answer in (
        plain,
        high(plain),
        replace(plain, recovery=None),
        replace(high(plain), recovery=None),
        replace(plain, data=encode_der(plain.data)),
        replace(high(plain), data=encode_der(high(plain).data)),
        replace(plain, data=encode_der(high(plain).data), recovery=None),
    ):
        taken = wanted.accept(answer)
        assert (taken.data, taken.recovery) == (plain.data, plain.recovery)


def test_K11_a_recovery_id_that_did_not_flip_with_s_is_refused() -> None:
    plain = answer_to(request())
    assert plain.recovery is not None
    assert reason(InvalidSignature, request().accept, replace(high(plain), recovery=plain.recovery)) == "mismatch"
    for recovery in {0, 1, 2, 3} - {plain.recovery}:
        assert reason(InvalidSignature, request().accept, replace(plain, recovery=recovery)) == "mismatch"


@pytest.mark.parametrize("scheme", [Scheme.ED25519, Scheme.BIP340, Scheme.ECDSA_P256])
def test_a_recovery_id_where_the_scheme_has_none_is_refused(scheme: Scheme) -> None:
    wanted = request(EVEN, scheme)
    assert reason(InvalidSignature, wanted.accept, replace(answer_to(wanted, EVEN), recovery=0)) == "mismatch"


@given(st.integers(1, ORDER - 1), st.binary(max_size=50))
def test_an_answer_that_openssl_made_is_accepted(number: int, payload: bytes) -> None:
    der = ec.derive_private_key(number, ec.SECP256K1()).sign(payload, ec.ECDSA(openssl.SHA256()))
    taken = request(number, payload=payload).accept(Signature(scheme=Scheme.ECDSA, data=der))
    r, s = utils.decode_dss_signature(der)
    assert taken.data == r.to_bytes(32) + min(s, ORDER - s).to_bytes(32)


@given(
    st.sampled_from([Scheme.ECDSA, Scheme.BIP340, Scheme.SCHNORR_BCH, Scheme.ED25519, Scheme.ECDSA_P256]),
    st.binary(max_size=80),
)
def test_any_bytes_are_no_answer_and_raise_only_that(scheme: Scheme, data: bytes) -> None:
    for recovery in (None, 0, 3):
        answer = Signature(scheme=scheme, data=data, recovery=recovery)
        assert reason(InvalidSignature, request(EVEN, scheme).accept, answer)


@given(st.integers(0, 63), st.integers(0, 7))
def test_K17_a_bit_that_flips_on_the_way_is_noticed(place: int, bit: int) -> None:
    for scheme in Scheme:
        wanted = request(EVEN, scheme)
        data = bytearray(answer_to(wanted, EVEN).data)
        data[place] ^= 1 << bit
        assert reason(InvalidSignature, wanted.accept, Signature(scheme=scheme, data=bytes(data)))


def test_an_accepted_answer_that_was_pickled_is_a_plain_one_and_verified_again() -> None:
    taken = request().accept(answer_to(request()))
    for there in (pickle.loads(pickle.dumps(taken)), copy.copy(taken), copy.deepcopy(taken)):
        assert type(there) is Signature
        assert request().accept(there) == taken
    forged = pickle.loads(pickle.dumps(vouch(request(), bytes(64))))
    assert reason(InvalidSignature, request().accept, forged) == "mismatch"


def test_nobody_makes_or_changes_an_accepted_answer_but_accept_and_vouch() -> None:
    taken = request().accept(answer_to(request()))
    for change in ({"data": bytes(64)}, {"request": request(payload=b"other")}, {}):
        with pytest.raises(InvalidSignature):
            replace(taken, **change)
    with pytest.raises(InvalidSignature):
        AcceptedSignature(scheme=Scheme.ECDSA, data=bytes(64), recovery=0, request=request())

    class Disguised(AcceptedSignature):
        pass

    disguised = object.__new__(Disguised)
    for name, value in (("scheme", Scheme.ECDSA), ("data", bytes(64)), ("recovery", 0), ("request", request())):
        object.__setattr__(disguised, name, value)
    with pytest.raises(InvalidSignature):
        request().accept(disguised)


def test_a_hash_under_a_borrowed_name_is_refused() -> None:
    for borrowed in (Hash("keccak256", lambda data: bytes(32)), Hash("", sha256), Hash("sha256", sha256)):
        with pytest.raises(TransactionError):
            request(prehash=borrowed)


@pytest.mark.parametrize("payload", [b"", b"x", bytes(31), bytes(33)])
@pytest.mark.parametrize("scheme", [Scheme.ECDSA, Scheme.ECDSA_P256])
def test_ecdsa_signs_a_digest_or_names_a_hash(scheme: Scheme, payload: bytes) -> None:
    with pytest.raises(TransactionError):
        request(scheme=scheme, payload=payload, prehash=None)


@pytest.mark.parametrize("requests", [None, 5, {request()}, (5,), [None], request(), (r for r in (request(),))])
def test_what_is_no_sequence_of_requests_is_refused(requests: Any) -> None:
    with pytest.raises(TransactionError):
        collect(requests)
    with pytest.raises(TransactionError):
        asyncio.run(collect_async(requests))


@pytest.mark.parametrize("signer", [None, 5, "signer", object()])
def test_what_is_no_signer_is_refused(signer: Any) -> None:
    with pytest.raises(SignerError):
        collect([request()], signer)


@pytest.mark.parametrize("subject", [None, 5, object()])
def test_what_cannot_be_signed_is_refused(subject: Any) -> None:
    with pytest.raises(TransactionError):
        sign(subject)


def test_a_batch_signer_cannot_empty_what_it_is_asked() -> None:
    class Emptying:
        public_key = key(1).public_key

        def sign(self, wanted: SigningRequest) -> Signature:
            raise AssertionError

        def sign_all(self, wanted: Any) -> list[Signature]:
            if hasattr(wanted, "clear"):
                wanted.clear()
            return []

    with pytest.raises(SignerError):
        collect([request()], Emptying())


def test_collect_async_waits_for_all_before_it_says_that_one_has_failed() -> None:
    done = []

    class Failing:
        public_key = key(1).public_key

        async def sign(self, wanted: SigningRequest) -> Signature:
            raise SignerError("no")

    class Slow:
        public_key = key(2).public_key

        async def sign(self, wanted: SigningRequest) -> Signature:
            await asyncio.sleep(0.01)
            done.append(wanted)
            return answer_to(wanted, 2)

    with pytest.raises(SignerError):
        asyncio.run(collect_async([request(1), request(2)], Failing(), Slow()))
    assert len(done) == 1


def test_a_taproot_answer_is_one_by_the_output_key_and_not_by_the_internal_key() -> None:
    wanted = request(EVEN, Scheme.BIP340, tweak=b"")
    plain = answer_to(replace(wanted, tweak=None), EVEN)
    assert reason(InvalidSignature, wanted.accept, plain) == "mismatch"
    taken = wanted.accept(answer_to(wanted, EVEN))
    wanted.key.taproot_output(b"").verify(Scheme.BIP340, wanted.message, taken.data)


# -- answers


def two() -> tuple[SigningRequest, SigningRequest]:
    return request(1), request(2)


def test_accepted_takes_each_answer_in_its_place() -> None:
    one, other = two()
    answers = accepted((one, other), (answer_to(one, 1), None))
    assert isinstance(answers[0], AcceptedSignature)
    assert answers[1] is None
    assert reason(InvalidSignature, accepted, (one, other), (None, answer_to(one, 1))) == "mismatch"


@pytest.mark.parametrize("answers", [(), (None,), (None, None, None), [None, None], None, "ab", iter([None, None])])
def test_answers_are_a_tuple_with_one_place_per_request(answers: Any) -> None:
    assert reason(InvalidSignature, accepted, two(), answers) == "length"


def test_merge_takes_the_first_answer_that_is_there() -> None:
    one, other = (Signature(scheme=Scheme.ECDSA, data=bytes([n]) * 64) for n in (1, 2))
    assert merge((one, None), (None, other)) == (one, other)
    assert merge((one, None), (other, None)) == (one, None)
    assert merge((None, None), (None, other), (one, one)) == (one, other)
    assert merge((one,)) == (one,)
    assert merge() == merge((), ()) == ()


def test_merge_refuses_parts_with_different_numbers_of_places() -> None:
    assert reason(InvalidSignature, merge, (None,), (None, None)) == "length"
    assert reason(InvalidSignature, merge, (), (None,)) == "length"


def test_complete_gives_the_same_answers_or_names_the_places() -> None:
    one = Signature(scheme=Scheme.ECDSA, data=bytes(64))
    assert complete((one, one)) == (one, one)
    assert complete(()) == ()
    with pytest.raises(MissingSignature, match=r"request 0, 2$") as caught:
        complete((None, one, None))
    assert caught.value.reason == "missing"
    with pytest.raises(MissingSignature) as caught:
        complete((None,) * 100_000)
    assert len(str(caught.value)) < 100


# -- collecting


def test_signers_are_found_by_their_public_keys() -> None:
    one, other = two()
    answers = collect((one, other), Device(2), Device(3), Device(1))
    assert all(answers)
    assert [answer.request for answer in answers if isinstance(answer, AcceptedSignature)] == [one, other]
    assert collect((one, other), Device(2))[0] is None
    assert collect((one, other)) == (None, None)
    assert collect((), Device(1)) == ()


def test_equal_requests_are_asked_once_and_answered_in_each_place() -> None:
    device = Device(1)
    requests = (request(1), request(2), replace(request(1), origin=KeyOrigin(b"abcd", Path())), request(1))
    answers = collect(requests, device)
    assert len(device.asked) == 1
    assert answers[0] == answers[2] == answers[3]
    assert answers[1] is None


def test_the_first_of_two_signers_for_one_key_is_asked() -> None:
    first, second = Device(1), Device(1)
    collect((request(1),), first, second)
    assert (len(first.asked), len(second.asked)) == (1, 0)


def test_a_signer_for_another_key_is_not_asked() -> None:
    device = Device(2)
    assert collect((request(1),), device) == (None,)
    assert device.asked == []


def test_bip340_is_routed_by_x() -> None:
    by_x = request(key=key(ODD).public_key.even_y(), scheme=Scheme.BIP340, prehash=None)
    for requests in ((by_x,), (request(ODD, Scheme.BIP340),), (replace(by_x, tweak=b""),)):
        assert all(collect(requests, Device(ODD)))
        assert all(collect(requests, LocalSigner(key(ODD))))
        assert not any(collect(requests, Device(EVEN)))


def test_bip340_is_routed_by_x_to_the_holder_of_the_negated_key_as_well() -> None:
    negated = PrivateKey(K1, Secret((ORDER - EVEN).to_bytes(32)))
    assert negated.public_key.data[0] == 3
    wanted = request(EVEN, Scheme.BIP340)
    for held in (negated, key(EVEN)):
        for one in (wanted, replace(wanted, key=negated.public_key)):
            assert all(collect((one,), LocalSigner(held)))


def test_ecdsa_is_never_routed_by_x() -> None:
    wanted = request(key=key(ODD).public_key.even_y())
    device = Device(ODD)
    assert collect((wanted,), device, LocalSigner(key(ODD))) == (None,)
    assert device.asked == []


def test_both_schemes_of_one_key_reach_its_holder() -> None:
    requests = (request(ODD), request(ODD, Scheme.BIP340), request(key=key(ODD).public_key.even_y()))
    device = Device(ODD)
    answers = collect(requests, device)
    assert [answer is None for answer in answers] == [False, False, True]
    assert len(device.asked) == 2


def test_curves_do_not_mix() -> None:
    requests = tuple(request(EVEN, scheme) for scheme in Scheme)
    answers = collect(requests, *(Device(EVEN, curve) for curve in reversed(Curve)))
    assert all(answers)


def test_a_wrong_answer_of_a_signer_is_refused() -> None:
    class Faulty(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            return answer_to(replace(wanted, payload=b"other"), self.number)

    class Silent(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            return None

    assert reason(InvalidSignature, collect, (request(1),), Faulty(1)) == "mismatch"
    assert reason(InvalidSignature, collect, (request(1),), Silent(1)) == "type"


def test_a_signer_that_fails_fails_the_collection() -> None:
    class Broken(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            raise SignerError("no power", reason="missing")

    assert reason(SignerError, collect, (request(1),), Broken(1)) == "missing"
    assert reason(SignerError, asyncio.run, collect_async((request(1),), Broken(1))) == "missing"


# -- batches


def test_a_batch_signer_is_asked_once_for_all() -> None:
    device = Batch(1)
    requests = (request(1), request(2), request(1, payload=b"other"), request(1))
    answers = collect(requests, device)
    assert device.batches == [2]
    assert [answer is None for answer in answers] == [False, True, False, False]
    assert collect((request(2),), device) == (None,)
    assert device.batches == [2]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_batch_signer_that_gives_another_number_of_answers_is_refused(number: int) -> None:
    class Wrong(Batch):
        def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
            return [answer_to(wanted[0])] * number

    requests = (request(1), request(1, payload=b"other"))
    assert reason(SignerError, collect, requests, Wrong(1)) == "length"
    assert reason(SignerError, asyncio.run, collect_async(requests, Wrong(1))) == "length"


@pytest.mark.parametrize("given_back", [None, 7, object()])
def test_a_batch_signer_that_gives_no_sequence_is_refused(given_back: Any) -> None:
    class Wrong(Batch):
        def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
            return given_back

    assert reason(SignerError, collect, (request(1),), Wrong(1)) == "length"
    assert reason(SignerError, asyncio.run, collect_async((request(1),), Wrong(1))) == "length"


def test_a_batch_signer_that_swaps_answers_is_refused() -> None:
    class Swapping(Batch):
        def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
            return [answer_to(each) for each in reversed(wanted)]

    assert reason(InvalidSignature, collect, (request(1), request(1, payload=b"other")), Swapping(1)) == "mismatch"


# -- signing


def test_sign_collects_and_assembles() -> None:
    deed = Deed(wanted=two())
    signed = sign(deed, Device(1), Device(2))
    assert [answer.data for answer in signed] == [answer_to(one, n).data for n, one in enumerate(two(), 1)]
    assert reason(MissingSignature, sign, deed, Device(1)) == "missing"
    assert reason(MissingSignature, sign, deed) == "missing"


def test_parts_of_the_answers_may_come_from_elsewhere() -> None:
    deed = Deed(wanted=two())
    here = collect(deed.requests(), Device(1))
    there = pickle.loads(pickle.dumps(collect(deed.requests(), Device(2))))
    assert deed.assemble(merge(here, there)) == sign(deed, Device(1), Device(2))


@pytest.mark.parametrize("signer", [Waiting(1), WaitingBatch(1)])
def test_sign_refuses_a_signer_that_waits_and_leaves_nothing_behind(signer: Device) -> None:
    gc.collect()  # what other tests have left
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert "sign_async" in refusal_of(signer)
        gc.collect()  # a coroutine that nobody awaited would warn here
    assert [str(warning.message) for warning in seen] == []
    assert signer.asked == []


def refusal_of(signer: Device) -> str:
    """The text of the TypeError, without the frames that would keep a coroutine alive."""
    try:
        sign(Deed(wanted=(request(1),)), signer)
    except TypeError as error:
        return str(error)
    return ""


def test_sign_refuses_any_other_awaitable() -> None:
    class Promise:
        def __await__(self) -> Any:
            yield

    class Promising(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            return Promise()

    with pytest.raises(TypeError, match="Promising is asynchronous"):
        sign(Deed(wanted=(request(1),)), Promising(1))


def test_sign_async_awaits_all_kinds_of_signers() -> None:
    signers: list[AsyncSigner | Signer] = [Waiting(1), Device(2), Batch(3), WaitingBatch(4), LocalSigner(key(5))]
    deed = Deed(wanted=tuple(request(n) for n in range(1, 6)))
    signed = asyncio.run(sign_async(deed, *signers))
    assert signed == sign(deed, *(Device(n) for n in range(1, 6)))


def test_sign_async_runs_signers_that_do_not_wait_in_a_thread() -> None:
    waiting, blocking, batch = Waiting(1), Device(2), Batch(3)
    deed = Deed(wanted=(request(1), request(2), request(3)))
    asyncio.run(sign_async(deed, waiting, blocking, batch))
    here = threading.get_ident()
    assert waiting.threads == [here]
    assert here not in blocking.threads + batch.threads


def test_sign_async_asks_all_signers_at_the_same_time() -> None:
    arrived = threading.Barrier(2, timeout=30)

    class Meeting(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            arrived.wait()  # returns only when the other one is asked, too
            return self.answer(wanted)

    deed = Deed(wanted=(request(1), request(2)))
    assert all(asyncio.run(sign_async(deed, Meeting(1), Meeting(2))))


def test_sign_async_awaits_what_a_signer_that_does_not_say_so_returns() -> None:
    class Hidden(Device):
        def sign(self, wanted: SigningRequest) -> Awaitable[Signature]:
            return Waiting(self.number).sign(wanted)

    assert asyncio.run(sign_async(Deed(wanted=(request(1),)), Hidden(1)))


def test_collect_async_gives_what_collect_gives() -> None:
    requests = (request(1), request(2), request(1), request(ODD, Scheme.BIP340))
    assert asyncio.run(collect_async(requests, Waiting(1), Device(ODD))) == collect(requests, Device(1), Device(ODD))
    assert asyncio.run(collect_async(())) == ()


def test_X05_a_cancelled_signature_leaves_nothing_behind() -> None:
    class Endless(Device):
        async def sign(self, wanted: SigningRequest) -> Any:
            await asyncio.sleep(3600)

    async def cancelled() -> bool:
        task = asyncio.ensure_future(sign_async(Deed(wanted=(request(1),)), Endless(1)))
        await asyncio.sleep(0.01)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        return False

    gc.collect()  # what other tests have left
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert asyncio.run(cancelled())
        gc.collect()
    assert [str(warning.message) for warning in seen] == []


def test_X14_ten_thousand_bad_answers_and_then_a_good_one() -> None:
    wanted, good = request(), answer_to(request())
    bad = replace(good, data=good.data[:-1] + bytes([good.data[-1] ^ 1]))
    for _ in range(10_000):
        with pytest.raises(InvalidSignature):
            wanted.accept(replace(bad, recovery=good.recovery))
    assert wanted.accept(good).data == good.data


# -- signers that misbehave


class Stopping(Device):
    def sign(self, wanted: SigningRequest) -> Any:
        return next(iter(()))


class StoppingBatch(Batch):
    def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
        return next(iter(()))


@pytest.mark.parametrize("signer", [Stopping(1), StoppingBatch(1)])
def test_X05_a_signer_that_stops_iterating_has_failed_and_nobody_waits_for_it(signer: Device) -> None:
    """StopIteration would end a caller's loop in silence, and no Future of asyncio holds it."""
    deed = Deed(wanted=(request(1),))
    with pytest.raises(SignerError):
        list(map(sign, [deed, deed], [signer, signer]))
    with pytest.raises(SignerError):
        asyncio.run(asyncio.wait_for(sign_async(deed, signer), 20))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_X05_a_signer_that_cancels_itself_does_not_cancel_its_caller(asynchronous: bool) -> None:
    class Cancelled(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            raise asyncio.CancelledError

    class Waits(Device):
        async def sign(self, wanted: SigningRequest) -> Any:
            raise asyncio.CancelledError

    async def caller() -> str:
        try:
            await sign_async(Deed(wanted=(request(1),)), Waits(1) if asynchronous else Cancelled(1))
        except OutcomeUnknown as error:
            return str(error)
        return ""

    assert "cancelled" in asyncio.run(caller())


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, RecursionError])
def test_X05_what_stops_a_signer_stops_its_caller(error: type[BaseException]) -> None:
    class Stopped(Device):
        def sign(self, wanted: SigningRequest) -> Any:
            raise error

    with pytest.raises(error):
        sign(Deed(wanted=(request(1),)), Stopped(1))


def test_X18_requests_that_change_while_signers_are_asked_are_those_of_the_beginning() -> None:
    for change in (lambda requests: requests.append(request(3)), lambda requests: requests.pop()):
        requests = [request(1), request(2)]

        class Changing(Device):
            def sign(self, wanted: SigningRequest, requests: Any = requests, change: Any = change) -> Any:
                change(requests)
                return self.answer(wanted)

        answers = collect(requests, Changing(1))
        assert [answer is None for answer in answers] == [False, True]
        requests[:] = [request(1), request(2)]
        assert asyncio.run(collect_async(requests, Changing(1))) == answers


@pytest.mark.parametrize("given_back", [[], [1, 2], "endless"])
def test_X19_a_sequence_of_answers_that_lies_about_its_length_is_refused(given_back: Any) -> None:
    class Lying(list[Any]):
        def __len__(self) -> int:
            return 1

        def __iter__(self) -> Any:
            return iter(lambda: 0, 1) if given_back == "endless" else iter(given_back)

    class Wrong(Batch):
        def sign_all(self, wanted: Sequence[SigningRequest]) -> Any:
            return Lying()

    assert reason(SignerError, collect, (request(1),), Wrong(1)) == "length"
    assert reason(SignerError, asyncio.run, collect_async((request(1),), Wrong(1))) == "length"


@pytest.mark.parametrize("sign_method", [None, 7, "sign"])
def test_a_holder_of_a_key_that_cannot_sign_is_no_signer(sign_method: Any) -> None:
    class Keyed:
        public_key = key(1).public_key
        sign = sign_method

    assert reason(SignerError, collect, (request(1),), Keyed()) == "type"
    assert reason(SignerError, asyncio.run, collect_async((request(1),), Keyed())) == "type"


@pytest.mark.parametrize("many", [None, 7, "sign_all"])
def test_a_signer_that_cannot_answer_all_at_once_is_asked_one_by_one(many: Any) -> None:
    class Single(Device):
        sign_all = many

    requests = (request(1), request(1, payload=b"other"))
    signer = Single(1)
    assert all(collect(requests, signer))
    assert all(asyncio.run(collect_async(requests, signer)))
    assert len(signer.asked) == 4


def test_X19_an_answer_that_is_equal_to_everything_is_not_missing() -> None:
    class Alike(Signature):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    answers = (Alike(scheme=Scheme.ECDSA, data=bytes(64)),)
    assert complete(answers) is answers


# -- protocols and memory


def test_the_protocols_are_satisfied_by_what_looks_like_them() -> None:
    signer: Signer = LocalSigner(key(1))
    waiting: AsyncSigner = Waiting(1)
    batch: BatchSigner = Batch(1)
    subject: Signable[tuple[Signature, ...]] = Deed(wanted=())
    assert isinstance(signer, Signer)
    assert isinstance(waiting, AsyncSigner)
    assert isinstance(batch, BatchSigner)
    assert not isinstance(signer, BatchSigner)
    assert not isinstance(subject, Signer)
