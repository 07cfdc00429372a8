"""Web3Signer's interfaces: what its own tests publish, and a service that eth-account answers for.

Figures from Consensys/web3signer (Apache-2.0), commit 3522fc87d0209026ac147961dfe6254cec6845ba: EthSignIntegrationTest,
EthSignTypedDataIntegrationTest, EthSignTransactionResultProviderTest, SecpSigningAcceptanceTest, ResponseCodeSelector,
JsonRpcError, HostAllowListHandler.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account

from support.http_signers import KEY, asked
from support.signing_service import KEYS, Canned, Service
from walletcore import Wallet, chain, sign
from walletcore.chains import evm
from walletcore.coding import rlp
from walletcore.errors import (
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import Hash, keccak256, sha256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import open_async_signer, open_signer
from walletcore.signers.local import LocalSigner
from walletcore.signers.remote import Patience
from walletcore.signers.web import Question, Reply
from walletcore.signers.web3signer import Web3SignerRest, Web3SignerRpc
from walletcore.signing import Signature, SigningRequest
from walletcore.testing import check_signer

ETHEREUM = chain("ethereum", evm.Evm)

# The "unlocked account" of the integration tests, and what it signs.
UNLOCKED = PublicKey.parse(
    Curve.SECP256K1,
    bytes.fromhex(
        "04"
        "6ac54201372d797a07ab0fa46c38acca97dec3af5ab19847f69b9c7ddca1b54c"
        "8e3c25bd9a3830f84fa06b03f60b7ddac41ad32d3a89ee5c488a4b116d9e8339"
    ),
)
RANDOM_DATA = b"some random data to be signed"
RANDOM_DATA_SIGNED = (
    "0x22cf811d54835be906e45d728dfc8a7a32bb65ce146a4ccb6b689b8d8182a30f"
    "19fdb947229991b9dfd63b67fe4ebb59a3d3f8d9ed95b27e0c3d34e1800afbd81b"
)
TYPED = {
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ],
        "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
    },
    "domain": {
        "name": "My Dapp",
        "version": "1.0",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    },
    "primaryType": "Person",
    "message": {"name": "John Doe", "wallet": "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B"},
}
TYPED_SIGNED = (
    "0x11cb46f70ad43da86e15ca7c6bb28356859a5f4ba430b44dbf1e65726d467be6"
    "072be9d1e5b40bd5b7abe8888eb91a69f0e6d56a8a094718ed8080baf02d61c31c"
)
# The key of the acceptance test, in Web3Signer's own form.
PRIVATE_KEY = bytes.fromhex("8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63")
IDENTIFIER = (
    "09b02f8a5fddd222ade4ea4528faefc399623af3f736be3c44f03e2df22fb792"
    "f3931a4d9573d333ca74343305762a753388c3422a86d98b713fc91c1ea04842"
)


def over(payload: bytes, key: PublicKey = KEY, prehash: Hash | None = keccak256) -> SigningRequest:
    return SigningRequest(key=key, scheme=Scheme.ECDSA, payload=payload, prehash=prehash)


def message_of(data: bytes | evm.TypedData, key: PublicKey = KEY) -> SigningRequest:
    (request,) = evm.Message(chain=ETHEREUM, signer=key, data=data).requests()
    return request


def call_of(question: Question) -> dict[str, Any]:
    call: dict[str, Any] = json.loads(question.body)
    return call


def result(request: SigningRequest, value: object) -> Reply:
    body = {"jsonrpc": "2.0", "id": request.id.hex(), "result": value}
    return Reply(status=200, media_type="application/json", body=json.dumps(body).encode())


def failed(request: SigningRequest, error: object) -> Reply:
    body = {"jsonrpc": "2.0", "id": request.id.hex(), "error": error}
    return Reply(status=200, media_type="application/json", body=json.dumps(body).encode())


# Published figures


def test_eth_sign_as_web3signer_publishes_it() -> None:
    request, rpc = message_of(RANDOM_DATA, UNLOCKED), Web3SignerRpc(key=UNLOCKED)
    call = call_of(rpc.ask(request))
    account = evm.Message(chain=ETHEREUM, data=RANDOM_DATA).recover(bytes.fromhex(RANDOM_DATA_SIGNED[2:]))
    assert account == UNLOCKED
    assert call["method"] == "eth_sign"
    assert call["params"][1] == "0x" + RANDOM_DATA.hex()
    answer = rpc.read(request, result(request, RANDOM_DATA_SIGNED))
    assert request.accept(answer).recovery == 0


def test_eth_signTypedData_as_web3signer_publishes_it() -> None:
    request = message_of(evm.TypedData.parse(TYPED), UNLOCKED)
    rpc = Web3SignerRpc(key=UNLOCKED)
    call = call_of(rpc.ask(request))
    assert call["method"] == "eth_signTypedData"
    assert json.loads(call["params"][1]) == TYPED
    assert request.accept(rpc.read(request, result(request, TYPED_SIGNED))).recovery == 1


def test_the_identifier_is_the_key_as_web3signer_names_it() -> None:
    key = PrivateKey(Curve.SECP256K1, Secret(PRIVATE_KEY)).public_key
    question = Web3SignerRest(key=key).ask(over(b"42", key))
    assert question.path == f"/api/v1/eth1/sign/0x{IDENTIFIER}"
    assert json.loads(question.body) == {"data": "0x3432"}
    assert question.accept == "text/plain"


def test_a_signed_transaction_is_read_as_web3signer_publishes_it() -> None:
    to, chain_id = bytes.fromhex("627306090abab3a6e1400e9345bc60c78a8bef57"), (44844).to_bytes(2)
    payload = b"\x02" + rlp.encode([chain_id, b"\x46", b"\x01", b"\x02", b"\x76\0", to, b"\x02", b"\0", []])
    call = call_of(Web3SignerRpc(key=KEY).ask(over(payload)))["params"][0]
    given = {"maxPriorityFeePerGas": "0x1", "maxFeePerGas": "0x2", "gas": "0x7600", "nonce": "0x46", "value": "0x2"}
    assert {name: call[name] for name in given} == given  # get1559TxParameters
    assert call["to"] == "0x" + to.hex()
    r = "c12c61390b8e6c5cded74c3356bdfcace12f2df6ef936bb57b6ae396d430faaf"
    s = "4ac0efe035ef864a63381825e445eb58ad2d01f3927e8c814b5442949847338d"
    raw = f"0x02f86482af2c46010282760094627306090abab3a6e1400e9345bc60c78a8bef570200c080a0{r}a0{s}"
    answer = Web3SignerRpc(key=KEY).read(over(payload), result(over(payload), raw))
    assert answer == Signature(scheme=Scheme.ECDSA, data=bytes.fromhex(r + s), recovery=0)


# Services


def uri(service: Service, api: str) -> str:
    return f"web3signer:http://127.0.0.1:{service.port}?plain=loopback&api={api}"


@pytest.mark.parametrize("opened", [open_signer, open_async_signer])
def test_H01_web3signer_by_REST_keeps_every_promise_for_the_one_hash_that_it_has(
    service: Service, opened: Callable[..., Any]
) -> None:
    report = check_signer(opened(uri(service, "rest"), public_key=KEY))
    assert (report.schemes, report.hashes) == ((Scheme.ECDSA,), (keccak256,))


@pytest.mark.parametrize("api", ["rest", "jsonrpc"])
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001])
def test_personal_messages_of_every_number_of_digits(service: Service, api: str, size: int) -> None:
    request = message_of(b"1" * size)
    signer = open_signer(uri(service, api), public_key=KEY)
    expected = Account.from_key(KEYS[Curve.SECP256K1].secret.reveal()).unsafe_sign_hash(request.message)
    assert signer.sign(request).data == bytes(expected.signature)[:64]


TO = Wallet.from_seed(Secret(bytes(64))).address(ETHEREUM)
COMMON: dict[str, Any] = {"chain": ETHEREUM, "sender": KEY}
TRANSACTIONS = {
    "a payment": evm.Transaction(
        **COMMON, to=TO, value=10**18, nonce=7, gas=21_000, max_fee=30 * evm.GWEI, max_priority_fee=evm.GWEI
    ),
    "all zero": evm.Transaction(**COMMON, to=TO, value=0, nonce=0, gas=0, max_fee=0, max_priority_fee=0),
    "a call": evm.Transaction(
        **COMMON, to=TO, value=0, nonce=1, gas=90_000, max_fee=9, max_priority_fee=1, data=b"\0\x01" * 40
    ),
    "the largest numbers": evm.Transaction(
        **COMMON, to=TO, value=2**256 - 1, nonce=2**64 - 2, gas=2**63, max_fee=2**190, max_priority_fee=2**190
    ),
    "a legacy payment": evm.LegacyTransaction(**COMMON, to=TO, value=1, nonce=0, gas=21_000, gas_price=evm.GWEI),
    "a new contract": evm.LegacyTransaction(
        **COMMON, to=None, value=0, nonce=3, gas=100_000, gas_price=1, data=b"\x60\x00"
    ),
}


@pytest.mark.parametrize("api", ["rest", "jsonrpc"])
@pytest.mark.parametrize("name", TRANSACTIONS)
def test_transactions(service: Service, api: str, name: str) -> None:
    transaction: Any = TRANSACTIONS[name]
    signed = sign(transaction, open_signer(uri(service, api), public_key=KEY))
    assert signed.raw == sign(transaction, LocalSigner(KEYS[Curve.SECP256K1])).raw


@pytest.mark.parametrize("api", ["rest", "jsonrpc"])
def test_typed_data(service: Service, api: str) -> None:
    request = message_of(evm.TypedData.parse(TYPED))
    assert request.accept(open_signer(uri(service, api), public_key=KEY).sign(request))


@pytest.mark.parametrize("name", ["a payment", "a legacy payment"])
def test_a_service_set_up_for_another_chain_signs_another_transaction(name: str) -> None:
    transaction: Any = TRANSACTIONS[name]
    with Service(chain_id=5) as service, pytest.raises(InvalidSignature):
        sign(transaction, open_signer(uri(service, "jsonrpc"), public_key=KEY))


def test_keys_that_the_service_has_not_are_refused(service: Service) -> None:
    stranger = PrivateKey(Curve.SECP256K1, Secret(bytes([9]) * 32)).public_key
    for api in ("rest", "jsonrpc"):
        with pytest.raises(SigningRefused) as caught:
            open_signer(uri(service, api), public_key=stranger).sign(message_of(b"x", stranger))
        assert caught.value.reason == "unknown"


ACCESS = evm.Transaction(
    **COMMON, to=TO, value=0, nonce=0, gas=1, max_fee=1, max_priority_fee=1, access_list=((bytes(20), ()),)
)
UNPROTECTED = evm.LegacyTransaction(**COMMON, to=TO, value=1, nonce=0, gas=21_000, gas_price=1, replay_protected=False)
NOT_ASKED = {
    "an access list": ACCESS.requests()[0].payload,
    "no chain id": UNPROTECTED.requests()[0].payload,
    "type 1": b"\x01" + ACCESS.requests()[0].payload[1:],
    "type 3": b"\x03" + TRANSACTIONS["a payment"].requests()[0].payload[1:],
    "text": b"hello",
    "nothing": b"",
    "data for a validator": b"\x19\x00" + bytes(40),
    "a message of another length": b"\x19Ethereum Signed Message:\n5four",
    "a message with a zero before its length": b"\x19Ethereum Signed Message:\n04four",
    "typed data without its JSON": b"\x19\x01" + bytes(64),
    "a list in a field": b"\x02\xc9" + b"\xc0" * 9,
    "a cut transaction": TRANSACTIONS["a payment"].requests()[0].payload[:-1],
}


@pytest.mark.parametrize("name", NOT_ASKED)
def test_what_the_JSON_RPC_cannot_make_is_refused_before_it_is_asked(name: str) -> None:
    with pytest.raises(SigningRefused):
        Web3SignerRpc(key=KEY).ask(over(NOT_ASKED[name]))
    assert Web3SignerRest(key=KEY).ask(over(NOT_ASKED[name])).body


@pytest.mark.parametrize("exchange", [Web3SignerRest(key=KEY), Web3SignerRpc(key=KEY)])
def test_H04_what_is_hashed_otherwise_is_refused(exchange: Web3SignerRest | Web3SignerRpc) -> None:
    for request in (over(bytes(32), prehash=None), over(b"x", prehash=sha256)):
        with pytest.raises(SigningRefused) as caught:
            exchange.ask(request)
        assert caught.value.reason == "scheme"


# Answers

PAYMENT = TRANSACTIONS["a payment"].requests()[0]
PERSONAL = message_of(b"hello")
GOOD = LocalSigner(KEYS[Curve.SECP256K1]).sign(PERSONAL)


def hexed(signature: Signature, v: int | None = None) -> str:
    return "0x" + signature.data.hex() + f"{27 + (signature.recovery or 0) if v is None else v:02x}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", OutcomeUnknown),
        (hexed(GOOD)[2:], OutcomeUnknown),
        (hexed(GOOD)[:-2], OutcomeUnknown),
        (hexed(GOOD) + "\n", OutcomeUnknown),
        (hexed(GOOD) + "00", OutcomeUnknown),
        ('"' + hexed(GOOD) + '"', OutcomeUnknown),
        (hexed(GOOD).replace("0x", "0X"), OutcomeUnknown),
        (hexed(GOOD, 0), InvalidSignature),
        (hexed(GOOD, 37), InvalidSignature),
    ],
    ids=lambda value: str(value)[-12:],
)
def test_a_text_that_is_no_signature(text: str, kind: type[WalletcoreError]) -> None:
    with pytest.raises(WalletcoreError) as caught:
        Web3SignerRest(key=KEY).read(PERSONAL, Reply(status=200, media_type="text/plain", body=text.encode()))
    assert type(caught.value) is kind
    with pytest.raises(WalletcoreError) as caught:
        Web3SignerRpc(key=KEY).read(PERSONAL, result(PERSONAL, text))
    assert type(caught.value) is kind


def test_H05_a_wrong_v_is_seen() -> None:
    wrong = hexed(GOOD, 28 if GOOD.recovery == 0 else 27)
    answer = Web3SignerRest(key=KEY).read(PERSONAL, Reply(status=200, media_type="text/plain", body=wrong.encode()))
    with pytest.raises(InvalidSignature):
        PERSONAL.accept(answer)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": -32700, "message": "Parse error"}, SigningRefused),
        ({"code": -32600, "message": "Invalid Request"}, SigningRefused),
        ({"code": -32601, "message": "Method not found"}, SigningRefused),
        ({"code": -32602, "message": "Invalid params"}, SigningRefused),
        ({"code": -32000, "message": "No unlocked account matches the Sender"}, SigningRefused),
        ({"code": -32000, "message": "Connection to downstream node timed out"}, OutcomeUnknown),
        ({"code": -32603, "message": "Internal error"}, OutcomeUnknown),
        ({"code": "-32602", "message": "Invalid params"}, OutcomeUnknown),
        ({"code": -32602.0, "message": "Invalid params"}, OutcomeUnknown),
        ({}, OutcomeUnknown),
        ("no", OutcomeUnknown),
        (None, OutcomeUnknown),
    ],
    ids=str,
)
def test_H17_200_with_an_error_says_what_its_code_says(error: object, kind: type[SignerError]) -> None:
    with pytest.raises(SignerError) as caught:
        Web3SignerRpc(key=KEY).read(PERSONAL, failed(PERSONAL, error))
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "body",
    [
        {"jsonrpc": "2.0", "id": "other", "result": hexed(GOOD)},
        {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Invalid Request"}},
        {"jsonrpc": "1.0", "id": PERSONAL.id.hex(), "result": hexed(GOOD)},
        {"jsonrpc": "2.0", "id": PERSONAL.id.hex()},
        {"jsonrpc": "2.0", "id": PERSONAL.id.hex(), "result": hexed(GOOD), "error": None},
        {"jsonrpc": "2.0", "id": PERSONAL.id.hex(), "result": None},
        {"jsonrpc": "2.0", "id": PERSONAL.id.hex(), "result": [hexed(GOOD)]},
        [],
    ],
    ids=str,
)
def test_an_answer_to_nothing_that_was_asked_is_unclear(body: object) -> None:
    reply = Reply(status=200, media_type="application/json", body=json.dumps(body).encode())
    with pytest.raises(OutcomeUnknown):
        Web3SignerRpc(key=KEY).read(PERSONAL, reply)


def signed_payment(name: str = "a payment") -> str:
    transaction: Any = TRANSACTIONS[name]
    raw: bytes = sign(transaction, LocalSigner(KEYS[Curve.SECP256K1])).raw
    return "0x" + raw.hex()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (signed_payment("a call"), InvalidSignature),
        (signed_payment("a legacy payment"), InvalidSignature),
        (signed_payment()[:-2], InvalidSignature),
        (signed_payment() + "00", InvalidSignature),
        ("0x" + PAYMENT.payload.hex(), InvalidSignature),
        ("0x02c0", InvalidSignature),
        ("0x02", InvalidSignature),
        ("0x", OutcomeUnknown),
        ("0x0", OutcomeUnknown),
        (signed_payment()[2:], OutcomeUnknown),
        (None, OutcomeUnknown),
        (7, OutcomeUnknown),
    ],
    ids=lambda value: str(value)[-12:],
)
def test_H04_another_transaction_than_the_one_that_was_asked_for(value: object, kind: type[WalletcoreError]) -> None:
    with pytest.raises(WalletcoreError) as caught:
        Web3SignerRpc(key=KEY).read(PAYMENT, result(PAYMENT, value))
    assert type(caught.value) is kind


STATUSES = (301, 400, 401, 403, 404, 405, 413, 429, 500, 502, 503, 504)


@pytest.mark.parametrize(("api", "refused"), [("rest", {400, 404}), ("jsonrpc", set())])
@pytest.mark.parametrize("is_async", [False, True])
def test_H17_a_bare_status_refuses_where_the_interface_says_so(api: str, refused: set[int], is_async: bool) -> None:
    with Service(script=lambda number: Canned.of(STATUSES[number], b"no", kind="text/plain")) as service:
        for status in STATUSES:
            with pytest.raises(SignerError) as caught:
                asked(uri(service, api), PERSONAL, Patience(attempts=1), is_async=is_async)
            assert type(caught.value) is (SigningRefused if status in refused else OutcomeUnknown)


@pytest.mark.parametrize("exchange", [Web3SignerRest(key=KEY), Web3SignerRpc(key=KEY)])
def test_H17_a_host_that_web3signer_does_not_answer_to_is_refused(exchange: Web3SignerRest | Web3SignerRpc) -> None:
    body = b'{"message":"Host not authorized."}'  # HostAllowListHandler
    reply = Reply(status=403, media_type="application/json", body=body)
    with pytest.raises(SigningRefused, match="host"):
        exchange.read(PERSONAL, reply)
    for other in (
        replace(reply, status=404 if exchange == Web3SignerRpc(key=KEY) else 502),
        replace(reply, body=b"{}"),
    ):
        with pytest.raises(OutcomeUnknown):
            exchange.read(PERSONAL, other)


@pytest.mark.parametrize(("status", "code", "kind"), [(400, -32602, SigningRefused), (500, -32603, OutcomeUnknown)])
def test_H17_the_code_of_a_JSON_RPC_error_speaks_under_any_status(
    status: int, code: int, kind: type[SignerError]
) -> None:
    reply = replace(failed(PERSONAL, {"code": code, "message": ""}), status=status)
    with pytest.raises(SignerError) as caught:
        Web3SignerRpc(key=KEY).read(PERSONAL, reply)
    assert type(caught.value) is kind
    stranger = replace(failed(message_of(b"other"), {"code": code, "message": ""}), status=status)
    signed = replace(result(PERSONAL, hexed(GOOD)), status=status)
    for other in (stranger, signed):
        with pytest.raises(OutcomeUnknown):
            Web3SignerRpc(key=KEY).read(PERSONAL, other)
