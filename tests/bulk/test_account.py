"""Addresses by the million: published ones, those of another implementation, both ways of computing, and bad input."""

import functools
import itertools
import tracemalloc

import pytest
import wallycore as wally

from walletcore import ExtendedPrivateKey, ExtendedPublicKey, bulk, chain
from walletcore.bulk import account as account_module
from walletcore.chains import chains
from walletcore.curves import fixed_base
from walletcore.errors import AddressError, DerivationError, InvalidKey, Unsupported, WalletcoreError
from walletcore.hashes import hmac_sha512_after
from walletcore.keys import Curve
from walletcore.path import Path

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))

# BIP-84 and BIP-86, "Test vectors": account 0 of the phrase "abandon ... about"
ZPUB = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
XPUB_86 = (
    "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ"
)
PUBLISHED = [
    (ZPUB, "", 0, ["bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"]),
    (ZPUB, "p2wpkh", 1, ["bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"]),
    (
        XPUB_86,
        "p2tr",
        0,
        [
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
            "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh",
        ],
    ),
    (XPUB_86, "p2tr", 1, ["bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7"]),
]
WAYS = ("table", "one by one")


@pytest.fixture(params=WAYS)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = fixed_base.Sums if request.param == "table" else fixed_base.OneByOne
    monkeypatch.setattr(account_module, "points", lambda public, count: kind(public))


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize(("xpub", "kind", "change", "wanted"), PUBLISHED)
def test_published_addresses(xpub: str, kind: str, change: int, wanted: list[str]) -> None:
    found = bulk.derive(ExtendedPublicKey.parse(xpub), "bitcoin", 0, len(wanted), kind=kind, change=change)
    assert list(found) == list(enumerate(wanted))


def by_wally(index: int, kind: str) -> str:
    """libwally-core, from the same account."""
    account = wally.bip32_key_from_base58(str(ROOT.derive("m/84'/0'/0'").public))
    flags = wally.BIP32_FLAG_KEY_PUBLIC | wally.BIP32_FLAG_SKIP_HASH
    child = wally.bip32_key_from_parent_path(account, [0, index], flags)
    key = bytes(wally.bip32_key_get_pub_key(child))
    if kind == "p2wpkh":
        return str(
            wally.addr_segwit_from_bytes(wally.witness_program_from_bytes(key, wally.WALLY_SCRIPT_HASH160), "bc", 0)
        )
    return str(
        wally.addr_segwit_from_bytes(b"\x51\x20" + bytes(wally.ec_public_key_bip341_tweak(key, None, 0))[1:], "bc", 0)
    )


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
@pytest.mark.parametrize("start", [0, 255, 1_000_000, 2**31 - 600])
def test_another_implementation_has_the_same(kind: str, start: int) -> None:
    account = ROOT.derive("m/84'/0'/0'").public
    found = list(bulk.derive(account, "bitcoin", start, 600, kind=kind))
    assert [index for index, _ in found] == list(range(start, start + 600))
    for index, text in found[:3] + found[250:260] + found[-3:]:
        assert text == by_wally(index, kind)


@pytest.mark.usefixtures("_way")
def test_every_chain_of_secp256k1_and_every_kind_has_the_addresses_of_its_keys() -> None:
    account = ROOT.derive("m/44'/0'/0'").public
    for row in chains():
        if row.curves[0] is not Curve.SECP256K1:
            continue
        for kind in {profile.kind for profile in row.profiles}:
            for index, text in bulk.derive(account, row, 7, 3, kind=kind):
                assert text == row.address(account.derive(Path((0, index))).public_key, kind=kind).text, (row, kind)


def test_the_table_is_used_from_as_many_on_as_it_pays_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_base, "_table", functools.cache(fixed_base._Table))
    key = ROOT.public.public_key.data
    assert type(fixed_base.points(key, fixed_base.TABLE_FROM - 1)) is fixed_base.OneByOne
    assert type(fixed_base.points(key, fixed_base.TABLE_FROM)) is fixed_base.Sums
    assert type(fixed_base.points(key, 1)) is fixed_base.Sums  # it is there


def test_an_index_without_a_key_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """BIP-32: one in 2^127 has none, so that the hash is made to be one."""

    def after(key: bytes, prefix: bytes) -> object:
        made = hmac_sha512_after(key, prefix)
        return lambda data: b"\xff" * 64 if data == (5).to_bytes(4) else made(data)

    monkeypatch.setattr(account_module, "hmac_sha512_after", after)
    account = ROOT.derive("m/84'/0'/0'").public
    for name, kind in (("bitcoin", "p2wpkh"), ("bitcoin", "p2tr"), ("ethereum", "")):
        found = dict(bulk.derive(account, name, 0, 10, kind=kind))
        assert sorted(found) == [0, 1, 2, 3, 4, 6, 7, 8, 9]
        assert found[6] == chain(name).address(account.derive("m/0/6").public_key, kind=kind).text


def test_memory_does_not_grow_with_the_count() -> None:
    account = ROOT.derive("m/44'/60'/0'").public
    peaks = []
    for count in (5_000, 20_000):
        pairs = bulk.derive(account, "ethereum", 0, count)
        next(pairs)
        tracemalloc.start()
        for _ in pairs:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (1 << 18)


def test_nothing_is_computed_before_somebody_asks() -> None:
    pairs = bulk.derive(ROOT.derive("m/44'/60'/0'").public, "ethereum", 0, 2**31)
    assert next(itertools.islice(pairs, 3, None))[0] == 3
    pairs.close()  # type: ignore[attr-defined]


BAD = [
    ({"xpub": ROOT}, InvalidKey, "type"),
    ({"xpub": str(ROOT.public)}, InvalidKey, "type"),
    ({"start": -1}, DerivationError, "range"),
    ({"start": True}, DerivationError, "range"),
    ({"count": -1}, DerivationError, "range"),
    ({"count": 1.0}, DerivationError, "range"),
    ({"start": 2**31}, DerivationError, "range"),
    ({"start": 2**31 - 1, "count": 2}, DerivationError, "range"),
    ({"change": 2**31}, DerivationError, "hardened"),
    ({"chain": "solana"}, Unsupported, "scheme"),
    ({"chain": "nowhere"}, Unsupported, "unknown"),
    ({"kind": "p2sh"}, AddressError, "unknown"),
    ({"xpub": ExtendedPublicKey.parse(ZPUB), "kind": "p2tr"}, DerivationError, "mismatch"),
]


@pytest.mark.parametrize(("changes", "error", "reason"), BAD)
def test_bad_input_is_refused_before_anything_is_derived(
    changes: dict[str, object], error: type[WalletcoreError], reason: str
) -> None:
    given = {"xpub": ROOT.public, "chain": "bitcoin", "start": 0, "count": 1} | changes
    with pytest.raises(error) as caught:
        bulk.derive(**given)  # type: ignore[arg-type]
    assert caught.value.reason == reason
    assert "xprv" not in str(caught.value)


def test_no_addresses_are_none() -> None:
    assert list(bulk.derive(ROOT.public, "bitcoin", 2**31, 0)) == []
