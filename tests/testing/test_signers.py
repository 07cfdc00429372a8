"""The conformance kit for signers passes what keeps its promises, and sees every single one that is broken."""

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support.devices import ED, K1, OTHER, P256, PIN, Batch, Device, Mutants, Waiting
from support.keys import secret_of
from walletcore.curves.secp256k1 import ORDER, encode_der
from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused
from walletcore.hashes import keccak256, sha256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.keystore import web3
from walletcore.secret import Secret
from walletcore.signers import open_signer
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signature, SigningRequest
from walletcore.testing import check_async_signer, check_signer
from walletcore.wallet import Wallet

# -- what keeps every promise


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize("check", [True, False])
def test_a_local_signer_keeps_every_promise(curve: Curve, check: bool) -> None:
    secret = secret_of(curve, bytes([7]) * 32)
    report = check_signer(LocalSigner(PrivateKey(curve, Secret(secret)), check), secrets=[secret])
    assert report.schemes == tuple(scheme for scheme in Scheme if scheme.curve is curve)
    assert report.is_deterministic == (curve is not Curve.SR25519)
    assert not report.is_asynchronous
    assert report.signs_tweaked == (curve is K1)
    assert report.largest == (None if curve in (K1, P256) else 1000)
    assert {None, sha256} <= set(report.hashes)


@pytest.mark.parametrize("number", [1, 2, 3, 6])  # 3 and 6 have an odd y, 1 is the kit's own stranger
def test_a_key_of_any_parity_passes(number: int) -> None:
    check_signer(LocalSigner(PrivateKey(K1, Secret(number.to_bytes(32)))))


@pytest.mark.parametrize("number", [2, 3])
def test_a_device_without_taproot_passes_with_a_key_of_any_parity(number: int) -> None:
    class EcdsaOnly(Device):
        def __init__(self) -> None:
            super().__init__()
            self._local = LocalSigner(PrivateKey(K1, Secret(number.to_bytes(32))))

        def answer(self, request: SigningRequest) -> Any:
            if request.key != self.public_key:
                raise SigningRefused("another key", reason="mismatch")
            if request.scheme is not Scheme.ECDSA:
                raise SigningRefused("ECDSA only", reason="scheme")
            return Device.answer(self, request)

    report = check_signer(EcdsaOnly())
    assert (report.schemes, report.signs_tweaked) == ((Scheme.ECDSA,), False)


def test_signers_that_open_signer_opens_pass(tmp_path: Path) -> None:
    phrase = b"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
    key = PrivateKey(K1, Secret(bytes([7]) * 32))
    assert check_signer(open_signer("local:", public_key=key.public_key, secrets=lambda name: key.secret)).schemes
    seeded = Wallet.from_mnemonic(phrase.decode())
    words = {"mnemonic": phrase, "passphrase": b""}
    hd = open_signer(
        "hd:m/44'/60'/0'/0/0",
        public_key=seeded.signer("ethereum").public_key,
        secrets=lambda name: Secret(words[name]),
    )
    assert check_signer(hd, secrets=[phrase]).schemes == (Scheme.ECDSA, Scheme.BIP340, Scheme.SCHNORR_BCH)
    (tmp_path / "key.json").write_text(web3.encrypt(key, Secret(PIN), kdf=web3.Pbkdf2(iterations=1000)))
    (tmp_path / "key.json").chmod(0o600)
    file = open_signer(f"file:{tmp_path}/key.json", public_key=key.public_key, secrets=lambda name: Secret(PIN))
    assert check_signer(file, secrets=[PIN]).schemes == (Scheme.ECDSA, Scheme.BIP340, Scheme.SCHNORR_BCH)


@pytest.mark.parametrize("signer", [Device(), Batch()])
def test_a_device_of_another_package_passes(signer: Device) -> None:
    report = check_signer(signer, secrets=[PIN])
    assert report.signs_batches == isinstance(signer, Batch)


def test_an_asynchronous_signer_passes_in_one_loop_or_in_that_of_its_caller() -> None:
    class Bound(Waiting):
        loops: list[asyncio.AbstractEventLoop]

        async def sign(self, request: SigningRequest) -> Any:
            self.loops.append(asyncio.get_running_loop())
            return await Waiting.sign(self, request)

    bound = Bound()
    bound.loops = []
    assert check_signer(bound).is_asynchronous
    assert len(set(map(id, bound.loops))) == 1
    bound.loops = []

    async def here() -> asyncio.AbstractEventLoop:
        assert (await check_async_signer(bound, secrets=[PIN])).is_asynchronous
        return asyncio.get_running_loop()

    loop = asyncio.run(here())
    assert all(each is loop for each in bound.loops)


def test_a_signer_that_takes_one_hash_only_says_so() -> None:
    class Keccak(Device):
        def answer(self, request: SigningRequest) -> Any:
            if request.prehash != keccak256 and request.key == self.public_key:
                raise SigningRefused("Keccak-256 only", reason="scheme")
            return Device.answer(self, request)

    report = check_signer(Keccak())
    assert report.hashes == (keccak256,)
    assert report.schemes == (Scheme.ECDSA, Scheme.SCHNORR_BCH)


def test_high_s_and_der_are_good_answers() -> None:
    class High(Device):
        def answer(self, request: SigningRequest) -> Any:
            made = Device.answer(self, request)
            if request.scheme is not Scheme.ECDSA:
                return made
            s = ORDER - int.from_bytes(made.data[32:])
            return Signature(scheme=made.scheme, data=encode_der(made.data[:32] + s.to_bytes(32)))

    assert check_signer(High()).schemes == (Scheme.ECDSA, Scheme.BIP340, Scheme.SCHNORR_BCH)


# -- mutants: each breaks one promise, and is seen

MUTANTS = Mutants()
mutant = MUTANTS.mutant


@mutant("signature verifies")
class SignsDoubleHash(Device):
    def answer(self, request: SigningRequest) -> Any:
        return (
            self.of(request, payload=sha256(request.message), prehash=None)
            if request.prehash
            else super().answer(request)
        )


@mutant("signature verifies")
class SignsThePayloadWithoutItsHash(Device):
    curve = ED

    def answer(self, request: SigningRequest) -> Any:
        return self.of(request, prehash=None)


@mutant("signature verifies")
class CutsLongMessages(Device):
    curve = ED

    def answer(self, request: SigningRequest) -> Any:
        return self.of(request, payload=request.message[:255], prehash=None)


@mutant("signature verifies")
class KnowsOneHash(Device):
    def answer(self, request: SigningRequest) -> Any:
        return self.of(request, prehash=sha256) if request.prehash else super().answer(request)


@mutant("signature verifies")
class IgnoresTweaks(Device):
    def answer(self, request: SigningRequest) -> Any:
        return self.of(request, tweak=None)


@mutant("signature verifies")
class IgnoresMerkleRoots(Device):
    def answer(self, request: SigningRequest) -> Any:
        return self.of(request, tweak=b"") if request.tweak else super().answer(request)


@mutant("signature verifies")
class HasAnotherKey(Device):
    def answer(self, request: SigningRequest) -> Any:
        return self.of(request, OTHER, tweak=None)


@mutant("signature verifies")
class TrailingBytes(Device):
    def answer(self, request: SigningRequest) -> Any:
        made = super().answer(request)
        return Signature(scheme=made.scheme, data=encode_der(made.data) + b"\0")


@mutant("signature verifies")
class WrongRecovery(Device):
    def answer(self, request: SigningRequest) -> Any:
        made = super().answer(request)
        if made.recovery is None:
            return made
        return Signature(scheme=made.scheme, data=made.data, recovery=made.recovery ^ 1)


@mutant("signature verifies")
class RecoveryWhereThereIsNone(Device):
    curve = P256

    def answer(self, request: SigningRequest) -> Any:
        return Signature(scheme=request.scheme, data=super().answer(request).data, recovery=0)


@mutant("answered with that scheme")
class WrongScheme(Device):
    def answer(self, request: SigningRequest) -> Any:
        made = super().answer(request)
        return Signature(scheme=Scheme.ED25519, data=made.data)


@mutant("sign returns a Signature")
class ReturnsNone(Device):
    def answer(self, request: SigningRequest) -> Any:
        return None


@mutant("sign returns a Signature")
class ReturnsBytes(Device):
    def answer(self, request: SigningRequest) -> Any:
        return super().answer(request).data


@mutant("another key is refused")
class SignsForOtherKeys(Device):
    def answer(self, request: SigningRequest) -> Any:
        if request.key.even_y() == self.public_key.even_y():
            return super().answer(request)
        changes: dict[str, Any] = {} if request.scheme.curve is K1 else {"scheme": Scheme.ECDSA, "payload": bytes(32)}
        return self.of(request, None, **changes)


@mutant("another key is refused")
class SignsForTheNegatedKey(Device):
    def answer(self, request: SigningRequest) -> Any:
        same = request.scheme is Scheme.ECDSA and request.key.even_y() == self.public_key.even_y()
        return self.of(request) if same else super().answer(request)


@mutant("another key is refused")
class FailsForOtherKeys(Device):
    def answer(self, request: SigningRequest) -> Any:
        if request.key.even_y() != self.public_key.even_y():
            raise SignerUnavailable("no such key")
        return super().answer(request)


@mutant("no request")
class SignsAnything(Device):
    def sign(self, request: Any) -> Any:
        if not isinstance(request, SigningRequest):
            return self.of(SigningRequest(key=self.public_key, scheme=Scheme.ECDSA, payload=bytes(32)))
        return self.answer(request)


@mutant("no request (_Lying)")
class SignsForSubclasses(Device):
    def sign(self, request: Any) -> Any:
        if not isinstance(request, SigningRequest):
            raise SigningRefused("expected a request", reason="type")
        return self.of(request) if type(request) is not SigningRequest else self.answer(request)


@mutant("no request (SimpleNamespace)")
class SignsForLookalikes(Device):
    def sign(self, request: SigningRequest) -> Any:
        if not hasattr(request, "payload"):
            raise SigningRefused("expected a request", reason="type")
        return self.of(request) if type(request) is not SigningRequest else self.answer(request)


@mutant("no request (NoneType)")
class RaisesAttributeError(Device):
    def sign(self, request: SigningRequest) -> Any:
        return request.key and self.answer(request)


@mutant("nothing but SignerError")
class RaisesKeyError(Device):
    def answer(self, request: SigningRequest) -> Any:
        raise KeyError("slot")


@mutant("answers or refuses while")
class NeverKnows(Device):
    def answer(self, request: SigningRequest) -> Any:
        raise OutcomeUnknown("perhaps")


@mutant("refuses for its scheme or policy")
class RefusesWithoutAReason(Device):
    def answer(self, request: SigningRequest) -> Any:
        if request.scheme is Scheme.BIP340:
            raise SigningRefused("no")
        return super().answer(request)


@mutant("some scheme")
class TakesNothing(Device):
    def answer(self, request: SigningRequest) -> Any:
        raise SigningRefused("no", reason="scheme")


@mutant("refuses for its scheme or policy")
class TakesNoShortMessages(Device):
    curve = ED

    def answer(self, request: SigningRequest) -> Any:
        if request.key == self.public_key and len(request.payload) < 32:
            raise SigningRefused("too short", reason="length")
        return super().answer(request)


@mutant("one of REASONS")
class InventsReasons(Device):
    def answer(self, request: SigningRequest) -> Any:
        if request.key.even_y() != self.public_key.even_y():
            raise SigningRefused("no", reason="because")
        return super().answer(request)


@mutant("copied by")
class IsPickled(Device):
    def __reduce_ex__(self, protocol: Any) -> Any:  # type: ignore[override]
        return type(self), ()


@mutant("copied by copy")
class IsCopied(Device):
    def __copy__(self) -> Any:  # type: ignore[override]
        return self


@mutant("copied by copy.deepcopy")
class IsCopiedDeeply(Device):
    def __deepcopy__(self, memo: Any) -> Any:  # type: ignore[override]
        return self


@mutant("with a TypeError")
class FailsToBeCopied(Device):
    def __copy__(self) -> Any:  # type: ignore[override]
        raise ValueError("no")


@mutant("whichever thread asks")
class BelongsToAThread(Device):
    def answer(self, request: SigningRequest) -> Any:
        if threading.current_thread() is not threading.main_thread():
            raise SignerError("the session belongs to another thread")
        return super().answer(request)


@mutant("threads may sign")
class TakesOneThreadAtATime(Device):
    busy = False

    def answer(self, request: SigningRequest) -> Any:
        if self.busy:
            raise SignerError("one at a time")
        self.busy = True
        time.sleep(0.002)
        try:
            return super().answer(request)
        finally:
            self.busy = False


@mutant("threads may sign at once: SystemExit")
class EndsThreads(TakesOneThreadAtATime):
    def answer(self, request: SigningRequest) -> Any:
        if self.busy:
            raise SystemExit
        return super().answer(request)


@mutant("nothing but SignerError and InvalidSignature: SystemExit")
class EndsThePrograms(Device):
    def answer(self, request: SigningRequest) -> Any:
        raise SystemExit(1)


@mutant("signature verifies")
class SharesABuffer(Device):
    def answer(self, request: SigningRequest) -> Any:
        self.buffer = request
        time.sleep(0.002)
        return super().answer(self.buffer)


@mutant("tasks may sign")
class FailsTogether(Waiting):
    busy = False

    async def sign(self, request: SigningRequest) -> Any:
        if self.busy:
            raise SignerError("one at a time")
        self.busy = True
        try:
            return await super().sign(request)
        finally:
            self.busy = False


@mutant("signature verifies")
class SharesABufferBetweenTasks(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        self.buffer = request
        await asyncio.sleep(0)
        return Device.sign(self, self.buffer)


@mutant("the same whenever it is asked")
class TurnsItsKey(Device):
    asked = 0

    @property
    def public_key(self) -> PublicKey:
        self.asked += 1
        return OTHER.public_key if self.asked == 5 else self._local.public_key


@mutant("public_key is a PublicKey")
class HasAKeyInBytes(Device):
    @property
    def public_key(self) -> Any:
        return self._local.public_key.data


@mutant("a signer has a public_key")
class HasNoKey(Device):
    @property
    def public_key(self) -> Any:
        raise AttributeError("no key")


@mutant("sign is a method")
class HasNoMethod(Device):
    sign = None  # type: ignore[assignment]


@mutant("collected")
class AnswersBatchesOutOfOrder(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return super().sign_all(requests)[::-1]


@mutant("collected")
class AnswersPartOfABatch(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return super().sign_all(requests)[:-1]


@mutant("a sequence of as many")
class AnswersEqualRequestsOnce(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return super().sign_all(tuple(dict.fromkeys(requests)))


@mutant("a sequence of as many")
class GivesAnIterator(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        made = super().sign_all(requests)
        return made if len(requests) == 3 else iter(made)


@mutant("nothing but SignerError")
class FailsOnEmptyBatches(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return requests[0] and super().sign_all(requests)


@mutant("a batch with a request")
class LeavesForeignRequestsOut(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return [self.sign(request) for request in requests if request.key == self.public_key]


@mutant("a batch with a request")
class AnswersForeignRequestsWithNone(Batch):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return [self.sign(request) if request.key == self.public_key else None for request in requests]


@pytest.mark.parametrize("name", MUTANTS.known)
def test_a_broken_promise_is_seen_and_named(name: str) -> None:
    MUTANTS.check(name)


@pytest.mark.parametrize("secrets", [["1234"], [b"123"], [b""], b"12345", "12345", None, [bytearray(8)]])
def test_secrets_to_look_for_are_bytes_of_some_length(secrets: Any) -> None:
    with pytest.raises(SignerError) as caught:
        check_signer(Device(), secrets=secrets)
    assert caught.value.reason == "type"
