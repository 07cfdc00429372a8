"""What `inspect` says of Stellar's contracts, authorizations and messages."""

import base64
from dataclasses import replace
from typing import Any

from support.stellar_contracts import ALICE, ME, PUBNET, TOKEN, USDC, YOU
from walletcore.chains import chains
from walletcore.chains.stellar import (
    Authorization,
    AuthorizationEntry,
    Challenge,
    Credentials,
    Invocation,
    InvokeContract,
    InvokeHostFunction,
    Message,
    SCAddress,
    SorobanData,
    TimeBounds,
    Transaction,
    scval,
)
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.effects import Opaque, Statement, Transfer
from walletcore.signing import sign

CALL = InvokeContract(
    contract=TOKEN, function="transfer", args=(scval("address", ME), scval("address", YOU), scval("i128", 10))
)
PAID = Transfer(asset=f"stellar:pubnet/asset:{USDC}", amount=10, source=ME.account_id, destination=YOU.account_id)


def entry(kind: str = "address-v2") -> AuthorizationEntry:
    credentials = Credentials(kind=kind, address=SCAddress.of(ME), nonce=1, expiration=77)
    return AuthorizationEntry(credentials=credentials, invocation=Invocation(function=CALL))


def found(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


def transaction(**changes: Any) -> Transaction:
    source = AuthorizationEntry(credentials=None, invocation=Invocation(function=CALL))
    fields: dict[str, Any] = {
        "chain": PUBNET,
        "source": ME,
        "fee": 1_000,
        "sequence": 7,
        "conditions": TimeBounds(max_time=9),
        "operations": (InvokeHostFunction(function=CALL, auth=(source,)),),
        "soroban": SorobanData(instructions=1, disk_read_bytes=2, write_bytes=3, resource_fee=900),
    }
    return Transaction(**{**fields, **changes})


def test_a_transfer_by_contract_is_told_as_one() -> None:
    for text in (sign(transaction(), ALICE).raw.hex(), base64.b64encode(sign(transaction(), ALICE).raw).decode()):
        assert found(text).effects[0] == PAID


def test_a_call_that_nobody_knows_is_told_as_unknown() -> None:
    swap = replace(CALL, function="swap")
    told = found(sign(transaction(operations=(InvokeHostFunction(function=swap),)), ALICE).raw.hex())
    assert isinstance(told.effects[0], Opaque)


def test_an_authorization_is_told_by_what_it_allows() -> None:
    subject = Authorization(chain=PUBNET, entry=entry())
    finding = found(subject.raw.hex())
    assert finding.effects == (PAID,)
    facts = dict(finding.facts)
    assert (facts["account"], facts["up to ledger"], facts["hash"]) == (ME.text, "77", subject.hash.hex())
    assert {each.code for each in finding.odd} == set()


def test_an_entry_as_nodes_give_it_is_read_too() -> None:
    """It does not say of which network it is."""
    for kind in ("address", "address-v2"):
        finding = found(base64.b64encode(entry(kind).encode(PUBNET)).decode())
        assert "stellar-testnet" in finding.chains
        assert finding.effects == (PAID,)
        assert ("unbound" in {each.code for each in finding.odd}) is (kind == "address")


def test_a_message_is_told_as_a_message() -> None:
    finding = found(Message(chain=PUBNET, data=b"Hello, World!").raw.hex())
    assert finding.effects == (Statement(text="Hello, World!"),)
    assert "SEP-53" in str(finding)


def test_a_challenge_is_told_as_a_sign_in() -> None:
    challenge = Challenge.make(
        chain=PUBNET, server=YOU, client=ME, home_domain="example.com", web_auth_domain="example.com", now=1
    )
    (told,) = found(challenge.transaction.raw.hex()).effects
    assert isinstance(told, Statement)
    assert told.meaning.startswith("sign-in")
