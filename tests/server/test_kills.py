"""The server's process is killed at any moment: what its clients were told is true for ever, and its log is whole.

1,000 times, in four tests; ``WALLETCORE_KILLS`` is another number, for whoever changes them.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.audit import audit_head, audit_verifies
from support.faults import closed_port
from support.load import Callers, Mortal, Told, mortal, told_of
from support.moto_kms import MotoKms
from support.parts import AWS, kms_key
from support.server import HOT, configuration, entries, payment, remote, signed_ids
from walletcore.errors import OutcomeUnknown, SignerUnavailable, SigningRefused
from walletcore.keys import PublicKey
from walletcore.signers import store
from walletcore.signers.remote import Patience
from walletcore.signing import AcceptedSignature, SigningRequest

pytestmark = pytest.mark.engine

KILLS, CALLERS = int(os.environ.get("WALLETCORE_KILLS", "1000")), 4
SEED = int(os.environ.get("WALLETCORE_SEED", "1"))
DEADLINE, SLACK = 3.0, 5.0
VALUE, FEE, TOTAL = 10**15, 21_000 * 30 * 10**9, 10**21  # a limit counts fees, too
GUARD = f"""
[[key.hot.guard]]
rule = "limit"
asset = "eip155:1/slip44:60"
total = "{TOTAL}"
per = "24h"
[[key.hot.guard]]
rule = "audit"
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A server that dies, its key, its memory, and what the key signed, if somebody else counts it."""

    server: Mortal
    key: PublicKey
    folder: Path
    kms: MotoKms | None = None

    def request(self, value: int = VALUE) -> SigningRequest:
        (asked,) = payment(value=value, key=self.key).requests()
        return asked


@pytest.fixture(params=["a key in a file", "a key in AWS KMS"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    port, file = closed_port(), tmp_path / "server.toml"
    listen, arguments = f"127.0.0.1:{port}", ("support.mortal_server", str(file))
    if "file" in request.param:
        file.write_text(configuration(tmp_path, listen=listen, guard=GUARD))
        with mortal(*arguments, port=port) as server:
            yield Place(server=server, key=HOT, folder=tmp_path)
        return
    with MotoKms(tmp_path, closed_port()) as kms:
        kms.start()
        key, table = kms_key("hot", kms)
        file.write_text(configuration(tmp_path, listen=listen, guard=GUARD, hot=table))
        environment = {**AWS, "AWS_ENDPOINT_URL_KMS": kms.url}
        with mortal(*arguments, port=port, environment=environment) as server:
            yield Place(server=server, key=key, folder=tmp_path, kms=kms)


@pytest.mark.parametrize("attempts", [1, 3])
def test_H10_X05_a_server_that_is_killed_at_random_moments(place: Place, attempts: int) -> None:
    signer = remote(
        place.server.port, key=place.key, patience=Patience(attempts=attempts, deadline=DEADLINE, pause=0.01)
    )
    callers = Callers(sign=signer.sign, request=place.request, count=CALLERS, slack=DEADLINE + SLACK)
    with callers:
        assert callers.wait_for_answers(10)
        early = audit_head(place.folder)
        began, marks = time.monotonic(), kill_at_random(place.server, callers, random.Random(f"{SEED} {attempts}"))
    unanswered = sum(map(int.__lt__, marks, [*marks[1:], len(callers.of(OutcomeUnknown))]))
    print(f"{place.server.kills} kills in {time.monotonic() - began:.0f} s, {unanswered} left somebody in doubt")
    print({kind.__name__: count for kind, count in callers.kinds().items()})
    check(callers.told, place)
    check_for_ever(callers.told, place)
    check_limit(len(callers.told), place)
    audit_verifies(place.folder, early, audit_head(place.folder))


def kill_at_random(server: Mortal, callers: Callers, dice: random.Random) -> list[int]:
    """How many were in doubt before each of the deaths."""
    marks = []
    while server.kills < KILLS // 4:
        if server.kills % 3:  # of each three, one may die while it starts
            assert callers.wait_for_answers()
        time.sleep(dice.uniform(0.0, 0.02))
        doubts, before = len(callers.of(OutcomeUnknown)), server.kills
        server.kill()
        marks += [doubts] * (server.kills - before)
    return marks


def check(told: list[Told], place: Place) -> None:
    """Three kinds of answers, in time; and what they say is what the memory says, which guards had admitted before."""
    kinds = Counter(type(each.outcome) for each in told)
    assert set(kinds) <= {AcceptedSignature, OutcomeUnknown, SignerUnavailable}, kinds
    assert kinds[AcceptedSignature] > 10, kinds
    assert kinds[OutcomeUnknown] > 10, kinds
    assert max(each.seconds for each in told) < DEADLINE + SLACK
    signed = signed_ids(place.folder)  # and the chain of hashes is whole
    assert len(signed) == len(set(signed))
    kept = store.open_store(f"sqlite:{place.folder}/store.db", create=False)
    memory = {each.request.id: kept.kept(each.request.id) for each in told}
    kept.close()
    for each in told:
        found = memory[each.request.id]
        assert (found is not None) is (each.request.id.hex() in set(signed))
        assert not isinstance(each.outcome, AcceptedSignature) or found == each.outcome.data
        assert not isinstance(each.outcome, SignerUnavailable) or found is None
    lost = {memory[each.request.id] is None for each in told if isinstance(each.outcome, OutcomeUnknown)}
    assert lost == {True, False}  # or the kills were all in one place
    texts = [json.loads(entry.text) for entry in entries(place.folder)]
    admitted = {line["case"] for line in texts if line.get("verdict") == "admitted"}
    assert len(admitted) >= len(signed)  # nothing was signed that no guard had admitted, and logged before


def check_for_ever(told: list[Told], place: Place) -> None:
    """Whoever asks again is told one signature, before and after another death."""
    patient = remote(place.server.port, key=place.key, patience=Patience(attempts=10, deadline=30, pause=0.1))
    told.sort(key=lambda each: isinstance(each.outcome, AcceptedSignature))  # first those that have no signature yet
    asked = told[: sum(not isinstance(each.outcome, AcceptedSignature) for each in told) + 200]
    first = {each.request.id: told_of(patient.sign, each.request).outcome for each in asked}
    place.server.kill()
    for each in asked:
        one, other = first[each.request.id], told_of(patient.sign, each.request).outcome
        assert isinstance(one, AcceptedSignature), one
        assert one == other
        assert not isinstance(each.outcome, AcceptedSignature) or each.outcome == one
        each.request.key.verify(each.request.scheme, each.request.message, one.data)
    ids = signed_ids(place.folder)
    assert sorted(ids) == sorted(each.request.id.hex() for each in told)
    if place.kms:
        signed = place.kms.signed()
        del signed[bytes(32).hex()]  # by moto, of itself
        print(f"{sum(signed.values())} signatures by the service for {len(ids)} requests")
        assert set(signed) == {each.request.message.hex() for each in told}  # what was not told, and is repeated, too


def check_limit(count: int, place: Place) -> None:
    """Each was charged once: what is left of the limit is signed to the last wei, and nothing after it."""
    signer = remote(place.server.port, key=place.key, patience=Patience(attempts=10, deadline=30, pause=0.1))
    left = TOTAL - count * (VALUE + FEE) - FEE
    with pytest.raises(SigningRefused, match="limit"):
        signer.sign(place.request(left + 1))
    assert signer.sign(place.request(left))
    with pytest.raises(SigningRefused, match="limit"):
        signer.sign(place.request(0))
