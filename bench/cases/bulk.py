"""One account's extended public key -> child keys and addresses, in one process, beside a C loop and the peers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import chain as chained
from typing import Any

from bench import climit
from bench.harness import Case, Node, NodeCase, Target, Workload
from walletcore import ExtendedPrivateKey, bulk
from walletcore.curves.fixed_base import BLOCK, Sums
from walletcore.hashes import hmac_sha512_after

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
ACCOUNTS = {
    "p2wpkh": "m/84'/0'/0'",
    "p2tr": "m/86'/0'/0'",
    "": "m/44'/60'/0'",
}  # by kind; the last one for all accounts
XPUBS = {kind: ROOT.derive(path).public for kind, path in ACCOUNTS.items()}
MANY = 10_000  # from here on the targets are meant
ROWS = 8_192  # of a chunk
SHOWN = 300  # addresses that all must agree on


def children(count: int) -> list[bytes | None]:
    """Public keys, by what `walletcore.bulk` makes addresses of."""
    parent = XPUBS["p2wpkh"].derive("m/0")
    sums, hmac = Sums(parent.public_key.data), hmac_sha512_after(parent.chain_code, parent.public_key.data)
    found: list[bytes | None] = []
    for first in range(0, count, BLOCK):
        sums.add([hmac(i.to_bytes(4))[:32] for i in range(first, min(first + BLOCK, count))])
        found = sums.compressed()
    return found


def derived(_: Any, count: int) -> None:
    """Keys."""
    children(count)


def ours(chain: str, kind: str) -> Callable[[Any, int], None]:
    """`bulk.derive`."""

    def run(_: Any, count: int) -> None:
        for _pair in bulk.derive(XPUBS[kind], chain, 0, count, kind=kind):
            pass

    return run


def c_tweaks(times: int) -> Callable[[Any, int], None]:
    """The C loop: one tweak for a child, two for a child that is tweaked again (taproot)."""

    def run(_: Any, count: int) -> None:
        climit.tweak(times * count)

    return run


@cache
def wally_parent(kind: str) -> Any:
    """Its key at change 0."""
    import wallycore as wally

    account = wally.bip32_key_from_base58(str(XPUBS[kind]))
    return wally.bip32_key_from_parent(account, 0, wally.BIP32_FLAG_KEY_PUBLIC)


def wally(kind: str, index: int) -> Any:
    """libwally-core: a key, or its address."""
    import wallycore as wally

    flags = wally.BIP32_FLAG_KEY_PUBLIC | wally.BIP32_FLAG_SKIP_HASH
    child = wally.bip32_key_from_parent(wally_parent(kind or "p2wpkh"), index, flags)
    key = bytes(wally.bip32_key_get_pub_key(child))
    if kind == "p2wpkh":
        script = wally.witness_program_from_bytes(key, wally.WALLY_SCRIPT_HASH160)
        return wally.addr_segwit_from_bytes(script, "bc", 0)
    if kind == "p2tr":
        output = bytes(wally.ec_public_key_bip341_tweak(key, None, 0))
        return wally.addr_segwit_from_bytes(b"\x51\x20" + output[1:], "bc", 0)
    return key


@cache
def bip_utils_parent(kind: str) -> Any:
    """Its key at change 0."""
    import bip_utils

    return bip_utils.Bip32Slip10Secp256k1.FromExtendedKey(str(XPUBS[kind])).ChildKey(0)


def bip_utils_of(kind: str, encoder: str, index: int, **options: object) -> Any:
    """bip_utils: a key, or its address."""
    import bip_utils

    key = bip_utils_parent(kind).ChildKey(index).PublicKey()
    if not encoder:
        return key.RawCompressed().ToBytes()
    return getattr(bip_utils, encoder).EncodeKey(key.KeyObject(), **options)


def each(function: Callable[[int], object]) -> Callable[[Any, int], None]:
    """Index by index."""

    def run(_: Any, count: int) -> None:
        for index in range(count):
            function(index)

    return run


def addresses(
    name: str, kind: str, encoder: str, targets: tuple[tuple[str, float], ...], **options: object
) -> Workload:
    """A kind of address."""

    def cases() -> list[Case]:
        def shown() -> object:
            return [text for _, text in bulk.derive(XPUBS[kind], name, 0, SHOWN, kind=kind)][-1]

        found = [
            Case(name="C loop", run=c_tweaks(2 if kind == "p2tr" else 1)),
            Case(name="walletcore", run=ours(name, kind), answer=shown, least=MANY),
            Case(
                name="bip_utils",
                run=each(lambda i: bip_utils_of(kind, encoder, i, **options)),
                answer=lambda: bip_utils_of(kind, encoder, SHOWN - 1, **options),
                needs="bip_utils",
            ),
        ]
        if kind:
            found.append(
                Case(
                    name="wallycore",
                    run=each(lambda i: wally(kind, i)),
                    answer=lambda: wally(kind, SHOWN - 1),
                    needs="wallycore",
                )
            )
        return [*found, ethers()] if name == "ethereum" else found

    return Workload(
        name=f"xpub -> {name} {kind}".rstrip(),
        reference="C loop",
        cases=cases,
        targets=tuple([Target(case="walletcore", reference=peer, ratio=1 / times) for peer, times in targets]),
    )


def key_cases() -> list[Case]:
    """Keys alone."""
    return [
        Case(name="C loop", run=c_tweaks(1)),
        Case(name="walletcore", run=derived, answer=lambda: children(SHOWN)[-1], least=MANY),
        Case(
            name="wallycore", run=each(lambda i: wally("", i)), answer=lambda: wally("", SHOWN - 1), needs="wallycore"
        ),
        Case(
            name="bip_utils",
            run=each(lambda i: bip_utils_of("p2wpkh", "", i)),
            answer=lambda: bip_utils_of("p2wpkh", "", SHOWN - 1),
            needs="bip_utils",
        ),
    ]


@cache
def node() -> Node:
    """ethers, waiting in its environment."""
    return Node("ethers_addresses.mjs", "ethers", str(XPUBS[""]))


def ethers() -> NodeCase:
    """HDNodeWallet of ethers."""

    def ask(first: int, count: int) -> dict[str, Any]:
        return node().ask({"first": first, "count": count})

    return NodeCase(
        name="ethers",
        ask=lambda count: float(ask(0, count)["seconds"]),
        answer=lambda: ask(SHOWN - 1, 1)["address"],
        needs="node:ethers",
    )


def family_cases() -> list[Case]:
    """The chains whose addresses should take about as long."""
    chains = {"bitcoin": "p2wpkh", "tron": "", "cosmoshub": "", "xrpl": ""}
    return [Case(name=name, run=ours(name, kind), least=MANY) for name, kind in chains.items()]


def both(_: Any, count: int) -> None:
    """Half of them receiving, half of them change: what a descriptor writes as <0;1>/*."""
    halves = (bulk.derive(XPUBS["p2wpkh"], "bitcoin", 0, count // 2, kind="p2wpkh", change=change) for change in (0, 1))
    for _pair in chained.from_iterable(halves):
        pass


def mixed(_: Any, count: int) -> None:
    """The same, row by row of the one and the other, as `bulk.check` and clusters meet them."""
    account = bulk.Account.of(XPUBS["p2wpkh"], "bitcoin", kind="p2wpkh")
    for first in range(0, count, ROWS):
        places = range(first, min(first + ROWS, count))
        account.at([place % 2 for place in places], [place // 2 for place in places])


def range_cases() -> list[Case]:
    """One account's addresses, of one change and of two."""
    return [
        Case(name="one change", run=ours("bitcoin", "p2wpkh"), least=MANY),
        Case(name="two, one after the other", run=both, least=MANY),
        Case(name="two, mixed", run=mixed, least=MANY),
    ]


WORKLOADS = [
    Workload(
        name="xpub -> child keys",
        reference="C loop",
        cases=key_cases,
        targets=(
            Target(case="walletcore", reference="C loop", ratio=1 / 1.7),
            Target(case="walletcore", reference="wallycore", ratio=1 / 2),
            Target(case="walletcore", reference="bip_utils", ratio=1 / 4),
        ),
    ),
    addresses(
        "bitcoin", "p2wpkh", "P2WPKHAddrEncoder", (("C loop", 1.3), ("wallycore", 1.5), ("bip_utils", 4.5)), hrp="bc"
    ),
    addresses("bitcoin", "p2tr", "P2TRAddrEncoder", (("C loop", 1.4), ("wallycore", 1.6), ("bip_utils", 7)), hrp="bc"),
    addresses("ethereum", "", "EthAddrEncoder", (("C loop", 1.5), ("bip_utils", 3), ("ethers", 30))),
    Workload(
        name="xpub -> addresses of families",
        reference="bitcoin",
        cases=family_cases,
        targets=tuple(Target(case=name, reference="bitcoin", ratio=1.3) for name in ("tron", "cosmoshub")),
    ),
    Workload(
        name="xpub -> addresses of two changes",
        reference="one change",
        cases=range_cases,
        targets=tuple(
            Target(case=name, reference="one change", ratio=1.1) for name in ("two, one after the other", "two, mixed")
        ),
    ),
]
