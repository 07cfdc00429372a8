"""Signatures through a LocalSigner against the bare C calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import climit
from bench.harness import Case, Target, Workload
from walletcore import Curve, LocalSigner, PrivateKey, Scheme, Secret, SigningRequest

KEY = PrivateKey(Curve.SECP256K1, Secret(climit.SECRET))


def requests(scheme: Scheme) -> Callable[[int], list[SigningRequest]]:
    """Fresh requests, so that nothing is remembered from the last round."""

    def prepare(count: int) -> list[SigningRequest]:
        key = KEY.public_key.even_y() if scheme is Scheme.BIP340 else KEY.public_key
        payloads = (i.to_bytes(32) for i in range(count))
        return [SigningRequest(key=key, scheme=scheme, payload=payload) for payload in payloads]

    return prepare


def sign_with(signer: LocalSigner) -> Callable[[Any, int], None]:
    """Sign each request, and accept the answer."""

    def run(prepared: list[SigningRequest], _: int) -> None:
        for request in prepared:
            request.accept(signer.sign(request))

    return run


def sign_only(prepared: list[SigningRequest], _: int) -> None:
    """The signer alone."""
    sign = LocalSigner(KEY, check=False).sign
    for request in prepared:
        sign(request)


def signed(scheme: Scheme) -> bytes:
    """Our signature of what the C loop signs first."""
    key = KEY.public_key.even_y() if scheme is Scheme.BIP340 else KEY.public_key
    request = SigningRequest(key=key, scheme=scheme, payload=climit.message(0))
    return request.accept(LocalSigner(KEY).sign(request)).data


def _discard(_: bytes) -> None:
    """Timed cases return nothing."""


def cases(scheme: Scheme, c_call: Callable[[int], bytes]) -> Callable[[], list[Case]]:
    """The C call, the signer without its check, and with it."""

    def make() -> list[Case]:
        fresh = requests(scheme)
        return [
            Case(name="C call", run=lambda _, count: _discard(c_call(count)), answer=lambda: c_call(1)),
            Case(name="LocalSigner(check=False)", prepare=fresh, run=sign_only, answer=lambda: signed(scheme)),
            Case(name="LocalSigner, accepted", prepare=fresh, run=sign_with(LocalSigner(KEY))),
        ]

    return make


TARGETS = (Target(case="LocalSigner(check=False)", reference="C call", ratio=1.3),)
WORKLOADS = [
    Workload(name="ECDSA", reference="C call", cases=cases(Scheme.ECDSA, climit.ecdsa), targets=TARGETS),
    Workload(name="Schnorr (BIP-340)", reference="C call", cases=cases(Scheme.BIP340, climit.schnorr), targets=TARGETS),
]
