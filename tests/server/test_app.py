"""A server over real sockets, asked by walletcore's own signers: what is signed, what is refused, what is told."""

import asyncio
import hashlib
import http.client
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from support.certificates import Certificates, make_certificates
from support.load import Callers, check_told
from support.outcomes import until
from support.server import (
    ETHEREUM,
    FRIEND,
    HOT,
    STRANGER,
    TOKEN,
    Server,
    ask,
    configuration,
    payment,
    raw,
    remote,
    request,
    secret,
    signed_ids,
    signing,
    token_client,
)
from support.signing_service import KEYS
from walletcore import sign, sign_async
from walletcore.chains import evm
from walletcore.coding import strict_json
from walletcore.curves.secp256k1 import uncompressed
from walletcore.errors import OutcomeUnknown, SignerUnavailable, SigningRefused
from walletcore.hashes import keccak256
from walletcore.keys import Curve, Scheme
from walletcore.server import web3signer
from walletcore.signers import open_async_signer, open_signer, protocol
from walletcore.signers.remote import Patience, RemoteSigner
from walletcore.signers.sqlite import SqliteStore
from walletcore.signing import SigningRequest

Certified = tuple[Server, Certificates]
HEAD = "POST /v1/sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
ACCOUNT = Account.from_key(KEYS[Curve.SECP256K1].secret.reveal())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with Server(configuration(folder)) as running:
        yield running


WAYS = {"remote": "", "rest": "rest", "jsonrpc": "jsonrpc"}
by_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@by_way
def test_a_payment_is_signed_as_eth_account_reads_it(server: Server, way: str) -> None:
    signed = sign(payment(), remote(server.port, api=way))
    assert Account.recover_transaction(signed.raw) == ACCOUNT.address


@by_way
def test_a_legacy_payment_is_signed_as_well(server: Server, way: str) -> None:
    old = evm.LegacyTransaction(chain=ETHEREUM, sender=HOT, to=FRIEND, value=1, nonce=1, gas=21_000, gas_price=evm.GWEI)
    assert Account.recover_transaction(sign(old, remote(server.port, api=way)).raw) == ACCOUNT.address


@by_way
def test_a_message_is_signed_and_recovered(server: Server, way: str) -> None:
    message = evm.Message(chain=ETHEREUM, signer=HOT, data=b"I agree")
    signed = sign(message, remote(server.port, api=way))
    assert Account.recover_message(encode_defunct(b"I agree"), signature=signed.raw) == ACCOUNT.address


def test_the_asynchronous_signer_is_answered_as_well(server: Server) -> None:
    signer = open_async_signer(f"remote:http://127.0.0.1:{server.port}?plain=loopback", public_key=HOT)
    assert Account.recover_transaction(asyncio.run(sign_async(payment(), signer)).raw) == ACCOUNT.address


@by_way
def test_what_a_guard_refuses_is_not_signed(server: Server, folder: Path, way: str) -> None:
    before = len(signed_ids(folder))
    for wrong in (payment(STRANGER), payment(value=10**18 + 1), payment(FRIEND, 10**24)):
        with pytest.raises(SigningRefused):
            sign(wrong, remote(server.port, api=way))
    assert len(signed_ids(folder)) == before


def test_typed_data_without_its_json_is_refused_and_with_it_read(server: Server) -> None:
    types = {"EIP712Domain": [{"name": "chainId", "type": "uint256"}], "Note": [{"name": "text", "type": "string"}]}
    typed = evm.TypedData.parse(
        {"types": types, "primaryType": "Note", "domain": {"chainId": 1}, "message": {"text": "x"}}
    )
    message = evm.Message(chain=ETHEREUM, signer=HOT, data=typed)
    for way in WAYS.values():  # two hashes by REST, the whole by the others: opaque to this guard in any case
        with pytest.raises(SigningRefused):
            sign(message, remote(server.port, api=way))


def body_of(asked: SigningRequest, **changed: object) -> bytes:
    return json.dumps(json.loads(signing(asked)) | changed).encode()


def test_bytes_under_a_harmless_subject_are_refused(server: Server) -> None:
    (evil,), good = payment(STRANGER).requests(), payment()
    body = body_of(evil, subject={"chain": "eip155:1", "raw": good.raw.hex()})
    status, _, told = ask(server.port, "/v1/sign", body)
    assert (status, json.loads(told)["kind"], json.loads(told)["reason"]) == (403, "refused", "mismatch")


def test_a_subject_that_is_signed_already_or_of_no_chain_is_refused(server: Server) -> None:
    asked = request()
    signed = ACCOUNT.sign_transaction(
        {"type": 2, "chainId": 1, "to": FRIEND.text, "value": 1, "nonce": 0, "gas": 21000, "maxFeePerGas": 2,
         "maxPriorityFeePerGas": 1}
    )  # fmt: skip
    for subject in (
        {"chain": "eip155:1", "raw": bytes(signed.raw_transaction).hex()},
        {"chain": "eip155:999999", "raw": "00"},
        {"chain": "eip155:1", "raw": ""},
        None,
    ):
        status, _, told = ask(server.port, "/v1/sign", body_of(asked, subject=subject))
        assert (status, json.loads(told)["kind"]) == (403, "refused"), subject


def test_a_request_for_a_key_that_is_not_here_is_refused(server: Server) -> None:
    other = KEYS[Curve.P256].public_key
    asked = SigningRequest(key=other, scheme=Scheme.ECDSA_P256, payload=bytes(32))
    status, _, told = ask(server.port, "/v1/sign", signing(asked))
    assert (status, json.loads(told)["reason"]) == (403, "unknown")


MALFORMED = [
    b"", b"{", b"[]", b"null", b'{"id": 1}', b"\xff", b"{}" * 3, b"[" * 100_000, b'{"a":1,"a":2}', b"1e999",
    b"9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/sign", "/", f"/api/v1/eth1/sign/0x{'00' * 64}"])
@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: str(body[:12]))
def test_X13_what_is_no_request_is_refused_in_words(server: Server, path: str, body: bytes) -> None:
    status, headers, told = ask(server.port, path, body)
    assert headers["content-type"] == "application/json"
    value = json.loads(told)
    assert status in (200, 400, 404)
    assert value["error"]["code"] in (-32700, -32600) if "error" in value else value["kind"] == "refused"


REST = f"/api/v1/eth1/sign/{uncompressed(HOT.data)[1:].hex()}"


@pytest.mark.parametrize("path", ["/v1/sign", "/", REST], ids=["remote", "jsonrpc", "rest"])
def test_X13_a_large_body_is_read_beside_the_event_loop(
    server: Server, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """8 MB in escapes, or a subject that costs a second: so long nobody else would be answered."""
    readers: dict[bool, set[int]] = {True: set(), False: set()}
    really = strict_json.decode

    def watched(text: str, **bounds: int) -> Any:
        readers[len(text) > 1 << 16].add(threading.get_ident())
        return really(text, **bounds)

    monkeypatch.setattr(strict_json, "decode", watched)
    for body in (b"[{}]", b"[" + b"{}," * 30_000 + b"{}]"):
        assert ask(server.port, path, body)[0] in (200, 400)
    assert readers[True]
    assert readers[False]
    assert not readers[True] & readers[False]


def test_web3signers_lists_are_those_of_the_key(server: Server) -> None:
    _, _, keys = ask(server.port, "/api/v1/eth1/publicKeys", None)
    assert json.loads(keys) == ["0x" + ACCOUNT._key_obj.public_key.to_bytes().hex()]
    call = {"jsonrpc": "2.0", "id": 7, "method": "eth_accounts", "params": []}
    _, _, told = ask(server.port, "/", json.dumps(call).encode())
    assert json.loads(told) == {"jsonrpc": "2.0", "id": 7, "result": [ACCOUNT.address.lower()]}
    assert ask(server.port, "/upcheck", None)[::2] == (200, b"OK")


RPC = [
    ({"method": "eth_sendTransaction", "params": []}, -32601),
    ({"method": "eth_sign", "params": []}, -32602),
    ({"method": "eth_sign", "params": {}}, -32602),
    ({"method": "eth_sign", "params": ["0x" + "11" * 20, "0x00"]}, -32000),
    ({"method": "eth_sign", "params": [ACCOUNT.address, "zz"]}, -32602),
    ({"method": "eth_sign", "params": [ACCOUNT.address, 7]}, -32602),
    ({"method": "eth_signTypedData", "params": [ACCOUNT.address, "{}"]}, -32602),
    ({"method": "eth_signTransaction", "params": [{"from": ACCOUNT.address}]}, -32602),
    ({"method": "eth_signTransaction", "params": [{"from": ACCOUNT.address, "nonce": 1}]}, -32602),
    ({"method": "eth_signTransaction", "params": ["x"]}, -32602),
]


@pytest.mark.parametrize(("call", "code"), RPC, ids=lambda value: str(value)[:60])
def test_a_call_that_cannot_be_carried_out_has_its_code(server: Server, call: dict[str, object], code: int) -> None:
    status, _, told = ask(server.port, "/", json.dumps({"jsonrpc": "2.0", "id": "x", **call}).encode())
    assert (status, json.loads(told)["error"]["code"], json.loads(told)["id"]) == (200, code, "x")


def test_X14_the_parameters_of_a_call_are_not_held_while_it_is_signed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As values they weigh up to a hundred times as much as the text."""
    held: list[object] = []
    really = web3signer.rpc_result

    def watched(call: web3signer.Call, result: object) -> bytes:
        held.append(call.params)
        return really(call, result)

    monkeypatch.setattr(web3signer, "rpc_result", watched)
    call = {"jsonrpc": "2.0", "id": 7, "method": "eth_sign", "params": [ACCOUNT.address, "0x61"]}
    assert "result" in json.loads(ask(server.port, "/", json.dumps(call).encode())[2])
    assert held == [None]


def test_other_paths_and_methods_are_refused_in_words(server: Server) -> None:
    assert ask(server.port, "/v2/sign", b"{}")[0] == 404
    assert ask(server.port, "/v1/sign", None)[0] == 405
    assert json.loads(ask(server.port, "/nothing", None)[2])["kind"] == "refused"


def test_a_page_of_a_browser_cannot_ask(server: Server) -> None:
    body = signing(request())
    assert ask(server.port, "/v1/sign", body, {"Content-Type": "text/plain"})[0] == 415
    assert ask(server.port, "/v1/sign", body, host="rebound.example")[0] == 421
    assert ask(server.port, "/v1/sign", body, {"Content-Encoding": "gzip"})[0] == 415


def test_H19_the_same_request_on_a_thousand_connections_is_one_signature(tmp_path: Path) -> None:
    asked = request()
    body = signing(asked)
    whole = HEAD + f"Content-Length: {len(body)}\r\n"

    async def one(port: int, go: asyncio.Event) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await go.wait()
        writer.write(whole.encode() + b"Connection: close\r\n\r\n" + body)
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")[2]

    async def all_of_them(port: int) -> Counter[bytes]:
        go = asyncio.Event()
        tasks = [asyncio.create_task(one(port, go)) for _ in range(1000)]
        await asyncio.sleep(0.5)
        go.set()
        return Counter(await asyncio.gather(*tasks))

    with Server(configuration(tmp_path, limits="connections = 2000")) as running:
        answers = asyncio.run(all_of_them(running.port))
    ((answer, count),) = answers.items()
    assert count == 1000
    HOT.verify(asked.scheme, asked.message, bytes.fromhex(json.loads(answer)["signature"]))
    assert signed_ids(tmp_path) == [asked.id.hex()]


def test_a_signature_outlives_the_server(tmp_path: Path) -> None:
    asked = request()
    with Server(configuration(tmp_path)) as first:
        one = remote(first.port).sign(asked)
    stricter = '[[key.hot.guard]]\nrule = "only_chains"\nchains = ["eip155:5"]\n'
    with Server(configuration(tmp_path, guard=stricter)) as second:
        assert remote(second.port).sign(asked).data == one.data
        with pytest.raises(SigningRefused):
            remote(second.port).sign(request())
    assert signed_ids(tmp_path) == [asked.id.hex()]


def test_two_halves_of_a_limit_do_not_both_pass(tmp_path: Path) -> None:
    guard = """
[[key.hot.guard]]
rule = "limit"
asset = "eip155:1/slip44:60"
total = 1_500_000_000_000_000_000
per = "1h"
"""
    with Server(configuration(tmp_path, guard=guard)) as running:
        signer = remote(running.port)

        def attempt(_: int) -> bool:
            try:
                sign(payment(value=10**18), signer)
            except SigningRefused:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, range(8))) == 1


# -- who may ask


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    folder = tmp_path_factory.mktemp("tls")
    made = make_certificates(folder)
    from cryptography import x509

    shown = x509.load_pem_x509_certificate(made.client.read_bytes())
    from cryptography.hazmat.primitives.serialization import Encoding

    finger = hashlib.sha256(shown.public_bytes(Encoding.DER)).hexdigest()
    other = KEYS[Curve.P256]
    (folder / "other.key").touch(0o600)
    (folder / "other.key").write_text(other.secret.reveal().hex())
    more = f"""
[key.other]
uri = "local:"
public_key = "nist256p1:{other.public_key.data.hex()}"
allow_opaque = true
secrets = {{ "private key" = {{ file = "{folder}/other.key", form = "hex" }} }}
[[key.other.guard]]
rule = "audit"
[client.payouts]
certificate_sha256 = "{finger}"
keys = ["hot"]
[client.named]
certificate_subject = "CN=192.0.2.3"
keys = ["other"]
metrics = true
"""
    with Server(configuration(folder, tls=made, more=more, clients=token_client())) as running:
        yield running, made


def over_tls(port: int, ca: Path, client: str = "", token: bytes | None = None) -> RemoteSigner[Any, Any]:
    uri = f"remote:https://127.0.0.1:{port}?ca={ca}{client}" + ("&auth=bearer" if token else "")
    password = Certificates.password
    answers = {"bearer token": token or b"", "client key password": password}
    opened = open_signer(uri, public_key=HOT, secrets=lambda name: secret(answers[name])(name))
    assert isinstance(opened, RemoteSigner)
    return replace(opened, patience=Patience(attempts=1))


def test_a_certificate_and_a_token_are_known_over_tls(certified: Certified) -> None:
    running, made = certified
    by_certificate = over_tls(running.port, made.authority, f"&client={made.client}")
    by_token = over_tls(running.port, made.authority, token=TOKEN)
    for signer in (by_certificate, by_token):
        assert Account.recover_transaction(sign(payment(), signer).raw) == ACCOUNT.address


def test_a_client_without_a_right_to_the_key_or_without_a_name_is_refused(certified: Certified) -> None:
    running, made = certified
    for stranger in (
        over_tls(running.port, made.authority, f"&client={made.locked}"),  # known, for another key
        over_tls(running.port, made.authority, token=b"another-token"),
        over_tls(running.port, made.authority),
        over_tls(running.port, made.authority, token=TOKEN[:-1]),
    ):
        with pytest.raises(SigningRefused):
            stranger.sign(request())


def test_the_client_with_the_wrong_certificate_does_not_get_through_tls(certified: Certified, tmp_path: Path) -> None:
    running, made = certified
    foreign = make_certificates(tmp_path)
    with pytest.raises((SignerUnavailable, OutcomeUnknown)):
        over_tls(running.port, made.authority, f"&client={foreign.client}").sign(request())
    with pytest.raises(SignerUnavailable):
        over_tls(running.port, foreign.authority, token=TOKEN).sign(request())


def test_a_token_is_compared_whole_and_shown_nowhere(certified: Certified, caplog: pytest.LogCaptureFixture) -> None:
    running, made = certified
    with caplog.at_level("INFO", logger="walletcore.server"):
        over_tls(running.port, made.authority, token=TOKEN).sign(asked := request())
        with pytest.raises(SigningRefused):
            over_tls(running.port, made.authority, token=b"the-wrong-one").sign(request())
    told = json.dumps([[record.getMessage(), record.__dict__.get("told")] for record in caplog.records])
    assert '"client": "shop"' in told
    assert '"stranger"' in told
    assert TOKEN.decode() not in told
    assert "the-wrong-one" not in told
    assert asked.payload.hex() not in told


# -- bounds


def test_H17_a_slow_head_a_slow_body_and_too_much_of_both_end_in_time(tmp_path: Path) -> None:
    with Server(configuration(tmp_path, limits="head = 1\nbody = 1")) as running:
        start = time.monotonic()
        assert raw(running.port, b"POST /v1/sign HT") == b""
        assert raw(running.port, b"") == b""
        head = b"POST /v1/sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        slow = raw(running.port, head + b"Content-Length: 100\r\n\r\n{")
        assert b" 503 " in slow.splitlines()[0]
        assert b'"unavailable"' in slow
        assert time.monotonic() - start < 8
        large = raw(running.port, head + b"Content-Length: 100000000\r\n\r\n")
        assert b" 413 " in large.splitlines()[0]
        assert b'"refused"' in large
        assert raw(running.port, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000) == b""
        chunks = b"Transfer-Encoding: chunked\r\n\r\n" + (b"100000\r\n" + b" " * (1 << 20) + b"\r\n") * 8
        # one byte too many and no more: who goes on sending may be cut off before the answer is read
        assert b" 413 " in raw(running.port, head + chunks + b"1\r\n \r\n")[:40]
        assert remote(running.port).sign(request())


def test_X14_the_head_of_a_request_that_is_sent_ahead_is_bounded_as_well(tmp_path: Path) -> None:
    from contextlib import closing

    with Server(configuration(tmp_path)) as running, closing(SqliteStore(tmp_path / "store.db")) as other:
        body = signing(request())
        with other.transaction(), socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            line.sendall(b"GET /live HTTP/1.1\r\n")
            with pytest.raises(ConnectionError):
                line.sendall((b"X: " + b"y" * (1 << 16) + b"\r\n") * 256)  # what the system itself holds is less


def test_X14_what_follows_a_body_in_chunks_is_bounded_as_a_head_is(tmp_path: Path) -> None:
    head = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()
    body = signing(request())
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:100], body[100:])]
    with Server(configuration(tmp_path)) as running:
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            for part in (head, *chunks, b"0\r\n", b"X: y\r\n\r\n"):
                line.sendall(part)
            assert b" 200 " in line.recv(1000)[:20]
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(head + chunks[0] + b"0\r\n")
            with pytest.raises(ConnectionError):
                line.sendall((b"X: " + b"y" * (1 << 16) + b"\r\n") * 256)


def test_X14_who_takes_no_answers_holds_no_connection_for_ever(tmp_path: Path) -> None:
    with Server(configuration(tmp_path, clients=token_client(), limits="body = 1\nidle = 1")) as running:
        connections = running.running.listener.server_state.connections
        lines = [socket.socket() for _ in range(2)]
        for line, often in zip(lines, (10, 2000), strict=True):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", running.port))
            line.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * often)
        assert until(lambda: len(connections) == 2, 5)
        assert until(lambda: not connections, 10)
        for line in lines:
            line.close()


def test_more_connections_than_there_may_be_are_unavailable(tmp_path: Path) -> None:
    with Server(configuration(tmp_path, limits="connections = 4\nhead = 30")) as running:
        held = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(5)]
        time.sleep(0.1)
        status, headers, told = ask(running.port, "/v1/sign", signing(request()))
        assert (status, json.loads(told)["kind"], headers["connection"]) == (503, "unavailable", "close")
        with pytest.raises(SignerUnavailable):
            remote(running.port).sign(request())
        held += [socket.create_connection(("127.0.0.1", running.port)) for _ in range(8)]
        assert raw(running.port, b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""  # beyond twice as many
        for each in held:
            each.close()
        time.sleep(0.1)
        assert remote(running.port).sign(request())


def test_X14_silent_strangers_take_no_connection_from_whoever_has_one(tmp_path: Path) -> None:
    with Server(configuration(tmp_path, limits="connections = 4\nhead = 30")) as running:
        line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
        held: list[socket.socket] = []
        for _ in range(2):
            line.request("POST", "/v1/sign", signing(request()), {"Content-Type": "application/json"})
            answer = line.getresponse()
            assert (answer.status, answer.read()[:5]) == (200, b'{"id"')
            held = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(5)]
            time.sleep(0.1)
        line.close()
        for each in held:
            each.close()


def test_X14_ten_thousand_malformed_bytes_then_a_good_request(server: Server) -> None:
    for _ in range(200):
        raw(server.port, b"\x16\x03\x01 no HTTP\r\n\r\n")
    assert remote(server.port).sign(request())


# -- what others look at


def test_health_and_figures_tell_what_happened(tmp_path: Path) -> None:
    with Server(configuration(tmp_path)) as running:
        assert ask(running.port, "/live", None)[0] == ask(running.port, "/ready", None)[0] == 200
        remote(running.port).sign(asked := request())
        remote(running.port).sign(asked)
        with pytest.raises(SigningRefused):
            sign(payment(STRANGER), remote(running.port))
        ask(running.port, "/v1/sign", b"{")
        _, headers, told = ask(running.port, "/metrics", None)
        lines = told.decode().splitlines()
        assert headers["content-type"].startswith("text/plain; version=0.0.4")
        for outcome, key in (("signed", "hot"), ("again", "hot"), ("refused", "hot"), ("malformed", "")):
            assert (
                f'walletcore_requests_total{{client="anybody",interface="sign",key="{key}",outcome="{outcome}"}} 1.0'
                in lines
            ), outcome
        assert 'walletcore_request_seconds_count{interface="sign"} 4.0' in lines


def test_a_memory_that_cannot_be_read_is_told_and_nothing_is_signed(tmp_path: Path) -> None:
    with Server(configuration(tmp_path)) as running:
        assert ask(running.port, "/ready", None)[0] == 200
        (tmp_path / "store.db").rename(tmp_path / "elsewhere.db")
        time.sleep(1.1)
        assert ask(running.port, "/ready", None)[0] == 503
        assert ask(running.port, "/live", None)[0] == 200
        with pytest.raises(SignerUnavailable):
            remote(running.port).sign(request())


def test_only_whoever_may_read_them_gets_the_metrics(tmp_path: Path) -> None:
    watcher = token_client("watcher", keys="", token=b"watching") + "metrics = true\n"
    with Server(configuration(tmp_path, clients=token_client() + watcher)) as running:
        assert ask(running.port, "/metrics", None)[0] == 401
        assert ask(running.port, "/metrics", None, {"Authorization": f"Bearer {TOKEN.decode()}"})[0] == 403
        assert ask(running.port, "/metrics", None, {"Authorization": "Bearer watching"})[0] == 200
        asked = signing(request())
        assert ask(running.port, "/v1/sign", asked, {"Authorization": "Bearer watching"})[0] == 403
        assert ask(running.port, "/v1/sign", asked, {"Authorization": f"bearer {TOKEN.decode()}"})[0] == 200


def test_whoever_goes_away_leaves_a_signature_that_is_kept(tmp_path: Path) -> None:
    with Server(configuration(tmp_path)) as running:
        asked = request()
        body = signing(asked)
        head = HEAD + f"Content-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(head.encode() + body)
        assert until(lambda: asked.id.hex() in signed_ids(tmp_path))


def test_requests_at_the_same_time_as_the_end_are_answered_or_not_taken(tmp_path: Path) -> None:
    with Server(configuration(tmp_path)) as running:
        callers = Callers(sign=remote(running.port).sign, request=request, count=8, once_failed_ends=True)
        callers.start()
        assert callers.wait_for_answers(20)
    callers.join()
    signed = signed_ids(tmp_path)
    assert len(signed) == len(set(signed)) > 8
    check_told(callers.told, lambda asked: asked.id.hex() in signed)


def test_keccak_is_the_only_hash_that_rest_knows(server: Server) -> None:
    payload = payment().raw
    identifier = ACCOUNT._key_obj.public_key.to_bytes().hex()
    body = json.dumps({"data": "0x" + payload.hex()}).encode()
    status, headers, told = ask(server.port, f"/api/v1/eth1/sign/0x{identifier}", body)
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    HOT.verify(Scheme.ECDSA, keccak256(payload), bytes.fromhex(told.decode()[2:130]))
    assert protocol.PATH == "/v1/sign"
