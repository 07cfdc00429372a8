"""Chains as rows: profiles and their templates, names, addresses and signed transactions as values."""

from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError, dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.chains.base import Address, Chain, Profile, SignedMessage, SignedTransaction
from walletcore.errors import AddressError, PathError, Unsupported, WalletcoreError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

FULL = Profile(name="bip84", path="m/84'/0'/{account}'/{change}/{index}", kind="p2wpkh", source="bip-0084.mediawiki")
SHORT = Profile(name="short", path="m/44'/501'/{account}'/0'", kind="p2pkh", source="x")
NONE = Profile(name="none", path="m/44'/501'", kind="p2wpkh", source="x")
INDEX = Profile(name="index", path="m/44'/60'/0'/0/{index}", source="x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Chain):
    """A family of one chain, whose addresses are hexadecimal."""

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        Chain._check_key(self, key)
        return Address(chain=self, text=key.data.hex() + kind, payload=key.data, kind=kind)

    def parse_address(self, text: str) -> Address:
        return Address(chain=self, text=text, payload=bytes.fromhex(text))

    def decode_transaction(self, raw: bytes, *, keys: Sequence[PublicKey] = ()) -> Any:
        return raw

    def transaction_id(self, raw: bytes) -> str:
        IDS.append(raw)
        return raw.hex()


IDS: list[bytes] = []
ROW = Row(name="row", symbol="ROW", decimals=8, slip44=7, caip2="row:1", profiles=(FULL, SHORT, NONE))
KEY = PrivateKey(Curve.SECP256K1, Secret(bytes([7]) * 32)).public_key


def reason(error: type[WalletcoreError], call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        call(*args, **options)
    return caught.value.reason


# -- profiles

numbers = st.integers(0, HARDENED - 1)


@given(numbers, numbers, numbers)
def test_a_template_takes_each_number_in_its_place(account: int, change: int, index: int) -> None:
    path = FULL.fill(account=account, change=change, index=index)
    assert path == Path((84 + HARDENED, HARDENED, account + HARDENED, change, index))


@given(numbers)
def test_two_numbers_never_give_the_same_path(number: int) -> None:
    other = (number + 1) % HARDENED
    for level in ("account", "change", "index"):
        assert FULL.fill(**{level: number}) != FULL.fill(**{level: other})


@given(numbers, numbers, numbers)
def test_the_numbers_of_a_path_are_those_that_fill_the_template(account: int, change: int, index: int) -> None:
    asked = {"account": account, "change": change, "index": index}
    assert FULL.numbers(FULL.fill(**asked)) == asked
    assert SHORT.numbers(SHORT.fill(account=account)) == {"account": account, "change": 0, "index": 0}
    assert INDEX.numbers(FULL.fill(**asked)) is None


@pytest.mark.parametrize(
    "path",
    [
        "m",
        "m/84'/0'/0'/0",
        "m/84'/0'/0'/0/0/0",
        "m/84'/0'/0/0/0",
        "m/84'/0'/0'/0'/0",
        "m/84'/0'/0'/0/0'",
        "m/44'/0'/0'/0/0",
    ],
)
def test_a_path_of_another_template_has_no_numbers(path: str) -> None:
    assert FULL.numbers(Path.parse(path)) is None


def test_a_template_without_places_has_one_path() -> None:
    assert NONE.numbers(Path.parse("m/44'/501'")) == {"account": 0, "change": 0, "index": 0}
    assert NONE.numbers(Path.parse("m/44'/501'/0'")) is None


def test_what_is_not_asked_for_is_zero() -> None:
    assert str(FULL.fill()) == "m/84'/0'/0'/0/0"
    assert str(SHORT.fill()) == "m/44'/501'/0'/0'"
    assert str(NONE.fill(account=0, change=0, index=0)) == "m/44'/501'"


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        (SHORT, {"index": 1}),
        (SHORT, {"change": 1}),
        (SHORT, {"account": 1, "index": 1}),
        (NONE, {"account": 1}),
        (NONE, {"change": 1}),
        (NONE, {"index": 1}),
        (INDEX, {"account": 1}),
        (INDEX, {"change": 1}),
    ],
)
def test_a_number_that_the_template_has_no_place_for_is_refused(profile: Profile, asked: dict[str, int]) -> None:
    with pytest.raises(PathError) as caught:
        profile.fill(**asked)
    assert caught.value.reason == "unknown"
    assert profile.name in str(caught.value)
    assert profile.path in str(caught.value)


@pytest.mark.parametrize("number", [True, False, 1.0, "1", None, Decimal(1), b"1", [1]])
@pytest.mark.parametrize("level", ["account", "change", "index"])
@pytest.mark.parametrize("profile", [FULL, NONE])
def test_X16_X17_a_number_is_an_int_and_nothing_else(profile: Profile, level: str, number: Any) -> None:
    assert reason(PathError, profile.fill, **{level: number}) == "type"


@pytest.mark.parametrize("number", [-1, HARDENED, HARDENED + 1, 2**32, 10**400, 10**5000], ids=int.bit_length)
@pytest.mark.parametrize("level", ["account", "change", "index"])
def test_X16_a_number_is_from_zero_to_two_to_the_31(level: str, number: int) -> None:
    assert reason(PathError, FULL.fill, **{level: number}) == "range"
    assert reason(PathError, NONE.fill, **{level: number}) == "range"


@pytest.mark.parametrize(
    "path", ["", "M/0", "m/", "m/x", "m/²", "m/１", "m/०", "m/0''", "m/{account}0", "m/-1", "m/ 0"]
)
def test_P12_a_template_is_made_of_numbers_and_places(path: str) -> None:
    assert reason(PathError, replace, FULL, path=path) == "character"


@pytest.mark.parametrize("path", [None, 0, b"m/0", Path()])
def test_a_template_is_a_text(path: Any) -> None:
    assert reason(PathError, replace, FULL, path=path) == "type"


def test_a_profile_is_a_frozen_value() -> None:
    assert replace(FULL) == FULL
    assert hash(replace(FULL)) == hash(FULL)
    with pytest.raises(FrozenInstanceError):
        FULL.path = "m"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Profile(name="x", path="m")  # type: ignore[call-arg]  # a profile names its source


# -- rows


def test_a_row_is_a_frozen_value() -> None:
    assert replace(ROW) == ROW
    assert hash(replace(ROW)) == hash(ROW)
    assert replace(ROW, name="other") != ROW
    with pytest.raises(FrozenInstanceError):
        ROW.name = "other"  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        ROW.extra = 1  # type: ignore[attr-defined]


def test_assets_and_accounts_have_chain_agnostic_names() -> None:
    assert ROW.asset == "row:1/slip44:7"
    assert ROW.account_id("abc") == "row:1:abc"


def test_extended_keys_of_test_networks_are_those_of_coin_type_one() -> None:
    assert ROW.xpub_network == "mainnet"
    assert replace(ROW, slip44=1).xpub_network == "testnet"  # SLIP-44: Testnet (all coins)


def test_a_profile_is_found_by_its_name_or_its_kind_and_the_first_is_the_default() -> None:
    assert ROW.profile() is FULL
    assert ROW.profile("short") is SHORT
    assert ROW.profile(kind="p2pkh") is SHORT
    assert ROW.profile(kind="p2wpkh") is FULL
    assert ROW.profile("none", kind="p2wpkh") is NONE


@pytest.mark.parametrize(
    ("name", "kind"), [("other", ""), ("", "p2tr"), ("short", "p2wpkh"), ("bip84", "p2pkh"), ("BIP84", "")]
)
def test_a_profile_that_the_row_does_not_have_is_refused(name: str, kind: str) -> None:
    with pytest.raises(Unsupported) as caught:
        ROW.profile(name, kind=kind)
    assert caught.value.reason == "unknown"
    assert "row has no profile" in str(caught.value)
    assert reason(Unsupported, ROW.path, profile=name, kind=kind) == "unknown"


def test_a_row_without_profiles_has_no_default() -> None:
    assert reason(Unsupported, replace(ROW, profiles=()).profile) == "unknown"


def test_a_path_is_that_of_the_profile() -> None:
    assert str(ROW.path(account=1, change=2, index=3)) == "m/84'/0'/1'/2/3"
    assert str(ROW.path(account=1, kind="p2pkh")) == "m/44'/501'/1'/0'"
    assert str(ROW.path(profile="none")) == "m/44'/501'"
    assert reason(PathError, ROW.path, index=1, profile="short") == "unknown"


# -- addresses


def test_a_key_of_a_curve_that_the_chain_does_not_have_is_refused() -> None:
    other = PrivateKey(Curve.ED25519, Secret(bytes([7]) * 32)).public_key
    for key in (other, KEY.data, KEY.data.hex(), None):
        with pytest.raises(AddressError, match="secp256k1") as caught:
            ROW.address(key)  # type: ignore[arg-type]
        assert caught.value.reason == "type"
    both = replace(ROW, curves=(Curve.SECP256K1, Curve.ED25519))
    assert both.address(other).payload == other.data


def test_the_batch_door_gives_the_addresses_of_the_single_door() -> None:
    assert ROW.addresses([KEY.data, KEY.data], kind="x") == [ROW.address(KEY, kind="x").text] * 2
    assert ROW.addresses([]) == []


def test_an_address_is_a_frozen_value_that_prints_as_its_text() -> None:
    address = ROW.address(KEY)
    assert str(address) == f"{address}" == KEY.data.hex()
    assert address.account_id == f"row:1:{KEY.data.hex()}"
    assert address == ROW.parse_address(address.text)
    assert hash(address) == hash(ROW.parse_address(address.text))
    assert address != replace(address, tag=0)
    with pytest.raises(FrozenInstanceError):
        address.text = "other"  # type: ignore[misc]


# -- what was signed


def test_the_id_of_a_signed_transaction_is_computed_when_it_is_read_and_once() -> None:
    IDS.clear()
    signed: SignedTransaction[Any] = SignedTransaction(chain=ROW, raw=b"\1\2", transaction=None, answers=())
    assert IDS == []
    assert [signed.id, signed.id] == ["0102", "0102"]
    assert IDS == [b"\1\2"]
    assert signed == replace(signed)
    assert hash(signed) == hash(replace(signed))
    assert signed != replace(signed, raw=b"\1\3")


def test_what_was_signed_is_frozen_and_shows_no_bytes() -> None:
    signed: SignedTransaction[Any] = SignedTransaction(chain=ROW, raw=b"\xc0\xff\xee", transaction="tx", answers=())
    message: SignedMessage[Any] = SignedMessage(chain=ROW, raw=b"", message="hello", answers=())
    assert r"\xc0\xff\xee" not in repr(signed)
    assert message.message == "hello"
    for value in (signed, message):
        with pytest.raises(FrozenInstanceError):
            setattr(value, "raw", b"")  # noqa: B010
