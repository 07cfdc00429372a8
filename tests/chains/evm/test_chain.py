"""EVM chains as rows: names, numbers, profiles and the addresses that they lead to."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_utils.crypto import keccak

from support.evm import ALICE, ETHEREUM, POLYGON, SEPOLIA, announced, legacy, theirs, transfer
from support.vectors import Case, vectors
from walletcore.chains import chain, chains
from walletcore.chains.evm import CHAINS, GWEI, Evm, Transaction
from walletcore.effects import Fee, Opaque
from walletcore.errors import AddressError, PathError, TransactionError, Unsupported
from walletcore.hd import master
from walletcore.keys import Curve
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import Path
from walletcore.signing import sign

TOKEN = "0x6B175474E89094C44Da98b954EedeAC495271d0F"
MAX_CHAIN_ID = 9_223_372_036_854_775_771  # EIP-2294


@vectors("chains/evm")
def test_published_phrases_have_their_addresses_on_every_chain(case: Case) -> None:
    row = chain(case.input["chain"], Evm)
    path = Path.parse(case.input["path"])
    if "profile" in case.input:
        numbers = {level: case.input[level] for level in ("account", "change", "index") if level in case.input}
        assert row.path(profile=case.input["profile"], **numbers) == path
    seed = Mnemonic.parse(case.input["mnemonic"]).seed(case.input["passphrase"])
    key = master("bip32", Curve.SECP256K1, seed).derive(path).private_key.public_key
    address = row.address(key)
    assert key.data.hex() == case.expect["public_key"]
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])


def test_a_name_and_a_chain_id_are_enough() -> None:
    row = Evm(name="gnosis", chain_id=100)
    assert (row.symbol, row.decimals, row.slip44, row.caip2) == ("ETH", 18, 60, "eip155:100")
    assert (row.asset, row.account_id("0x00")) == ("eip155:100/slip44:60", "eip155:100:0x00")
    assert (row.curves, row.profiles) == ((Curve.SECP256K1,), ETHEREUM.profiles)
    decoded = row.decode_transaction(transfer(chain=row).raw)
    assert isinstance(decoded, Transaction)
    assert decoded.chain is row


@pytest.mark.parametrize(
    ("row", "name", "caip2", "asset"),
    [
        (ETHEREUM, "ethereum", "eip155:1", "eip155:1/slip44:60"),
        (SEPOLIA, "sepolia", "eip155:11155111", "eip155:11155111/slip44:60"),
        (POLYGON, "polygon", "eip155:137", "eip155:137/slip44:966"),
    ],
)
def test_the_rows_are_found_by_each_of_their_names(row: Evm, name: str, caip2: str, asset: str) -> None:
    assert chain(name) is chain(f"evm:{name}") is chain(caip2) is row
    assert (row.caip2, row.asset) == (caip2, asset)


ALSO_MAIN = {"arbitrum-nova", "ethereum-classic", "polygon-zkevm"}


def test_main_chains_and_their_test_nets_are_rows() -> None:
    """Test nets are named after their chain, but for Ethereum's and Moonbeam's; so are some main chains."""
    names = {row.name for row in CHAINS}
    testing = [
        row
        for row in CHAINS
        if row.name in ("sepolia", "hoodi", "moonbase-alpha")
        or any(row.name.startswith(f"{name}-") and row.name not in ALSO_MAIN for name in names)
    ]
    assert (len(CHAINS), len(testing)) == (123, 59)
    assert all(any(main.slip44 == row.slip44 for main in CHAINS if main not in testing) for row in testing)


ROLLUPS = {"base", "blast", "boba", "manta", "megaeth", "opbnb", "optimism", "unichain", "worldchain"}  # OP Stack
ROLLUPS |= {"mantle", "ronin", "scroll"}  # with a fee for data beside the gas, too
UNKNOWN = {"acala-evm", "aurora", "lightlink", "merlin", "metis", "neon"}  # nobody has said it


def test_rollups_that_take_a_fee_beside_the_gas_say_that_nothing_bounds_it() -> None:
    """Each with its test net; all others take all that they take as gas, so that the fields bound it."""
    unbounded = {row.name for row in CHAINS if row.data_fee is None}
    mains = {name for name in unbounded if name in ROLLUPS | UNKNOWN}
    assert mains == ROLLUPS | UNKNOWN
    assert all(any(name.startswith(f"{main}-") for main in mains) for name in unbounded - mains)
    assert {row.data_fee for row in CHAINS} == {0, None}
    assert {row.erc20 for row in CHAINS} == {()}
    assert all(row.data_fee is None or row.name.startswith("celo") for row in CHAINS if "deposit" in row.dialects)


@pytest.mark.parametrize("make", [transfer, legacy, announced])
def test_T13_a_row_that_says_nothing_of_a_fee_for_data_has_one_that_is_not_known(make: Any) -> None:
    """Most chains that are not listed are rollups, and a highest fee would count nothing for what they take."""
    fees = [each.at_most for each in make(chain=Evm(name="another", chain_id=8453)).effects()[1:]]
    assert fees == [21_000 * 30 * GWEI, None]


@pytest.mark.parametrize("make", [transfer, legacy, announced])
def test_the_fee_for_data_is_a_fee_of_its_own(make: Any) -> None:
    base = chain("base", Evm)
    gas = Fee(asset=base.asset, at_most=21_000 * 30 * GWEI, payer=base.address(ALICE.public_key).account_id)
    for most in (None, 1, 2**256 - 1):
        assert make(chain=replace(base, data_fee=most)).effects()[1:] == (gas, replace(gas, at_most=most))
    assert make(chain=replace(base, data_fee=0)).effects()[1:] == (gas,)
    creation = make(chain=base, to=None, data=b"\x60", allow_endowment=True)
    assert [type(each) for each in creation.effects()[1:]] == [Opaque, Fee, Fee]


@pytest.mark.parametrize("fee", [-1, 2**256, True, 1.0, "1"])
def test_X16_X17_a_fee_for_data_is_wei_or_not_known(fee: Any) -> None:
    with pytest.raises(Unsupported) as caught:
        replace(ETHEREUM, data_fee=fee)
    assert caught.value.reason == "range"


@pytest.mark.parametrize(
    "erc20", [[TOKEN], {TOKEN}, TOKEN, None, (7,), (TOKEN.lower(),), (TOKEN[:-1],), (f"{TOKEN}\n",)]
)
def test_contracts_that_a_row_names_are_addresses(erc20: Any) -> None:
    assert replace(ETHEREUM, erc20=(TOKEN,)).erc20 == (TOKEN,)
    with pytest.raises((Unsupported, AddressError)) as caught:
        replace(ETHEREUM, erc20=erc20)
    assert caught.value.reason in ("type", "checksum", "length")


@pytest.mark.parametrize("row", CHAINS, ids=lambda row: row.name)
def test_eth_account_signs_for_every_row_what_we_sign(row: Evm) -> None:
    for make in (transfer, legacy, announced):
        transaction: Any = make(chain=row)
        assert sign(transaction, ALICE).raw == bytes(theirs(transaction, b"\x11" * 32).raw_transaction)


def test_rows_have_names_and_ids_of_their_own_and_compare_by_value() -> None:
    assert len({row.name for row in chains()}) == len({row.caip2 for row in chains()}) == len(chains())
    again = Evm(name="ethereum", chain_id=1, data_fee=0)
    assert again == ETHEREUM
    assert len({*CHAINS, again}) == len(CHAINS)
    assert repr(ETHEREUM) == "Evm(ethereum, eip155:1)"


def test_a_row_does_not_change_but_makes_others() -> None:
    with pytest.raises(FrozenInstanceError):
        ETHEREUM.chain_id = 5  # type: ignore[misc]
    fork = replace(ETHEREUM, name="fork", chain_id=5)
    assert (fork.caip2, fork.symbol) == ("eip155:5", "ETH")
    with pytest.raises(TypeError):
        Evm(name="ethereum", chain_id=1, caip2="eip155:2")  # type: ignore[call-arg]


@pytest.mark.parametrize("chain_id", [0, -1, MAX_CHAIN_ID + 1, 2**256, True, 1.0, "1", None])
def test_ET01_a_chain_without_an_id_of_its_own_is_refused(chain_id: Any) -> None:
    with pytest.raises(Unsupported) as caught:
        Evm(name="other", chain_id=chain_id)
    assert caught.value.reason == "range"


def test_the_largest_chain_id_is_that_of_eip_2294() -> None:
    assert Evm(name="other", chain_id=MAX_CHAIN_ID).caip2 == f"eip155:{MAX_CHAIN_ID}"


@pytest.mark.parametrize(
    ("numbers", "path"),
    [
        ({}, "m/44'/60'/0'/0/0"),
        ({"index": 3}, "m/44'/60'/0'/0/3"),
        ({"account": 2, "index": 3}, "m/44'/60'/2'/0/3"),
        ({"profile": "ledger-live", "account": 3}, "m/44'/60'/3'/0/0"),
        ({"profile": "ledger-legacy", "index": 3}, "m/44'/60'/0'/3"),
    ],
)
def test_profiles_fill_the_path_of_their_wallets(numbers: dict[str, Any], path: str) -> None:
    assert str(ETHEREUM.path(**numbers)) == path


@pytest.mark.parametrize(
    "numbers",
    [
        {"change": 1},
        {"profile": "ledger-live", "index": 1},
        {"profile": "ledger-live", "account": 1, "index": 1},
        {"profile": "ledger-live", "change": 1},
        {"profile": "ledger-legacy", "account": 1},
        {"profile": "ledger-legacy", "change": 1},
        {"index": 2**31},
        {"index": -1},
        {"index": True},
        {"account": "0"},
    ],
)
def test_a_number_without_a_place_is_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(PathError):
        ETHEREUM.path(**numbers)


def test_a_profile_or_kind_that_is_not_there_is_refused() -> None:
    for choice in ({"profile": "metamask"}, {"kind": "p2wpkh"}):
        with pytest.raises(Unsupported):
            ETHEREUM.path(**choice)  # type: ignore[arg-type]


def test_every_profile_says_where_it_comes_from() -> None:
    assert [profile.name for profile in ETHEREUM.profiles] == ["bip44", "ledger-live", "ledger-legacy", "singulardtv"]
    assert all(profile.source and profile.wallets for row in CHAINS for profile in row.profiles)


@pytest.mark.parametrize("make", [legacy, announced, transfer], ids=["type 0", "type 1", "type 2"])
def test_the_id_of_a_signed_transaction_is_the_hash_of_its_bytes(make: Any) -> None:
    signed = sign(make(), ALICE)
    assert ETHEREUM.transaction_id(signed.raw) == signed.id == f"0x{keccak(signed.raw).hex()}"


def test_the_id_is_of_the_transaction_and_not_of_the_string_that_it_stands_in() -> None:
    """devp2p, caps/eth.md: in messages of the network a typed transaction is a string of RLP."""
    signed = sign(transfer(), ALICE)
    assert ETHEREUM.transaction_id(rlp.encode(signed.raw)) == f"0x{keccak(signed.raw).hex()}"


NO_TRANSACTIONS: dict[str, tuple[Any, str]] = {
    "nothing": (b"", "truncated"),
    "a text": ("02", "type"),
    "none": (None, "type"),
    "a bytearray": (bytearray(b"\x02"), "type"),
    "a zero": (b"\0", "version"),
    "a type alone": (b"\x02", "truncated"),
    "a hash": (b"\x11" * 32, "version"),
    "a list": (b"\xc0", "length"),
    "a message": (b"\x19Ethereum Signed Message:\n1a", "version"),
    "unsigned": (transfer().raw, "missing"),
    "unsigned, of before types": (legacy().raw, "missing"),
    "of another chain": (sign(transfer(chain=POLYGON), ALICE).raw, "network"),
    "a byte too many": (sign(transfer(), ALICE).raw + b"\0", "trailing"),
}


@pytest.mark.parametrize(("raw", "why"), NO_TRANSACTIONS.values(), ids=NO_TRANSACTIONS.keys())
def test_what_is_no_signed_transaction_has_no_id(raw: Any, why: str) -> None:
    with pytest.raises(TransactionError) as caught:
        ETHEREUM.transaction_id(raw)
    assert (type(caught.value), caught.value.reason) == (TransactionError, why)
