"""AWS KMS over a wire that breaks, and a service that is killed: what the signer tells is true, and in time.

The service's own record, written before it answers, is what each outcome is held against.
"""

import asyncio
import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config

from support.faults import ALL, Fault, Proxy, closed_port, steps
from support.kms import FakeKms, Reply
from support.moto_kms import MotoKms
from support.outcomes import Outcome, Sign, outcome, until
from walletcore.errors import OutcomeUnknown, SignerUnavailable
from walletcore.hashes import sha256
from walletcore.keys import PublicKey, Scheme
from walletcore.signers import aws_kms
from walletcore.signers.asn1 import read_public_key
from walletcore.signers.remote import Patience
from walletcore.signers.uri import SignerUri
from walletcore.signing import AcceptedSignature, SigningRequest
from walletcore.testing import check_signer

SESSION = boto3.Session("AKIATEST", "hushhushhush")
URI = SignerUri.parse("awskms:alias/secp256k1?region=eu-west-1")
DEADLINE = 0.4
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def running() -> Iterator[FakeKms]:
    with FakeKms() as fake:
        yield fake


@pytest.fixture
def kms(running: FakeKms) -> FakeKms:
    running.reset()
    return running


def opened(url: str, key: PublicKey, patience: Patience, asynchronously: bool, **settings: Any) -> Sign:
    def make(config: Config) -> Any:
        return SESSION.client("kms", config=config.merge(Config(**settings)), endpoint_url=url)

    if asynchronously:
        signer = aws_kms.open_async_key(URI, key, client=make, patience=patience)
        return lambda request: asyncio.run(signer.sign(request))
    return aws_kms.open_key(URI, key, client=make, patience=patience).sign


def at_last(opening: Callable[[], Sign]) -> Sign:
    """A signer that is opened, though a busy machine takes longer over it than the little time that it will have."""
    found: list[Sign] = []

    def has_opened() -> bool:
        with suppress(SignerUnavailable):
            found.append(opening())
        return bool(found)

    assert until(has_opened)
    return found[0]


def request(key: PublicKey) -> SigningRequest:
    """One that nobody asked for before: what an earlier test left behind may yet arrive at the service."""
    return SigningRequest(key=key, scheme=Scheme.ECDSA, payload=sha256(b"%d" % next(NUMBERS)))


both = pytest.mark.parametrize("asynchronously", [False, True], ids=["sync", "async"])
CHANGES = [Fault(answer=size, end="change") for size in (0, 9, 10, 11, 30, 60, 150, 180, 250, 300, 330)]
TRICKLES = [Fault(answer=size, end="trickle", pause=0.01) for size in (0, 12, 40, 160)]
FAULTS = [*steps(), *CHANGES, *TRICKLES]


@both
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_H10_a_wire_that_stays_broken_leads_to_the_truth(kms: FakeKms, fault: Fault, asynchronously: bool) -> None:
    key = read_public_key(kms.aliases["alias/secp256k1"].spki())
    patience, asked = Patience(attempts=1, deadline=DEADLINE), request(key)
    strikes_at_once = fault.end == "cut" and not (fault.request and fault.answer)  # perhaps while it connects
    arrives = fault.request == ALL and not strikes_at_once
    plan: list[Fault | None] = [None]
    with Proxy(("127.0.0.1", kms.port), lambda _: plan[0]) as wire:
        sign = at_last(lambda: opened(f"http://127.0.0.1:{wire.port}", key, patience, asynchronously))
        plan[0] = fault
        found = outcome(sign, asked, kms.signed)
        assert until(lambda: asked.message in kms.signed or not arrives)  # on a busy machine after the deadline
    assert found.problem(DEADLINE) == ""
    if fault.end != "change" and not strikes_at_once:
        assert type(found.failure) is OutcomeUnknown
    assert kms.signed.count(asked.message) <= (fault.request == ALL)


@both
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.end == "cut"], ids=str)
def test_H10_a_wire_that_broke_once_is_used_again_for_the_same(
    kms: FakeKms, fault: Fault, asynchronously: bool
) -> None:
    key = read_public_key(kms.aliases["alias/secp256k1"].spki())
    patience, asked = Patience(attempts=2, deadline=8, pause=0.01), request(key)
    plan: list[Fault | None] = []
    with Proxy(("127.0.0.1", kms.port), lambda _: plan.pop() if plan else None) as wire:
        sign = opened(f"http://127.0.0.1:{wire.port}", key, patience, asynchronously)
        plan.append(fault)
        found = outcome(sign, asked, kms.signed)
    assert found.problem(patience.deadline) == ""
    assert found.signature is not None
    assert found.signed in (1, 2)


@both
@pytest.mark.parametrize("reply", ["headers", "body", "late"])
def test_H10_H17_a_slow_answer_does_not_outlast_the_deadline(kms: FakeKms, reply: str, asynchronously: bool) -> None:
    slow = {
        "headers": Reply(headers={f"X-{n}": "x" * 50 for n in range(40)}, delay=DEADLINE * 2),
        "body": Reply(body=b" " * 5000, trickle=0.01),
        "late": Reply(body=b"{}", delay=DEADLINE * 1.5),
    }[reply]
    key = read_public_key(kms.aliases["alias/secp256k1"].spki())
    sign = at_last(lambda: opened(kms.url, key, Patience(attempts=1, deadline=DEADLINE), asynchronously))
    kms.always = lambda fake, call: (fake.honest(call), slow)[1]
    asked, before = request(key), set(threading.enumerate())
    found = outcome(sign, asked, kms.signed)
    assert found.problem(DEADLINE) == ""
    assert type(found.failure) is OutcomeUnknown
    assert until(lambda: asked.message in kms.signed)
    assert until(lambda: set(threading.enumerate()) <= before)  # nobody waits for an answer for ever


@both
def test_H10_a_service_that_does_not_listen_signed_nothing(kms: FakeKms, asynchronously: bool) -> None:
    key = read_public_key(kms.aliases["alias/secp256k1"].spki())
    patience = Patience(deadline=2, pause=0.01)
    with FakeKms() as ended:
        sign = opened(ended.url, key, patience, asynchronously)
    found = outcome(sign, request(key), ended.signed)
    assert found.problem(patience.deadline) == ""
    assert type(found.failure) is SignerUnavailable
    with pytest.raises(SignerUnavailable):
        opened(f"http://127.0.0.1:{closed_port()}", key, patience, asynchronously)


@pytest.mark.parametrize(
    "fault", [Fault(answer=0), Fault(answer=1), Fault(answer=40), Fault(request=40, answer=0), None], ids=str
)
def test_H10_a_proxy_that_cuts_is_not_taken_for_one_that_is_away(kms: FakeKms, fault: Fault | None) -> None:
    key = read_public_key(kms.aliases["alias/secp256k1"].spki())
    patience, asked = Patience(attempts=1, deadline=4), request(key)
    plan: list[Fault | None] = [None]
    with Proxy(("127.0.0.1", kms.port), lambda _: plan[0]) as wire:
        through = {"http": f"http://127.0.0.1:{wire.port}"}  # there is no other way to that port
        sign = opened("http://127.0.0.1:9", key, patience, False, proxies=through)
        plan[0] = fault
        found = outcome(sign, asked, kms.signed)
    assert found.problem(patience.deadline) == ""
    if fault is None or fault.answer:
        assert (found.signature is None) is bool(fault)
        assert found.signed == 1
    away = {"http": f"http://127.0.0.1:{closed_port()}"}
    with pytest.raises(SignerUnavailable, match="ProxyConnectionError"):
        opened("http://127.0.0.1:9", key, patience, False, proxies=away)


def test_a_flipped_bit_anywhere_in_the_answer_never_gives_another_signature(kms: FakeKms) -> None:
    key = read_public_key(kms.aliases["alias/secp256k1"].spki())
    patience = Patience(attempts=1, deadline=5)
    sign = opened(kms.url, key, patience, False)

    def flipped(place: int) -> Callable[[FakeKms, Any], Reply]:
        def behave(fake: FakeKms, call: Any) -> Reply:
            body = bytearray(fake.honest(call).content())
            body[place // 8 % len(body)] ^= 1 << place % 8
            return Reply(body=bytes(body))

        return behave

    for place in random.Random(7).sample(range(220 * 8), 200):
        kms.always = flipped(place)
        # a signature all the same: a space was flipped, or the case of a digit that base64 does not use
        assert outcome(sign, request(key), kms.signed).problem(patience.deadline) == ""


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotoKms]:
    with MotoKms(tmp_path_factory.mktemp("moto"), closed_port()) as service:
        yield service


@pytest.mark.parametrize("alias", ["alias/secp256k1", "alias/p256"])
@pytest.mark.parametrize("opener", [aws_kms.open_key, aws_kms.open_async_key])
def test_H01_H05_moto_keeps_every_promise(moto: MotoKms, alias: str, opener: Any) -> None:
    moto.start()
    try:
        uri = SignerUri.parse(f"awskms:{alias}?region=eu-west-1")
        key = read_public_key(moto.public_keys[alias])
        signer = opener(uri, key, client=lambda config: SESSION.client("kms", config=config, endpoint_url=moto.url))
        check_signer(signer, secrets=[b"hushhushhush"])
    finally:
        moto.kill()


KILLS, AT_ONCE = 300, 3


def test_H10_requests_to_a_service_that_is_killed_three_hundred_times_get_no_lie_and_no_hang(moto: MotoKms) -> None:
    key = read_public_key(moto.public_keys["alias/secp256k1"])
    moto.start()
    once = opened(moto.url, key, Patience(attempts=1, deadline=2), False)
    often = opened(moto.url, key, Patience(attempts=3, deadline=2, pause=0.01), False)
    chance = random.Random(300)
    found: list[tuple[SigningRequest, Outcome]] = []

    def ask(each: SigningRequest) -> tuple[SigningRequest, Outcome]:
        return each, outcome(often if each.payload[0] % 2 else once, each, [])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(KILLS):
            killer = threading.Timer(chance.uniform(0, 0.02), moto.restart)
            killer.start()
            found += pool.map(ask, [request(key) for _ in range(AT_ONCE)])
            killer.join()
    moto.kill()
    counted = moto.signed()
    for asked, told in found:
        assert replace(told, signed=counted[asked.message.hex()]).problem(2) == "", told
    kinds = Counter(type(told.signature or told.failure) for _, told in found)
    assert kinds.total() == KILLS * AT_ONCE
    assert {AcceptedSignature, OutcomeUnknown} <= kinds.keys()
