"""Public key bytes -> address text, through each chain's batch door; peers one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.harness import Case, Workload
from walletcore import Curve, PrivateKey, Secret, chain

KEYS = [PrivateKey(Curve.SECP256K1, Secret(i.to_bytes(32))).public_key.data for i in range(1, 513)]


def batch(name: str, kind: str = "") -> Callable[[Any, int], None]:
    """The batch door, in blocks of the sample keys."""
    row = chain(name)

    def run(_: Any, count: int) -> None:
        for start in range(0, count, len(KEYS)):
            row.addresses(KEYS[: min(len(KEYS), count - start)], kind=kind)

    return run


def single(function: Callable[[bytes], str]) -> Callable[[Any, int], None]:
    """A peer's function, key by key."""

    def run(_: Any, count: int) -> None:
        for i in range(count):
            function(KEYS[i % len(KEYS)])

    return run


def bip_utils_address(encoder: str, **options: object) -> Callable[[bytes], str]:
    """bip_utils' encoder of that name."""

    def encode(key: bytes) -> str:
        import bip_utils

        return str(getattr(bip_utils, encoder).EncodeKey(key, **options))

    return encode


def wallycore_p2wpkh(key: bytes) -> str:
    """libwally-core."""
    import wallycore

    script = wallycore.witness_program_from_bytes(key, wallycore.WALLY_SCRIPT_HASH160)
    return str(wallycore.addr_segwit_from_bytes(script, "bc", 0))


def cases(name: str, kind: str, peers: dict[str, tuple[str, Callable[[bytes], str]]]) -> Callable[[], list[Case]]:
    """Ours and the peers, which must all give the same text."""

    def make() -> list[Case]:
        ours = Case(name="walletcore", run=batch(name, kind), answer=lambda: chain(name).addresses(KEYS[:3], kind=kind))
        return [ours, *(_peer(label, module, call) for label, (module, call) in peers.items())]

    return make


def _peer(label: str, module: str, call: Callable[[bytes], str]) -> Case:
    return Case(name=label, run=single(call), answer=lambda: [call(key) for key in KEYS[:3]], needs=module)


WORKLOADS = [
    Workload(
        name="public key -> P2WPKH address",
        reference="walletcore",
        cases=cases(
            "bitcoin",
            "p2wpkh",
            {
                "wallycore": ("wallycore", wallycore_p2wpkh),
                "bip_utils": ("bip_utils", bip_utils_address("P2WPKHAddrEncoder", hrp="bc")),
            },
        ),
    ),
    Workload(
        name="public key -> P2PKH address",
        reference="walletcore",
        cases=cases(
            "bitcoin", "p2pkh", {"bip_utils": ("bip_utils", bip_utils_address("P2PKHAddrEncoder", net_ver=b"\x00"))}
        ),
    ),
    Workload(
        name="public key -> EIP-55 address",
        reference="walletcore",
        cases=cases("ethereum", "", {"bip_utils": ("bip_utils", bip_utils_address("EthAddrEncoder"))}),
    ),
]
