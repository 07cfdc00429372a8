"""The server's process on real parts: a key in SoftHSM, a key in AWS KMS (moto), memories in SQLite and PostgreSQL.

What it signs is recovered by eth-account or verified by solders; its clients are walletcore's own and Web3Signer's.
"""

import json
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from solders.transaction import VersionedTransaction

from support.faults import closed_port
from support.load import Callers, check_told, told_of
from support.moto_kms import MotoKms
from support.outcomes import until
from support.parts import Parts, hsm_key, kms_key, sender
from support.postgres import Cluster
from support.server import FRIEND, STRANGER, TOKEN, Process, ask, payment, remote, token_client
from support.softhsm import Token, copied
from walletcore.chains import chain, solana
from walletcore.errors import OutcomeUnknown, SignerUnavailable, SigningRefused
from walletcore.signers.remote import Patience
from walletcore.signing import AcceptedSignature, SigningRequest, sign

pytestmark = pytest.mark.engine

VALUE, FEE, THREE = 10**15, 21_000 * 30 * 10**9, 3
GUARD = f"""
[[key.hot.guard]]
rule = "only_to"
accounts = ["{FRIEND.account_id}"]
[[key.hot.guard]]
rule = "limit"
asset = "eip155:1/slip44:60"
per_transaction = "{VALUE + FEE}"
total = "{{total}}"
per = "24h"
[[key.hot.guard]]
rule = "audit"
"""
SOLANA = chain("solana", solana.SolanaChain)
PLENTY, LITTLE = GUARD.format(total=10**24), GUARD.format(total=THREE * (VALUE + FEE))


@pytest.fixture
def token(template: Token, tmp_path: Path) -> Token:
    (tmp_path / "hsm").mkdir()
    return copied(template, tmp_path / "hsm")


@pytest.fixture
def kms(tmp_path: Path) -> Iterator[MotoKms]:
    with MotoKms(tmp_path, closed_port()) as made:
        made.start()
        yield made


def in_a_token(tmp_path: Path, memory: str, token: Token) -> Parts:
    key, table = hsm_key("hot", token)
    return Parts(folder=tmp_path, memory=memory, key=key, table=table, token=token)


def in_kms(tmp_path: Path, memory: str, kms: MotoKms) -> Parts:
    key, table = kms_key("hot", kms)
    return Parts(folder=tmp_path, memory=memory, key=key, table=table, kms=kms)


@pytest.fixture(params=["SoftHSM, SQLite", "KMS, PostgreSQL"])
def parts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Parts]:
    """At the end of each test, the log goes on from what it was whenever a server had ended."""
    memory = f"sqlite:{tmp_path}/store.db"
    if "SoftHSM" in request.param:
        made = in_a_token(tmp_path, memory, request.getfixturevalue("token"))
    else:
        made = in_kms(tmp_path, request.getfixturevalue("postgres").new(), request.getfixturevalue("kms"))
    yield made
    made.check_log()


def request_of(parts: Parts, value: int = VALUE) -> SigningRequest:
    (asked,) = payment(value=value, key=parts.key).requests()
    return asked


def requests_signed_by(kms: MotoKms, *asked: SigningRequest) -> list[int]:
    """How often the service signed each."""
    return [kms.signed()[each.message.hex()] for each in asked]


def test_X05_what_each_client_is_given_is_recovered_by_eth_account(parts: Parts) -> None:
    with parts.server(PLENTY) as server:
        for api in ("", "rest", "jsonrpc"):
            signed = sign(payment(value=VALUE, key=parts.key), remote(server.port, key=parts.key, api=api))
            assert Account.recover_transaction(signed.raw) == sender(parts.key)
    assert len(parts.signed()) == 3


def test_H17_what_a_guard_refuses_never_comes_to_the_key(parts: Parts) -> None:
    with parts.server(PLENTY) as server:
        for api in ("", "rest", "jsonrpc"):
            for wrong in (payment(STRANGER, VALUE, parts.key), payment(FRIEND, VALUE + 1, parts.key)):
                with pytest.raises(SigningRefused):
                    sign(wrong, remote(server.port, key=parts.key, api=api))
                if parts.kms:
                    assert requests_signed_by(parts.kms, *wrong.requests()) == [0]
    assert parts.signed() == []
    assert [json.loads(line)["verdict"] for line in parts.lines()] == ["refused"] * 6


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_H19_a_limit_and_its_signatures_outlive_the_process(parts: Parts, end: signal.Signals) -> None:
    first, second, third, fourth = (request_of(parts) for _ in range(4))
    with parts.server(LITTLE, end) as server:
        one, two = (remote(server.port, key=parts.key).sign(asked) for asked in (first, second))
    with parts.server(LITTLE, end) as server:
        signer = remote(server.port, key=parts.key)
        assert [signer.sign(asked) for asked in (first, second)] == [one, two]
        assert signer.sign(third)
        with pytest.raises(SigningRefused, match="limit"):
            signer.sign(fourth)
        assert signer.sign(first) == one
    assert parts.signed() == [asked.id.hex() for asked in (first, second, third)]
    if parts.kms:
        assert requests_signed_by(parts.kms, first, second, third, fourth) == [1, 1, 1, 0]


def test_H19_one_id_has_one_signature_of_a_key_that_never_gives_the_same(parts: Parts) -> None:
    transaction = payment(value=VALUE, key=parts.key)
    (asked,) = transaction.requests()
    with parts.server(PLENTY) as server, ThreadPoolExecutor(16) as pool:
        signers = [remote(server.port, key=parts.key, api=api) for api in ("", "rest", "jsonrpc", "")]
        found = {signed.raw for signed in pool.map(lambda number: sign(transaction, signers[number % 4]), range(64))}
    assert len(found) == 1
    with parts.server(PLENTY) as server:
        assert {sign(transaction, remote(server.port, key=parts.key)).raw} == found
    assert parts.signed() == [asked.id.hex()]
    if parts.kms:
        assert requests_signed_by(parts.kms, asked) == [1]
    forgetful = replace(parts, memory=f"sqlite:{parts.folder}/another.db", heads=[])
    with forgetful.server(PLENTY) as server:
        assert sign(transaction, remote(server.port, key=parts.key)).raw not in found


def test_H10_a_token_that_goes_away_is_not_signed_with_until_it_is_back(token: Token, tmp_path: Path) -> None:
    parts = in_a_token(tmp_path, f"sqlite:{tmp_path}/store.db", token)
    known, lost = request_of(parts), request_of(parts)
    with parts.server(PLENTY) as server:
        signer = remote(server.port, key=parts.key)
        one, files = signer.sign(known), token.files
        files.rename(tmp_path / "away")
        told = [told_of(signer.sign, lost).outcome for _ in range(5)]
        print(told)
        assert all(isinstance(each, SignerUnavailable | OutcomeUnknown) for each in told)
        assert signer.sign(known) == one
        assert ask(server.port, "/ready", None)[0] == 200  # it is the memory that is asked: other keys go on
        (tmp_path / "away").rename(files)
        assert until(lambda: isinstance(told_of(signer.sign, lost).outcome, AcceptedSignature), 60)
        assert signer.sign(known) == one
    assert parts.signed() == [known.id.hex(), lost.id.hex()]
    parts.check_log()


def test_H10_a_service_that_dies_again_and_again_leaves_true_answers(kms: MotoKms, tmp_path: Path) -> None:
    parts = in_kms(tmp_path, f"sqlite:{tmp_path}/store.db", kms)
    dice = random.Random(1)
    with parts.server(PLENTY) as server:
        signer = remote(server.port, key=parts.key)
        with Callers(sign=signer.sign, request=lambda: request_of(parts), count=4, slack=60) as callers:
            for _ in range(10):
                assert callers.wait_for_answers(3)
                time.sleep(dice.uniform(0, 0.02))
                kms.kill()
                time.sleep(dice.uniform(0, 0.5))
                kms.start()
        print({kind.__name__: count for kind, count in callers.kinds().items()})
        check_told(callers.told, lambda asked: kms.signed()[asked.message.hex()] > 0)
        for each in callers.of(SignerUnavailable, OutcomeUnknown):
            assert signer.sign(each.request) == signer.sign(each.request)
    assert sorted(parts.signed()) == sorted(each.request.id.hex() for each in callers.told)
    parts.check_log()


def is_ready(server: Process, *, status: int) -> bool:
    return until(lambda: ask(server.port, "/ready", None)[0] == status, 20)


def test_a_database_that_stops_is_told_and_nothing_is_signed_without_memory(
    postgres: Cluster, kms: MotoKms, tmp_path: Path
) -> None:
    parts = in_kms(tmp_path, postgres.new(), kms)
    known, lost = request_of(parts), request_of(parts)
    with parts.server(PLENTY) as server:
        signer = remote(server.port, key=parts.key, patience=Patience(attempts=1, deadline=60))
        one = signer.sign(known)
        assert is_ready(server, status=200)
        postgres.stop()
        try:
            assert is_ready(server, status=503)
            assert ask(server.port, "/live", None)[0] == 200
            for asked in (known, lost):
                with pytest.raises(SignerUnavailable):
                    signer.sign(asked)
        finally:
            postgres.start()
        assert requests_signed_by(kms, known, lost) == [1, 0]
        assert is_ready(server, status=200)
        assert signer.sign(known) == one
        assert signer.sign(lost) == signer.sign(lost)
    assert requests_signed_by(kms, known, lost) == [1, 1]
    parts.check_log()


def test_X05_a_database_that_dies_under_load_leaves_true_answers(
    postgres: Cluster, kms: MotoKms, tmp_path: Path
) -> None:
    parts = in_kms(tmp_path, postgres.new(), kms)
    with parts.server(PLENTY) as server:
        signer = remote(server.port, key=parts.key, patience=Patience(attempts=1, deadline=60))
        with Callers(sign=signer.sign, request=lambda: request_of(parts), count=4, slack=60) as callers:
            for _ in range(4):
                assert callers.wait_for_answers(5)
                postgres.stop("immediate")
                postgres.start()
            assert callers.wait_for_answers(5)
        print({kind.__name__: count for kind, count in callers.kinds().items()})
        memory = set(parts.signed())
        check_told(callers.told, lambda asked: asked.id.hex() in memory)
        unsigned = callers.of(SignerUnavailable)
        assert unsigned
        assert not any(requests_signed_by(kms, *(each.request for each in unsigned)))
        for each in callers.told:
            one = signer.sign(each.request)
            assert one == each.outcome or not isinstance(each.outcome, AcceptedSignature)
    assert sorted(parts.signed()) == sorted(each.request.id.hex() for each in callers.told)
    assert sum(requests_signed_by(kms, *(each.request for each in callers.told))) >= len(callers.told)
    parts.check_log()


def test_one_server_has_all_of_it_and_each_client_its_own_keys(
    postgres: Cluster, token: Token, kms: MotoKms, tmp_path: Path
) -> None:
    cold, cold_table = kms_key("cold", kms)
    ed, ed_table = hsm_key("ed", token, "ed")
    parts = replace(in_a_token(tmp_path, postgres.new(), token), kms=kms)
    others = f"{cold_table}\n{GUARD.format(total=10**24).replace('hot', 'cold')}\n"
    others += f"{ed_table}\n[[key.ed.guard]]\nrule = 'only_chains'\nchains = ['{SOLANA.caip2}']\n"
    clients = token_client(keys='"hot", "ed"') + token_client("vault", keys='"cold"', token=b"other")
    with parts.server(PLENTY, clients=clients, more=others) as server:
        for key, mine, theirs in ((parts.key, TOKEN, b"other"), (cold, b"other", TOKEN)):
            signed = sign(payment(value=VALUE, key=key), remote(server.port, key=key, token=mine))
            assert Account.recover_transaction(signed.raw) == sender(key)
            with pytest.raises(SigningRefused):
                sign(payment(value=VALUE, key=key), remote(server.port, key=key, token=theirs))
        transfer = solana.transfer(source=ed, destination=SOLANA.account(bytes([9]) * 32), lamports=1)
        made = solana.Transaction.compile(
            chain=SOLANA, fee_payer=ed, instructions=(transfer,), recent_blockhash=bytes(range(32))
        )
        raw = sign(made, remote(server.port, key=ed, token=TOKEN)).raw
        assert VersionedTransaction.from_bytes(raw).verify_with_results() == [True]
    assert len(parts.signed()) == 3
    parts.check_log()
