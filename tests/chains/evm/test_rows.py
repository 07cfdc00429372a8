"""The rows of EVM chains: all of Trust Wallet Core's registry, what each has of its own, and its addresses."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, ETHEREUM, transfer
from support.vectors import ROOT, Case, load, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import CHAINS, Deposit, Evm, FeeCurrencyTransaction, Transaction, ZksyncTransaction, erc20
from walletcore.chains.evm.address import checksummed
from walletcore.chains.evm.chain import DIALECTS
from walletcore.effects import Fee, Transfer
from walletcore.errors import AddressError, SignerError, TransactionError, Unsupported
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.rules import only_to

ROOTSTOCK, ROOTSTOCK_TESTNET, RONIN, XDC = (
    chain(name, Evm) for name in ("rootstock", "rootstock-testnet", "ronin", "xdc")
)
BODY = "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # ERC-55
ON_30 = "0x5aaEB6053f3e94c9b9a09f33669435E7ef1bEAeD"  # ERC-1191

# trustwallet/wallet-core registry.json @ 5295dc4fe299: the chain ids of "blockchain": "Ethereum", and of Ronin
REGISTRY = {
    *(8453, 59144, 5000, 7332, 1, 61, 99, 4689, 787, 361, 820, 88, 108, 60, 888, 56, 137, 30, 10, 1101, 324, 534352),
    *(42161, 42170, 128, 43114, 100, 250, 42220, 25, 2222, 10000, 321, 288, 1088, 1313161554, 9001, 1285, 1284, 8217),
    *(82, 66, 1030, 204, 7000, 245022934, 169, 4200, 1890, 81457, 6001, 810180, 146, 9745, 143, 4326, 1329, 999, 4663),
    2020,
}


def refused(row: Evm, text: Any, **options: bool) -> str:
    """The reason for which a text is no address of a chain."""
    with pytest.raises(AddressError) as caught:
        row.parse_address(text, **options)
    return caught.value.reason


# -- the table


def test_every_chain_of_the_registry_is_a_row() -> None:
    assert len(REGISTRY) == 60  # sixty entries, of which two are BNB Smart Chain, and Ronin
    assert REGISTRY - {row.chain_id for row in CHAINS} == set()


def test_the_first_profile_of_a_registered_chain_is_the_path_of_the_registry() -> None:
    """By the figures of the registry's own tests, which lead from one phrase to each coin's address."""
    shown = {
        case.input["chain"]
        for case in load("chains/evm")
        if case.id.startswith("chains/evm/wallet-core-") and case.input["profile"] == "bip44"
    }
    registered = {row.name for row in CHAINS if row.chain_id in REGISTRY}
    assert registered - shown == set()


def test_test_nets_stand_behind_their_chain_with_its_coin_type_dialects_and_rules() -> None:
    for row in CHAINS[3:]:
        main = next(
            (each for each in CHAINS if row.name.startswith(f"{each.name}-") and each.slip44 == row.slip44), None
        )
        if main is not None:
            same = ("dialects", "prefixes", "checksum", "own_contract_addresses", "data_fee", "decimals")
            assert [getattr(row, name) for name in same] == [getattr(main, name) for name in same], row


def test_only_single_chains_have_something_of_their_own() -> None:
    by_dialect = {each: {row.name for row in CHAINS if each in row.dialects} for each in DIALECTS}
    assert by_dialect["cip64"] == {"celo", "celo-sepolia"}
    assert by_dialect["zksync"] == {"zklink-nova", "zklink-nova-sepolia", "zksync", "zksync-sepolia"}
    assert by_dialect["zksync"] == {row.name for row in CHAINS if row.own_contract_addresses}
    assert {row.name for row in CHAINS if row.checksum != "eip55"} == {"rootstock", "rootstock-testnet"}
    assert {row.name: row.prefixes for row in CHAINS if row.prefixes} == {
        **dict.fromkeys(("xdc", "xdc-apothem"), ("xdc",)),
        **dict.fromkeys(("ronin", "ronin-saigon"), ("ronin:",)),
    }


def test_a_new_chain_needs_a_name_and_an_id_only() -> None:
    row = Evm(name="new", chain_id=7_777)
    assert (row.checksum, row.prefixes, row.dialects) == ("eip55", (), ())
    assert row.parse_address("0x" + BODY).account_id == f"eip155:7777:0x{BODY}"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"checksum": "eip-1191"}, "unknown"),
        ({"checksum": None}, "unknown"),
        ({"prefixes": ["xdc"]}, "type"),
        ({"prefixes": "xdc"}, "type"),
        ({"prefixes": (b"xdc",)}, "type"),
        ({"prefixes": ("",)}, "character"),
        ({"prefixes": ("0X",)}, "character"),
        ({"prefixes": ("XDC",)}, "character"),
        ({"prefixes": ("ronin::",)}, "character"),
        ({"dialects": ["cip64"]}, "type"),
        ({"dialects": "cip64"}, "type"),
        ({"dialects": (None,)}, "type"),
        ({"dialects": ("cip42",)}, "unknown"),
    ],
)
def test_X16_X19_what_a_row_has_of_its_own_is_checked(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unsupported) as caught:
        Evm(name="new", chain_id=7_777, **fields)
    assert caught.value.reason == reason


# -- addresses


@vectors("evm/chains", operation="address.parse", result="valid")
def test_published_addresses_of_single_chains_are_read(case: Case) -> None:
    address = chain(case.input["chain"], Evm).parse_address(case.input["address"])
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])


@vectors("evm/chains", operation="address.parse", result="invalid")
def test_A04_A06_published_mistakes_and_addresses_of_other_chains_are_refused(case: Case) -> None:
    row = chain(case.input["chain"], Evm)
    assert refused(row, case.input["address"]) == case.expect["reason"]
    assert refused(row, case.input["address"], allow_unchecked=True) == case.expect["reason"]


@vectors("evm/chains", operation="address.parse", result="rule")
def test_A03_small_letters_behind_a_prefix_carry_no_checksum(case: Case) -> None:
    row = chain(case.input["chain"], Evm)
    assert case.verdict("checksummed") == "invalid"
    assert refused(row, case.input["address"]) == case.expect["reason"]
    address = row.parse_address(case.input["address"], allow_unchecked=True)
    assert address.text.lower() == "0x" + case.input["address"].removeprefix("ronin:")


@vectors("evm/chains", operation="address.encode")
def test_a_published_key_has_its_address_on_every_chain(case: Case) -> None:
    row = chain(case.input["chain"], Evm)
    key = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"]))).public_key
    assert key.data.hex() == case.expect["public_key"]
    assert (row.address(key).text, row.address(key).payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert row.addresses([key.data]) == [case.expect["address"]]


@given(st.sampled_from(CHAINS), st.binary(min_size=20, max_size=20))
def test_each_chain_has_one_text_for_an_account_and_reads_it(row: Evm, payload: bytes) -> None:
    address = row.account(payload)
    assert row.parse_address(address.text) == address
    assert address.account_id == f"{row.caip2}:{address.text}"
    for prefix in row.prefixes:
        assert row.parse_address(prefix + address.text[2:]) == address


@given(st.binary(min_size=20, max_size=20))
def test_A06_a_checksum_is_good_on_its_own_chain_only(payload: bytes) -> None:
    texts = [row.account(payload).text for row in (ETHEREUM, ROOTSTOCK, ROOTSTOCK_TESTNET)]
    for row, own in zip((ETHEREUM, ROOTSTOCK, ROOTSTOCK_TESTNET), texts, strict=True):
        for text in set(texts) - {own}:
            assert refused(row, text) == "checksum"
            if text[2:] not in (text[2:].lower(), text[2:].upper()):
                assert refused(row, text, allow_unchecked=True) == "checksum"


def test_A06_an_address_of_another_chain_is_refused_with_the_reason_why() -> None:
    with pytest.raises(AddressError, match="EIP-1191") as caught:
        ROOTSTOCK.parse_address("0x" + BODY)
    assert "its id" in caught.value.hint
    with pytest.raises(AddressError, match="EIP-55") as caught:
        ETHEREUM.parse_address(ON_30)
    assert caught.value.hint == ""


@pytest.mark.parametrize("row", [ROOTSTOCK, ROOTSTOCK_TESTNET], ids=lambda row: row.name)
@pytest.mark.parametrize("body", [BODY.lower(), BODY.upper()], ids=["A03_lower", "A02_upper"])
def test_A02_A03_letters_of_one_case_have_no_checksum_with_the_id_either(row: Evm, body: str) -> None:
    assert refused(row, f"0x{body}") == "checksum"
    assert row.parse_address(f"0x{body}", allow_unchecked=True) == row.account(bytes.fromhex(body))


PREFIXED = [(XDC, "xdc"), (RONIN, "ronin:")]


@pytest.mark.parametrize(("row", "prefix"), PREFIXED, ids=["xdc", "ronin"])
def test_an_older_prefix_is_read_and_0x_is_written(row: Evm, prefix: str) -> None:
    address = row.parse_address(prefix + BODY)
    assert (address.text, address.account_id) == (f"0x{BODY}", f"{row.caip2}:0x{BODY}")
    assert address == row.parse_address(f"0x{BODY}")


@pytest.mark.parametrize(("row", "prefix"), PREFIXED, ids=["xdc", "ronin"])
@pytest.mark.parametrize(
    ("before", "body", "reason"),
    [
        pytest.param("{p}", BODY[:-1] + "D", "checksum", id="A01_wrong_case"),
        pytest.param("{p}", BODY.upper(), "checksum", id="A02_upper"),
        pytest.param("{p}", BODY.lower(), "checksum", id="A03_lower"),
        pytest.param("{p}", BODY[:-1], "length", id="A04_short"),
        pytest.param("{p}", BODY + "d", "length", id="A04_long"),
        pytest.param("{p}", BODY[:-1] + "g", "character", id="A04_character"),
        pytest.param("{p}", BODY[:-1] + "\n", "character", id="A15_newline"),
        pytest.param("{p}0x", BODY, "length", id="A04_both_prefixes"),
        pytest.param("0x{p}", BODY, "length", id="A04_0x_first"),
        pytest.param("{p}{p}", BODY, "length", id="A04_twice"),
        pytest.param(" {p}", BODY, "prefix", id="A04_space"),
        pytest.param("{P}", BODY, "prefix", id="A04_upper_prefix"),
        pytest.param("{t}", BODY, "prefix", id="A04_mixed_prefix"),
        pytest.param("", BODY, "prefix", id="A04_none"),
    ],
)
def test_A04_other_spellings_of_a_prefix_are_refused(
    row: Evm, prefix: str, before: str, body: str, reason: str
) -> None:
    text = before.format(p=prefix, P=prefix.upper(), t=prefix.title()) + body
    assert refused(row, text) == reason


@pytest.mark.parametrize("text", ["xdc" + BODY, "ronin:" + BODY, "XDC" + BODY])
def test_A04_the_prefix_of_another_chain_is_refused_with_a_word_on_this_one(text: str) -> None:
    for row in CHAINS:
        if not text.startswith(row.prefixes or ("none",)):
            with pytest.raises(AddressError) as caught:
                row.parse_address(text)
            assert caught.value.reason == "prefix"
            assert "begin with 0x" in caught.value.hint


def test_an_address_of_one_network_is_none_of_the_other() -> None:
    """X: a Rootstock address passed off as one of its test net, or of Ethereum, in a transaction."""
    for row in (ROOTSTOCK_TESTNET, ETHEREUM):
        with pytest.raises(TransactionError) as caught:
            transfer(chain=row, to=ROOTSTOCK.parse_address(ON_30))
        assert caught.value.reason == "network"


@pytest.mark.parametrize("text", ["0x" + BODY, "0x" + BODY.lower(), checksummed(bytes.fromhex(BODY), b"310x")])
def test_ET08_an_address_made_by_hand_has_the_spelling_of_its_chain(text: str) -> None:
    made = Address(chain=ROOTSTOCK, text=text, payload=bytes.fromhex(BODY))
    with pytest.raises(TransactionError) as caught:
        transfer(chain=ROOTSTOCK, to=made)
    assert caught.value.reason == "mismatch"
    assert transfer(chain=ROOTSTOCK, to=Address(chain=ROOTSTOCK, text=ON_30, payload=made.payload))


def test_contracts_that_a_row_knows_are_spelt_as_the_chain_does() -> None:
    assert replace(ROOTSTOCK, erc20=(ON_30,)).erc20 == (ON_30,)
    with pytest.raises(AddressError):
        replace(ROOTSTOCK, erc20=("0x" + BODY,))


# -- effects and rules


def test_effects_spell_every_account_as_its_chain_does() -> None:
    """A rule compares texts: a second spelling of an account would pass it, or be refused for no reason."""
    token, to = ROOTSTOCK.parse_address(ON_30), ROOTSTOCK.account(b"\xab" * 20)
    moved, fee = transfer(chain=ROOTSTOCK, to=token, value=0, data=erc20.transfer(to, 5)).effects()
    own = ROOTSTOCK.address(ALICE.public_key).account_id
    assert moved == Transfer(asset=f"eip155:30/erc20:{ON_30}", amount=5, source=own, destination=f"eip155:30:{to.text}")
    assert isinstance(fee, Fee)
    assert fee.payer == own
    assert to.text != checksummed(to.payload)


def test_rules_want_the_spelling_of_the_chain_that_they_name() -> None:
    assert only_to([f"eip155:30:{ON_30}", f"eip155:1:0x{BODY}", f"eip155:7777:0x{BODY}"])
    for name in (f"eip155:1:{ON_30}", f"eip155:30:0x{BODY}", f"eip155:31:{ON_30}", f"eip155:7777:{ON_30}"):
        with pytest.raises(SignerError) as caught:
            only_to([name])
        assert caught.value.reason == "checksum"


# -- dialects


SAMPLES = {
    "cip64": "7bf84482a4ec01847735940084773594008094f39fd6e51aad88f6f4ce6ab8827279cfffb92266880de0b6b3a764000080c094"
    "765de816845861e75a25fca122bb6898b8b1282a",
    "deposit": "7ef83ca018040f35752170c3339ddcd850f185c9cc46bdef4d6e1f2ab323f4d3d710431994977f82a600a1414e583f7f13623f"
    "1ac5d58b1c0b808080808080",
    "zksync": "71f83e8080808094a61464658afeaf65cccaafd3a512b69a83b77618808082010e808082010e9436615cf349d7f6344891b1e7"
    "ca7c72883f5dc04982c350c080c0",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("row", CHAINS, ids=lambda row: row.name)
def test_ET10_a_type_of_single_chains_is_unknown_on_all_others(row: Evm, dialect: str) -> None:
    raw = bytes.fromhex(SAMPLES[dialect])
    if dialect in row.dialects:
        wants = replace(row, chain_id={"cip64": 42220, "zksync": 270}.get(dialect, row.chain_id))
        assert wants.decode_transaction(raw)
        return
    for read in (row.decode_transaction, row.transaction_id):
        with pytest.raises(TransactionError, match=f"got type {raw[0]}") as caught:
            read(raw)
        assert caught.value.reason == "version"


def test_ET10_the_old_types_of_celo_are_unknown() -> None:
    """0x7c of CIP-42 and 0x7a of CIP-66, which its nodes refuse."""
    for kind in (0x7A, 0x7C):
        with pytest.raises(TransactionError) as caught:
            chain("celo", Evm).decode_transaction(bytes((kind,)) + bytes.fromhex(SAMPLES["cip64"])[1:])
        assert caught.value.reason == "version"


def test_the_json_of_typed_data_is_no_transaction_of_celo() -> None:
    """Both begin with 0x7b."""
    with pytest.raises(TransactionError) as caught:
        chain("celo", Evm).decode_transaction(b'{"types": {}}')
    assert "typed data" in str(caught.value) or caught.value.reason != "version"


def test_every_subject_that_asks_for_a_signature_is_named_by_the_rows() -> None:
    for kind, is_named in (
        (Transaction, True),
        (FeeCurrencyTransaction, True),
        (ZksyncTransaction, True),
        (Deposit, False),
    ):
        assert (f"{kind.__module__}:{kind.__qualname__}" in Evm.subjects) is is_named


# -- the page


def test_the_page_has_every_row_as_it_is() -> None:
    page = (ROOT.parent / "docs" / "evm-chains.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    types = {"cip64": "CIP-64", "deposit": "deposits", "zksync": "0x71"}
    for row, line in zip(CHAINS, lines, strict=True):
        addresses = "ERC-55" if row.checksum == "eip55" else "ERC-1191"
        addresses += f", reads `{row.prefixes[0]}`" if row.prefixes else ""
        coin = (row.symbol, str(row.slip44), row.profiles[0].path.split("/")[2])
        own, fee = ", ".join(types[each] for each in row.dialects), "none" if row.data_fee == 0 else "not known"
        cells = (f"`{row.name}`", str(row.chain_id), *coin, addresses, own, fee)
        assert [cell.strip() for cell in line.strip("|").split("|")] == list(cells)
