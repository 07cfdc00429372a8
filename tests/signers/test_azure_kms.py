"""Azure Key Vault, over the pipeline of Azure's own client: what it answers is checked, what it fails in is told."""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm

from support.azure import DOMAIN, KEY, TOKEN, VERSION, Hosts, KeyVault, Static, base64url
from support.clouds import (
    CALM,
    HASTY,
    QUICK,
    SCHEMES,
    SHORT,
    Open,
    check_cancelled_at_each_await,
    check_process,
    flipped,
    refusal,
    request,
    sign_of,
)
from support.faults import Fault, Proxy, closed_port, places
from support.held import ORDER, held, high, pinned, raw, signed
from support.outcomes import Outcome, Sign, outcome, struck, told
from support.tls import Certificate, certificate
from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import sha256
from walletcore.keys import Curve, Scheme
from walletcore.signers import open_signer
from walletcore.signers.azure_kms import AzureKms, open_async_key, open_key
from walletcore.signers.remote import Patience
from walletcore.signers.uri import SignerUri
from walletcore.signing import AcceptedSignature, Signature
from walletcore.testing import check_signer

CURVES = (Curve.SECP256K1, Curve.P256)
HOSTS = Hosts()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certificate]:
    with HOSTS:
        yield certificate(tmp_path_factory.mktemp("azure"), f"*.{DOMAIN}", "*.vaults.example")


@pytest.fixture
def vault(shown: Certificate) -> Iterator[KeyVault]:
    HOSTS.forget()
    with KeyVault(shown) as service:
        yield service


def uri(port: int) -> str:
    return f"azurekms:https://{HOSTS.name(port)}{KEY}"


def opening(opener: Callable[..., Any]) -> Open:
    def opened(
        vault: KeyVault, patience: Patience = QUICK, port: int = 0, later: Patience | None = None, **options: Any
    ) -> Sign:
        given = {"credential": Static(), "connection_verify": str(vault.certificate.chain_file), "patience": patience}
        signer = opener(SignerUri.parse(uri(port or vault.port)), pinned(vault.curve), **{**given, **options})
        return sign_of(signer, later or patience)

    return opened


by_sync, by_async = opening(open_key), opening(open_async_key)
both = pytest.mark.parametrize("opened", [by_sync, by_async], ids=["by_sync", "by_async"])
by_curve = pytest.mark.parametrize("curve", CURVES)


# -- what works


@by_curve
@pytest.mark.parametrize("opener", [open_key, open_async_key])
def test_the_conformance_kit_accepts_each_curve(shown: Certificate, curve: Curve, opener: Callable[..., Any]) -> None:
    with KeyVault(shown, curve) as vault:
        where: dict[str, Any] = {"credential": Static(), "connection_verify": str(shown.chain_file)}
        report = check_signer(
            opener(SignerUri.parse(uri(vault.port)), pinned(curve), **where), secrets=[TOKEN.encode()]
        )
        assert report.schemes == (SCHEMES[curve],)
        assert report.is_asynchronous is (opener is open_async_key)
        assert len(vault.signed) > 30
        assert len(vault.asked) == len(vault.signed)


@both
@by_curve
def test_H01_H04_the_digest_is_signed_as_it_is(shown: Certificate, opened: Open, curve: Curve) -> None:
    with KeyVault(shown, curve) as vault:
        sign, asked = opened(vault), request(curve)
        answers = [sign(asked) for _ in range(8)]
        assert set(vault.signed) == {asked.message}
        for answer in answers:
            asked.key.verify(asked.scheme, asked.message, answer.data)
            assert (answer.recovery in (0, 1)) is (curve is Curve.SECP256K1)


@by_curve
def test_azure_s_own_client_asks_the_same(shown: Certificate, curve: Curve) -> None:
    with KeyVault(shown, curve) as vault:
        by_sync(vault)(request(curve))
        identifier = uri(vault.port).removeprefix("azurekms:")
        client = CryptographyClient(identifier, Static(), connection_verify=str(shown.chain_file))
        algorithm = {Curve.SECP256K1: SignatureAlgorithm.es256_k, Curve.P256: SignatureAlgorithm.es256}[curve]
        result = client.sign(algorithm, request(curve).message)
        assert vault.asked[0] == vault.asked[1]
        assert vault.visits[-1] == f"POST {KEY}/sign"
        assert request(curve).accept(Signature(scheme=SCHEMES[curve], data=result.signature))


@both
def test_H01_a_high_s_comes_back_low(vault: KeyVault, opened: Open) -> None:
    vault.answer = {"value": lambda der: base64url(raw(high(der)))}
    data = opened(vault)(request()).data
    assert int.from_bytes(data[32:]) <= ORDER // 2


def test_azure_s_default_credential_is_found_and_used(vault: KeyVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"https://{HOSTS.name(vault.port)}/token")  # as in Azure App Service
    monkeypatch.setenv("IDENTITY_HEADER", "anything")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(vault.certificate.chain_file))
    assert open_signer(uri(vault.port), public_key=pinned(Curve.SECP256K1)).sign(request())
    sign = by_async(vault, credential=None)
    assert sign(request())
    assert sign(request())
    assert vault.visits.count("GET /token") == 2
    assert len(vault.signed) == 3


def test_one_signer_serves_several_event_loops_and_leaves_nothing_open(
    vault: KeyVault, recwarn: pytest.WarningsRecorder
) -> None:
    sign = by_async(vault)
    assert len({sign(request()).data for _ in range(3)}) == 3
    assert [str(warning.message) for warning in recwarn if issubclass(warning.category, ResourceWarning)] == []


def test_many_signatures_at_once_share_a_client(vault: KeyVault) -> None:
    where: dict[str, Any] = {"credential": Static(), "connection_verify": str(vault.certificate.chain_file)}
    signer = open_async_key(SignerUri.parse(uri(vault.port)), pinned(Curve.SECP256K1), **where)

    async def many() -> list[AcceptedSignature]:
        return await asyncio.gather(*(signer.sign(request(payload=bytes([place]))) for place in range(20)))

    assert len({answer.data for answer in asyncio.run(many())}) == 20


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_thread_and_a_loop_keep_their_connection(vault: KeyVault) -> None:
    # azure-core makes a TLS context, and so an asynchronous connection, for each request when authorities are named
    where: dict[str, Any] = {"credential": Static(), "connection_verify": False}
    with Proxy(("127.0.0.1", vault.port), lambda _: None) as proxy:
        sign = by_sync(vault, port=proxy.port)
        for _ in range(10):
            sign(request())
        assert proxy.connections <= 2  # the challenge's answer is not read
        signer = open_async_key(SignerUri.parse(uri(proxy.port)), pinned(Curve.SECP256K1), **where)
        before = proxy.connections

        async def ten() -> None:
            for _ in range(10):
                await signer.sign(request())

        asyncio.run(ten())
        assert proxy.connections - before <= 2


# -- what a vault answers wrongly

WRONG: dict[str, dict[str, Any]] = {
    "H02 DER where r || s is expected": {"value": base64url},
    "H02 cut": {"value": lambda der: base64url(raw(der)[:-1])},
    "H02 with more behind it": {"value": lambda der: base64url(raw(der) + b"\0")},
    "H02 base64 instead of base64url": {"value": base64.b64encode(b"\xff" * 64).decode()},
    "H02 padded": {"value": lambda der: base64url(raw(der)) + "=="},
    "H02 a second spelling": {"value": base64url(bytes(64))[:-1] + "B"},
    "H02 empty": {"value": ""},
    "H02 nothing": {"value": None},
    "H02 a number": {"value": 7},
    "H02 a list": {"value": ["AA"]},
    "H02 zeroes": {"value": base64url(bytes(64))},
    "H02 ones": {"value": base64url(b"\xff" * 64)},
    "H02 no text": {"value": "\u00e9" * 86},
    "H07 another version": {"kid": f"https://unit.{DOMAIN}/keys/hot/{'f' * 32}"},
    "H07 another vault": {"kid": f"https://other.{DOMAIN}{KEY}"},
    "H07 no identifier": {"kid": None},
    "H07 an identifier that is none": {"kid": {}},
}
UNREADABLE = {
    "empty": b"",
    "html": b"<html>busy</html>",
    "cut": b'{"kid": "https://unit',
    "a list": b"[]",
    "a text": b'"AAAA"',
    "no UTF-8": b'{"kid": "\xff"}',
    "a name twice": b'{"kid": "a", "kid": "b"}',
    "too deep": b"[" * 100_000,
    "too large": b" " * 3_000_000,
}


@both
@pytest.mark.parametrize("name", WRONG)
def test_H02_H07_an_answer_that_is_not_the_key_s_is_refused_at_once(vault: KeyVault, opened: Open, name: str) -> None:
    vault.answer = WRONG[name]
    refusal(InvalidSignature, lambda: opened(vault)(request()))
    assert len(vault.asked) == 1


@both
@pytest.mark.parametrize("name", UNREADABLE)
def test_H17_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(vault: KeyVault, opened: Open, name: str) -> None:
    vault.raw = UNREADABLE[name]
    refusal(OutcomeUnknown, lambda: opened(vault)(request()))
    assert len(vault.signed) == QUICK.attempts


@both
@by_curve
def test_H03_H04_another_key_or_another_digest_is_refused(shown: Certificate, opened: Open, curve: Curve) -> None:
    with KeyVault(shown, curve, signs_with=8) as vault:
        refusal(InvalidSignature, lambda: opened(vault)(request(curve)))
    with KeyVault(shown, curve, meddle=sha256) as vault:
        refusal(InvalidSignature, lambda: opened(vault)(request(curve)))


@by_curve
def test_every_flipped_bit_of_signature_and_digest_is_caught(shown: Certificate, curve: Curve) -> None:
    with KeyVault(shown, curve) as vault:
        asked, sign = request(curve), by_sync(vault)
        exchange = AzureKms(identifier="id", scheme=SCHEMES[curve], algorithm="")
        good = raw(signed(curve, asked.message))

        def accepted(data: bytes) -> AcceptedSignature:
            answer = json.dumps({"kid": "id", "value": base64url(data)}).encode()
            return asked.accept(exchange.read(asked, answer))

        assert accepted(good)
        wrong = [flipped(good, bit) for bit in range(512)]
        wrong += [raw(signed(curve, flipped(asked.message, bit))) for bit in range(256)]
        for data in wrong:
            with pytest.raises(InvalidSignature):
                accepted(data)
        for bit in range(0, 512, 67):
            vault.answer = {"value": lambda der, bit=bit: base64url(flipped(raw(der), bit))}
            refusal(InvalidSignature, lambda: sign(asked))


# -- what a vault fails in


def error(status: int, code: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = {"error": {"code": code, "message": f"a text with {TOKEN}"}}
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()


BUSY = error(429, "Throttled", **{"Retry-After": "60"})
REFUSED = [
    error(400, "BadParameter"),
    error(403, "Forbidden"),
    error(404, "KeyNotFound"),
]
UNKNOWN = [
    *(error(500, "InternalServerError"), error(502, "BadGateway"), error(503, "Unavailable"), error(408, "Late")),
    error(409, "Conflict"),
    *(error(status, "Moved", Location="https://elsewhere.example/") for status in (301, 302, 307, 308)),
    *((status, {"Content-Type": "text/html"}, b"<html>a gateway</html>") for status in (400, 403, 407, 429, 499)),
]


@both
def test_H09_throttling_is_tried_again_and_bounded(vault: KeyVault, opened: Open) -> None:
    sign = opened(vault)
    vault.failures = [BUSY, BUSY]
    assert sign(request()).scheme is Scheme.ECDSA
    assert len(vault.asked) == 3
    vault.failures = [BUSY] * 9
    vault.signed.clear()
    result = outcome(sign, request(), vault.signed)
    assert result.problem(QUICK.deadline) == ""
    assert type(result.failure) is SignerUnavailable
    assert "429 Throttled" in str(result.failure)
    assert len(vault.asked) == 6
    assert {question["value"] for question in vault.asked} == {base64url(request().message)}


@both
@pytest.mark.parametrize("status", REFUSED, ids=lambda status: str(status[0]))
def test_H08_H17_what_a_vault_refuses_is_not_asked_again_nor_elsewhere(
    vault: KeyVault, opened: Open, status: tuple[int, dict[str, str], bytes]
) -> None:
    vault.failures = [status]
    assert refusal(SigningRefused, lambda: opened(vault)(request())).reason == "policy"
    assert len(vault.asked) == 1
    assert vault.signed == []


@both
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", UNKNOWN, ids=lambda status: str(status[0]))
def test_H10_a_failure_of_the_service_may_have_signed(
    vault: KeyVault, opened: Open, status: tuple[int, dict[str, str], bytes], after: bool
) -> None:
    vault.after, vault.failures = after, [status]
    sign = opened(vault)
    result = outcome(sign, request(), vault.signed)
    assert result.problem(QUICK.deadline) == ""
    assert result.signature is not None
    assert result.signed == 1 + after
    vault.failures = [status] * 3
    refusal(OutcomeUnknown, lambda: sign(request()))
    assert len(vault.asked) == 5


@both
def test_H10_after_one_unknown_outcome_a_refusal_does_not_say_that_nothing_was_signed(
    vault: KeyVault, opened: Open
) -> None:
    vault.after, vault.failures = True, [UNKNOWN[0], REFUSED[1]]
    refusal(OutcomeUnknown, lambda: opened(vault)(request()))
    assert len(vault.signed) == 2


@both
def test_H10_a_vault_that_thinks_too_long_is_left_at_the_deadline(vault: KeyVault, opened: Open) -> None:
    vault.delay = 0.9
    result = outcome(opened(vault, CALM, later=SHORT), request(), vault.signed)
    assert result.problem(SHORT.deadline) == ""
    assert type(result.failure) is OutcomeUnknown
    assert result.signed in (1, 2)


@both
def test_H17_an_answer_that_drips_is_left_at_the_deadline(vault: KeyVault, opened: Open) -> None:
    vault.drip = 0.02  # never silent for long; 2 or 3 seconds in all
    result = outcome(opened(vault, CALM, later=SHORT), request(), vault.signed)
    assert result.problem(SHORT.deadline) == ""
    assert result.seconds < 2 * SHORT.deadline
    assert type(result.failure) is OutcomeUnknown
    assert result.signed in (1, 2)


@both
def test_H17_a_length_that_is_not_kept_is_told(vault: KeyVault, opened: Open) -> None:
    vault.after = True
    for length in ("10", "4000"):
        vault.failures = [(200, {"Content-Length": length}, b'{"kid": "x", "value": "y"}')] * 3
        result = outcome(opened(vault, CALM, later=SHORT), request(payload=length.encode()), vault.signed)
        assert result.problem(SHORT.deadline) == ""
        assert type(result.failure) is OutcomeUnknown


# -- what happens to the wire


@pytest.fixture(scope="module")
def sizes(shown: Certificate) -> tuple[int, int]:
    """Bytes of one connection on which one signature was asked for: of the request, of the answer."""
    with KeyVault(shown) as vault, Proxy(("127.0.0.1", vault.port), lambda _: None) as proxy:
        sign = by_sync(vault, port=proxy.port)
        proxy.drop()
        sign(request())
        proxy.drop()
        return proxy.carried[-1][0], proxy.carried[-1][1]


@both
def test_H10_H17_a_broken_wire_is_told_in_time_and_truly(vault: KeyVault, sizes: tuple[int, int], opened: Open) -> None:
    faults = places(*sizes)

    def outcome_of(name: str) -> Outcome:
        asked = request(payload=name.encode())
        return struck(vault.port, faults[name], lambda port: opened(vault, CALM, port, HASTY), asked, vault.signed)

    with ThreadPoolExecutor(len(faults)) as pool:
        outcomes = dict(zip(faults, pool.map(outcome_of, faults), strict=True))
    assert {name: found for name, result in outcomes.items() if (found := result.problem(HASTY.deadline))} == {}
    assert {name for name, result in outcomes.items() if result.signature is not None} == set()
    for name in ("cut: in the answer", "stall: in the answer", "change: in the answer", "trickle: the answer"):
        assert outcomes[name].signed > 0
        assert type(outcomes[name].failure) is OutcomeUnknown


@both
def test_H10_a_wire_that_breaks_once_after_the_vault_signed_costs_a_second_signature(
    vault: KeyVault, sizes: tuple[int, int], opened: Open
) -> None:
    plan: list[Fault | None] = [None] * 4
    with Proxy(("127.0.0.1", vault.port), lambda _: plan.pop(0) if plan else None) as proxy:
        sign = opened(vault, port=proxy.port)
        plan[:] = [Fault(answer=sizes[1] - 60)]
        proxy.drop()
        result = outcome(sign, request(), vault.signed)
        assert result.problem(QUICK.deadline) == ""
        assert result.signature is not None
        assert result.signed == 2


@both
def test_a_vault_that_is_gone_has_signed_nothing(vault: KeyVault, opened: Open) -> None:
    with Proxy(("127.0.0.1", vault.port), lambda _: None) as proxy:
        sign = opened(vault, port=proxy.port)
        HOSTS.add(HOSTS.name(proxy.port), closed_port())
        proxy.drop()
    result = outcome(sign, request(), vault.signed)
    assert result.problem(QUICK.deadline) == ""
    assert type(result.failure) is SignerUnavailable


@both
def test_a_stranger_s_certificate_is_not_talked_to(vault: KeyVault, opened: Open, tmp_path: Path) -> None:
    stranger = certificate(tmp_path, f"*.{DOMAIN}")
    failure = refusal(SignerError, lambda: opened(vault, connection_verify=str(stranger.chain_file)))
    assert failure.reason == "policy"
    assert vault.visits == []


@both
def test_a_certificate_that_is_a_stranger_s_later_is_refused_once(
    vault: KeyVault, opened: Open, tmp_path: Path
) -> None:
    with Proxy(("127.0.0.1", vault.port), lambda _: None) as wire:
        sign = opened(vault, port=wire.port)
        with KeyVault(certificate(tmp_path, f"*.{DOMAIN}")) as other:
            wire.target = ("127.0.0.1", other.port)
            wire.drop()
            before = wire.connections
            assert refusal(SignerError, lambda: sign(request())).reason == "policy"
            assert wire.connections == before + 1
            assert (other.visits, vault.asked) == ([], [])


# -- what happens to the process


def test_X05_H13_a_signature_that_is_cancelled_anywhere_tells_no_token_and_stops_nothing(vault: KeyVault) -> None:
    where: dict[str, Any] = {"credential": Static(), "connection_verify": str(vault.certificate.chain_file)}
    signer = open_async_key(SignerUri.parse(uri(vault.port)), pinned(vault.curve), **where)
    assert check_cancelled_at_each_await(signer.sign, TOKEN) > 5


def test_X02_a_forked_process_has_connections_of_its_own_and_hanging_credentials_hold_up_nobody(
    vault: KeyVault,
) -> None:
    check_process("azure", vault.port, vault.certificate.chain_file)


# -- opening


@pytest.mark.parametrize(
    "text",
    [
        "azurekms:",
        f"azurekms:https://unit.{DOMAIN}",
        f"azurekms:https://unit.{DOMAIN}/keys/hot",
        f"azurekms:https://unit.{DOMAIN}/keys/hot/",
        f"azurekms:https://unit.{DOMAIN}{KEY}/",
        f"azurekms:https://unit.{DOMAIN}{KEY}0",
        f"azurekms:https://unit.{DOMAIN}/secrets/hot/{VERSION}",
        f"azurekms:http://unit.{DOMAIN}{KEY}",
        f"azurekms:https://{DOMAIN}{KEY}",
        f"azurekms:https://unit.{DOMAIN}.example{KEY}",
        f"azurekms:https://unit.vault.azure.example{KEY}",
        f"azurekms:https://unit.deep.{DOMAIN}{KEY}",
        f"azurekms:https://user@unit.{DOMAIN}{KEY}",
        f"azurekms:https://unit.{DOMAIN}:8443{KEY}",
        f"azurekms:https://elsewhere.example/https://unit.{DOMAIN}{KEY}",
        f"azurekms:https://127.0.0.1{KEY}",
        f"azurekms:https://unit.vaults.example{KEY}",
        f"azurekms:https://unit.vaults.example{KEY}?domain=example",
        f"azurekms:https://unit.{DOMAIN}{KEY}?api-version=7.0",
    ],
)
def test_a_uri_that_names_no_version_in_a_vault_is_refused(text: str) -> None:
    failure = refusal(SignerError, lambda: open_signer(text, public_key=pinned(Curve.SECP256K1)))
    assert failure.reason in ("prefix", "unknown")


def test_a_vault_in_none_of_azure_s_clouds_needs_its_domain(shown: Certificate) -> None:
    challenge = 'Bearer authorization="https://login.example/adfs", resource="https://vaults.example"'
    with KeyVault(shown, challenge=challenge) as vault:
        name = HOSTS.name(vault.port).replace(DOMAIN, "vaults.example")
        HOSTS.add(name, vault.port)
        text = f"azurekms:https://{name}{KEY}?domain=vaults.example"
        where: dict[str, Any] = {"credential": Static(), "connection_verify": str(shown.chain_file)}
        assert open_key(SignerUri.parse(text), pinned(Curve.SECP256K1), **where).sign(request())


def test_names_are_compared_without_their_case(vault: KeyVault) -> None:
    text = uri(vault.port).replace("unit", "UNIT").replace("/hot/", "/Hot/")
    vault.shown = vault.answer = {"kid": text.removeprefix("azurekms:").upper()}
    with pytest.raises(SigningRefused):  # this vault, unlike Azure's, has another key by that name
        open_key(
            SignerUri.parse(text),
            pinned(Curve.SECP256K1),
            credential=Static(),
            connection_verify=str(vault.certificate.chain_file),
        )
    assert by_sync(vault)(request())


def test_a_token_is_not_asked_for_another_domain(vault: KeyVault) -> None:
    vault.challenge = vault.challenge.replace("https://vault.azure.net", "https://elsewhere.example")
    credential = Static()
    assert refusal(SignerError, lambda: by_sync(vault, credential=credential)).reason == "mismatch"
    assert credential.asked == []


ANOTHER: dict[str, tuple[dict[str, Any], type[WalletcoreError], str]] = {
    "H08 another curve": ({"shown": {"crv": "P-521"}}, InvalidKey, "scheme"),
    "H08 P-256": ({"shown": {"crv": "P-256"}}, InvalidKey, "scheme"),
    "H08 an RSA key": ({"shown": {"kty": "RSA", "crv": None, "n": "AQAB"}}, InvalidKey, "scheme"),
    "H03 another key": ({"shown": {"y": base64url(bytes(32))}}, InvalidKey, "point"),
    "H03 a short key": ({"shown": {"x": base64url(bytes(31))}}, SignerError, "length"),
    "H03 no key": ({"shown": {"x": None}}, SignerError, "length"),
    "H07 another version": ({"shown": {"kid": f"https://unit.{DOMAIN}/keys/hot/{'f' * 32}"}}, InvalidKey, "mismatch"),
    "H08 disabled": ({"attributes": {"enabled": False}}, SigningRefused, "policy"),
    "H08 not said to be enabled": ({"attributes": {"enabled": None}}, SigningRefused, "policy"),
    "H08 not yet valid": ({"attributes": {"nbf": 1 << 33}}, SigningRefused, "policy"),
    "H08 expired": ({"attributes": {"exp": 1}}, SigningRefused, "policy"),
    "H08 a date that is none": ({"attributes": {"exp": "soon"}}, SigningRefused, "policy"),
    "H08 not for signing": ({"shown": {"key_ops": ["verify"]}}, SigningRefused, "policy"),
    "H08 for nothing": ({"shown": {"key_ops": None}}, SigningRefused, "policy"),
    "H08 for what is no list": ({"shown": {"key_ops": 7}}, SigningRefused, "policy"),
    "H08 not permitted": ({"get_failure": REFUSED[1]}, SigningRefused, "policy"),
    "H08 not there": ({"get_failure": REFUSED[2]}, SigningRefused, "policy"),
    "H17 moved": ({"get_failure": UNKNOWN[5]}, SignerUnavailable, ""),
    "H09 busy": ({"get_failure": BUSY}, SignerUnavailable, ""),
    "H10 failing": ({"get_failure": UNKNOWN[0]}, SignerUnavailable, ""),
    "H17 no JSON": ({"get_failure": (200, {}, b"<html>")}, SignerError, "character"),
    "H17 no object": ({"get_failure": (200, {}, b"[]")}, SignerError, "type"),
    "H17 empty": ({"get_failure": (200, {}, b"{}")}, InvalidKey, "mismatch"),
    "H17 too large": ({"get_failure": (200, {}, b" " * 1_000_000)}, SignerUnavailable, "too-large"),
}


@pytest.mark.parametrize("name", ANOTHER)
def test_H03_H07_H08_a_version_that_is_not_the_pinned_key_is_not_opened(vault: KeyVault, name: str) -> None:
    changes, kind, reason = ANOTHER[name]
    for field, value in changes.items():
        setattr(vault, field, value)
    for opened in (by_sync, by_async):
        assert refusal(kind, lambda opened=opened: opened(vault)).reason == reason  # type: ignore[misc]
    assert vault.asked == []


def test_H03_the_key_must_be_the_pinned_one_to_the_last_bit(vault: KeyVault) -> None:
    numbers = held(Curve.SECP256K1).public_key().public_numbers()
    for part, number in (("x", numbers.x), ("y", numbers.y)):
        for bit in range(0, 256, 19):
            vault.shown = {part: base64url(flipped(number.to_bytes(32), bit))}
            refusal(InvalidKey, lambda: by_sync(vault))


def test_a_vault_has_no_ed25519_keys(vault: KeyVault) -> None:
    call = lambda: open_signer(uri(vault.port), public_key=pinned(Curve.ED25519))  # noqa: E731
    assert refusal(InvalidKey, call).reason == "scheme"
    assert vault.visits == []


@both
def test_a_vault_that_cannot_be_reached_is_unavailable(vault: KeyVault, opened: Open) -> None:
    refusal(SignerUnavailable, lambda: opened(vault, port=closed_port()))


def test_a_vault_that_has_no_address_is_unavailable() -> None:
    where = SignerUri.parse(f"azurekms:https://no-such-vault-anywhere.{DOMAIN}{KEY}")
    refusal(SignerUnavailable, lambda: open_key(where, pinned(Curve.SECP256K1), credential=Static()))


@both
@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ClientAuthenticationError(f"refused: {TOKEN}"), SignerError),
        (ServiceRequestError(f"no route: {TOKEN}"), SignerUnavailable),
        (RuntimeError(TOKEN), SignerError),
    ],
    ids=["refused", "unreachable", "unforeseen"],
)
def test_H13_credentials_that_give_no_token_are_told_without_their_words(
    vault: KeyVault, opened: Open, failure: Exception, kind: type[SignerError]
) -> None:
    credential = Static(failure)
    caught = refusal(kind, lambda: opened(vault, credential=credential))
    assert TOKEN not in told(caught)
    assert len(credential.asked) == (QUICK.attempts if kind is SignerUnavailable else 1)
    assert vault.asked == []


@both
@pytest.mark.parametrize("status", [BUSY, REFUSED[1], UNKNOWN[0]], ids=lambda status: str(status[0]))
def test_H13_X10_no_token_is_in_an_error_around_it_or_in_a_log(
    vault: KeyVault, opened: Open, status: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credential = Static()
    sign = opened(vault, credential=credential)
    vault.failures = [status] * 3
    with pytest.raises(SignerError) as caught:
        sign(request())
    vault.get_failure = status
    with pytest.raises(SignerError) as opening:
        opened(vault, credential=credential)
    for one in (caught.value, opening.value):
        assert one.__cause__ is None
        assert one.__context__ is None
        assert TOKEN not in told(one)
    assert TOKEN not in caplog.text
