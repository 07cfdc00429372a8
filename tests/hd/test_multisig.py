"""BIP-48 and BIP-87: paths of cosigners, read and written, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.errors import PathError
from walletcore.hd.multisig import SCRIPT_TYPES, MultisigAccount
from walletcore.path import HARDENED, Path

numbers = st.integers(0, HARDENED - 1)
accounts = st.builds(MultisigAccount, coin_type=numbers, account=numbers, kind=st.sampled_from(sorted(SCRIPT_TYPES)))
accounts |= st.builds(MultisigAccount, purpose=st.just(87), coin_type=numbers, account=numbers, kind=st.just(""))


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(PathError) as caught:
        call(*args, **options)
    return caught.value.reason


@vectors("bip48/paths", "bip87/paths")
def test_a_key_stands_at_the_published_path(case: Case) -> None:
    place = dict(case.input)
    change, index = place.pop("change"), place.pop("index")
    account = MultisigAccount(**place)
    assert str(account.key_path(change=change, index=index)) == case.expect["path"]
    assert MultisigAccount.read("/".join(case.expect["path"].split("/")[:-2])) == account


@pytest.mark.parametrize("purpose", [0, 44, 45, 49, 84, 86, "48", True, None, 48.0, HARDENED + 48])
def test_another_purpose_is_refused(purpose: Any) -> None:
    assert refusal(MultisigAccount, purpose=purpose) == "unknown"


@pytest.mark.parametrize("kind", ["", "p2sh", "p2tr", "p2wpkh", "P2WSH", None, 2, ["p2wsh"]])
def test_a_kind_of_script_that_bip48_does_not_have_is_refused(kind: Any) -> None:
    assert refusal(MultisigAccount, kind=kind) == "unknown"


@pytest.mark.parametrize("kind", ["p2wsh", "p2sh-p2wsh", "p2tr", None])
def test_bip87_has_no_kind_of_script_in_its_path(kind: Any) -> None:
    assert refusal(MultisigAccount, purpose=87, kind=kind) == "unknown"


@pytest.mark.parametrize("level", ["coin_type", "account"])
@pytest.mark.parametrize(
    ("number", "reason"), [(-1, "range"), (HARDENED, "range"), ("0", "type"), (True, "type"), (None, "type")]
)
def test_a_number_that_no_hardened_step_has_is_refused(level: str, number: Any, reason: str) -> None:
    assert refusal(MultisigAccount, **{level: number}) == reason


@pytest.mark.parametrize("change", [-1, 2, True, "0", None, HARDENED])
def test_change_is_0_or_1(change: Any) -> None:
    assert refusal(MultisigAccount().key_path, change=change) == "range"


@pytest.mark.parametrize("index", [-1, HARDENED, True, "0", None])
def test_an_index_is_not_hardened(index: Any) -> None:
    assert refusal(MultisigAccount().key_path, index=index) == "range"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("m", "prefix"),
        ("m/48'/0'/0'", "prefix"),  # the script type is missing
        ("m/87'/0'/0'/2'", "prefix"),  # it has no place
        ("m/87'/0'", "prefix"),
        ("m/48'/0'/0'/2'/0", "prefix"),
        ("m/44'/0'/0'", "prefix"),
        ("m/45'/0'/0'/2'", "prefix"),
        ("m/48/0'/0'/2'", "prefix"),
        ("m/48'/0/0'/2'", "hardened"),
        ("m/48'/0'/0/2'", "hardened"),
        ("m/48'/0'/0'/2", "hardened"),
        ("m/87'/0'/0", "hardened"),
        ("m/48'/0'/0'/0'", "unknown"),
        ("m/48'/0'/0'/3'", "unknown"),
        ("m/48'/0'/0'/2147483647'", "unknown"),
        ("48'/0'/0'/2'", "prefix"),
    ],
)
def test_a_path_to_no_account_of_cosigners_is_refused(path: str, reason: str) -> None:
    assert refusal(MultisigAccount.read, path) == reason


@pytest.mark.parametrize("path", [None, 48, b"m/48'/0'/0'/2'", ["m"]])
def test_what_is_no_path_is_refused(path: Any) -> None:
    assert refusal(MultisigAccount.read, path) == "type"


@given(accounts)
def test_an_account_is_read_again_from_its_path(account: MultisigAccount) -> None:
    assert MultisigAccount.read(account.path) == MultisigAccount.read(str(account.path)) == account


@given(accounts, st.integers(0, 1), numbers)
def test_a_key_stands_two_steps_below_its_account(account: MultisigAccount, change: int, index: int) -> None:
    assert account.key_path(change=change, index=index) == Path((*account.path.steps, change, index))
