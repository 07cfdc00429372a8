"""Rows of Cosmos chains beside registries, addresses of other libraries, and what is no address."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from support.oracles import JSON, compared, locked
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.cosmos import CHAINS, CosmosChain
from walletcore.chains.cosmos.chain import check_account
from walletcore.coding.text import bech32, bech32m, to_words
from walletcore.curves import secp256k1
from walletcore.errors import AddressError, TransactionError, Unsupported
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret

ROWS = {row.name: row for row in CHAINS}
HUB, OSMOSIS, EVMOS, GREENFIELD = (ROWS[name] for name in ("cosmoshub", "osmosis", "evmos-native", "greenfield"))
PAYLOAD = bytes.fromhex("165c9dab1586b8ca42a323ad0037333b584ed5db")
TEXT = "cosmos1zewfm2c4s6uv5s4rywksqden8dvya4wmqyyvek"  # bip_utils tests/addr/test_atom_addr.py
KEY = "039cb22e5c6ce15e06b76d5725dcf084b87357d926dcdfeeb20d628d3d11ff543b"  # the same
OPERATOR = "cosmosvaloper1sxx9mszve0gaedz5ld7qdkjkfv8z992ax69k08"  # wallet-core cosmos_address.rs
RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1

# cosmos/chain-registry @ 627bbab9c8e5, */chain.json and assetlist.json: its name of each row of ours that it has, with
# chain id, bech32_prefix, slip44, the unit of the staked coin, and its decimals
REGISTRY: dict[str, tuple[str, str, int, str, int]] = json.loads((Path(__file__).parent / "registry.json").read_text())


@pytest.mark.parametrize("name", REGISTRY)
def test_rows_are_those_of_the_registry(name: str) -> None:
    row = ROWS[name]
    assert (row.chain_id, row.hrp, row.slip44, row.denom, row.decimals) == tuple(REGISTRY[name])


def test_every_row_is_in_the_registry_or_has_another_source() -> None:
    assert set(ROWS) - set(REGISTRY) == {
        "beacon-chain",
        "beacon-chain-testnet",
        "greenfield",
        "greenfield-testnet",
    }


# trustwallet/wallet-core rust/tw_tests/tests/coin_address_derivation_test.rs @ 5295dc4fe299: one key for all
TRUST_KEY = "afeefca74d9a325cf1d6b6911d61a65c32afa8e02bd5e78e2e4ac2910bab45f5"
TRUST = {
    "cosmoshub": "cosmos1ten42eesehw0ktddcp0fws7d3ycsqez3lynlqx",
    "terra-classic": "terra1ten42eesehw0ktddcp0fws7d3ycsqez3eqflzx",
    "terra": "terra1ten42eesehw0ktddcp0fws7d3ycsqez3eqflzx",
    "kava": "kava1ten42eesehw0ktddcp0fws7d3ycsqez3r38zkp",
    "thorchain": "thor1ten42eesehw0ktddcp0fws7d3ycsqez3er2y4e",
    "osmosis": "osmo1ten42eesehw0ktddcp0fws7d3ycsqez3hlq0k5",
    "injective": "inj14s0vgnj0pjnazu4hsqlksdk7slah9vcfyrp6ct",
    "canto-native": "canto14s0vgnj0pjnazu4hsqlksdk7slah9vcfuuhw7m",
    "zetachain-native": "zeta14s0vgnj0pjnazu4hsqlksdk7slah9vcfcwctsr",
    "greenfield": "0xAc1ec44E4f0ca7D172B7803f6836De87Fb72b309",
}


@pytest.mark.parametrize("name", TRUST)
def test_addresses_of_a_key_are_those_of_trust_wallet(name: str) -> None:
    key = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(TRUST_KEY))).public_key
    row = ROWS[name]
    assert row.address(key).text == TRUST[name]
    assert row.addresses([key.data]) == [TRUST[name]]
    assert row.parse_address(TRUST[name]) == row.address(key)


def test_an_address_is_read_and_written() -> None:
    address = HUB.address(PublicKey(Curve.SECP256K1, bytes.fromhex(KEY)))
    assert (address.text, address.payload, address.kind) == (TEXT, PAYLOAD, "")
    assert HUB.parse_address(TEXT) == HUB.account(PAYLOAD) == address
    assert HUB.parse_address(TEXT.upper()) == address
    assert address.account_id == f"cosmos:cosmoshub-4:{TEXT}"
    assert len(HUB.account(bytes(32)).payload) == 32


def test_operators_and_nodes_are_read_by_their_own_doors() -> None:
    operator = HUB.parse_validator(OPERATOR)
    assert operator.payload.hex() == "818c5dc04ccbd1dcb454fb7c06da564b0e22955d"  # wallet-core cosmos_address.rs
    assert operator.kind == "validator"
    assert operator == HUB.validator(operator.payload)
    key = PublicKey(Curve.SECP256K1, bytes.fromhex(KEY))
    assert HUB.address(key, kind="validator") == HUB.validator(PAYLOAD)
    assert HUB.addresses([key.data], kind="validator") == [HUB.validator(PAYLOAD).text]
    node = bech32.encode("cosmosvalcons", to_words(PAYLOAD))
    assert HUB.parse_consensus(node).kind == "consensus"
    assert ROWS["irisnet"].validator(PAYLOAD).text.startswith("iva1")
    assert ROWS["crypto-org"].validator(PAYLOAD).text.startswith("crocncl1")
    for text, door in ((OPERATOR, "parse_validator"), (node, "parse_consensus")):
        with pytest.raises(AddressError) as caught:
            HUB.parse_address(text)
        assert caught.value.reason == "network"
        assert door in caught.value.hint
    with pytest.raises(AddressError):
        HUB.parse_validator(TEXT)


def test_SG30_the_address_of_another_chain_is_refused() -> None:
    for text in (OSMOSIS.account(PAYLOAD).text, HUB.account(PAYLOAD).text.replace("1", "2", 1)):
        with pytest.raises(AddressError):
            HUB.parse_address(text)
    with pytest.raises(AddressError) as caught:
        HUB.parse_address(OSMOSIS.account(PAYLOAD).text)
    assert caught.value.reason == "network"


def test_SG28_a_q_before_a_last_p_is_seen_by_the_length() -> None:
    """BIP-350: bech32's checksum does not see it; an account has 20 or 32 bytes."""
    found = 0
    for number in range(2000):
        text = HUB.account(number.to_bytes(20)).text
        if text.endswith("p"):
            found += 1
            with pytest.raises(AddressError):
                HUB.parse_address(f"{text[:-1]}qp")
    assert found


@pytest.mark.parametrize("size", [0, 1, 19, 21, 31, 33, 64])
def test_A1_accounts_of_other_sizes_are_refused(size: int) -> None:
    for make in (HUB.account, HUB.validator):
        with pytest.raises(AddressError):
            make(bytes(size))
    if 7 + len("cosmos") + size * 8 // 5 <= 89:
        with pytest.raises(AddressError):
            HUB.parse_address(bech32.encode("cosmos", to_words(bytes(size))))
    with pytest.raises(AddressError):
        GREENFIELD.account(bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cosmos",
        "cosmos1",
        TEXT[:-1],
        TEXT[:-1] + "l",
        TEXT + " ",
        " " + TEXT,
        TEXT.replace("cosmos1z", "cosmos1Z"),
        "cosmos1zewfm2c4s6uv5s4rywksqden8dvya4wmqyyveb",  # b is no letter of bech32
        bech32m.encode("cosmos", to_words(PAYLOAD)),
        "0x" + PAYLOAD.hex(),
        "one1a50tun737ulcvwy0yvve0pvu5skq0kjargvhwe",  # wallet-core cosmos_address.rs
        None,
        b"cosmos",
    ],
)
def test_A1_texts_that_are_no_address_are_refused(text: Any) -> None:
    with pytest.raises(AddressError):
        HUB.parse_address(text)


@pytest.mark.parametrize("text", json.loads((Path(__file__).parent / "invalid.json").read_text()), ids=str)
def test_A1_published_wrong_addresses_are_refused(text: str) -> None:
    """ebellocchia/bip_utils tests/addr/test_inj_addr.py and test_okex_addr.py @ 4c8cb68e2ced, TEST_VECT_DEC_INVALID."""
    for row in (ROWS["injective"], ROWS["okexchain"]):
        with pytest.raises(AddressError):
            row.parse_address(text)


def test_former_prefixes_are_read_and_not_written() -> None:
    """Certik's of ebellocchia/bip_utils tests/bip/bip44/test_bip44.py @ 4c8cb68e2ced."""
    address = ROWS["shentu"].parse_address("certik19rl4cm2hmr8afy4kldpxz3fka4jguq0amg3277")
    assert address.text.startswith("shentu1")
    assert address.payload == HUB.parse_address("cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4").payload
    with pytest.raises(AddressError):
        HUB.parse_address("certik19rl4cm2hmr8afy4kldpxz3fka4jguq0amg3277")


def test_accounts_of_greenfield_are_written_as_ethereums() -> None:
    account = GREENFIELD.parse_address("0xA815ae0b06dC80318121745BE40e7F8c6654e9f3")  # wallet-core Greenfield tests
    assert GREENFIELD.account_id(account.text) == f"{GREENFIELD.caip2}:{account.text}"
    with pytest.raises(AddressError):
        GREENFIELD.parse_address(account.text.lower())
    with pytest.raises(AddressError):
        GREENFIELD.parse_address(TEXT)


def test_keys_of_others_are_refused() -> None:
    key = PublicKey(Curve.SECP256K1, bytes.fromhex(KEY))
    with pytest.raises(AddressError):
        HUB.address(PublicKey(Curve.ED25519, RFC8032_KEY))
    for kind in ("p2pkh", "consensus"):
        with pytest.raises(AddressError):
            HUB.address(key, kind=kind)
        with pytest.raises(AddressError):
            HUB.addresses([key.data], kind=kind)
    for wrong in ([key], [bytes(32)], ["00" * 33]):
        with pytest.raises(AddressError):
            HUB.addresses(wrong)  # type: ignore[arg-type]
    with pytest.raises(AddressError):
        EVMOS.addresses([b"\2" + b"\xff" * 32])


def test_an_address_that_was_put_together_is_compared_with_its_bytes() -> None:
    right = Address(chain=HUB, text=TEXT, payload=PAYLOAD)
    check_account(HUB, right, "account")
    operator = HUB.validator(PAYLOAD)
    check_account(HUB, operator, "validator", kind="validator")
    check_account(HUB, HUB.parse_consensus(bech32.encode("cosmosvalcons", to_words(PAYLOAD))), "x", kind="consensus")
    for wrong in (
        TEXT,
        operator,
        OSMOSIS.account(PAYLOAD),
        Address(chain=HUB, text=TEXT, payload=bytes(20)),
        Address(chain=HUB, text=OSMOSIS.account(PAYLOAD).text, payload=PAYLOAD),
    ):
        with pytest.raises(TransactionError):
            check_account(HUB, wrong, "account")


FIELDS: dict[str, Any] = {"name": "own", "symbol": "X", "chain_id": "own-1", "hrp": "own", "denom": "uown"}


def test_a_row_of_ones_own_has_what_others_have() -> None:
    row = CosmosChain(**FIELDS)
    assert row.address(PublicKey(Curve.SECP256K1, bytes.fromhex(KEY))).payload == PAYLOAD
    assert str(row.path(index=3)) == "m/44'/118'/0'/0/3"
    assert (row.validator_hrp, row.consensus_hrp) == ("ownvaloper", "ownvalcons")
    assert row.amino_key_type == "tendermint/PubKeySecp256k1"
    ethereum = CosmosChain(**FIELDS, key_type="eth_secp256k1")
    assert str(ethereum.path()) == "m/44'/60'/0'/0/0"
    assert ethereum.key_type_url == "/ethermint.crypto.v1.ethsecp256k1.PubKey"
    assert ethereum.address(PublicKey(Curve.SECP256K1, bytes.fromhex(KEY))).payload == secp256k1.account_of(
        bytes.fromhex(KEY)
    )
    assert repr(row) == "CosmosChain(own, cosmos:own-1)"


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": ""},
        {"chain_id": "x" * 51},
        {"chain_id": None},
        {"denom": "u"},
        {"denom": "1abc"},
        {"denom": None},
        {"hrp": "Own"},
        {"hrp": "a" * 21},
        {"hrp": 1},
        {"prefixes": ["old"]},
        {"prefixes": ("Old",)},
        {"key_type": "ed25519"},
        {"modes": ("textual",)},
        {"modes": ["direct"]},
        {"eip155": 0},
        {"eip155": True},
    ],
    ids=str,
)
def test_rows_that_no_chain_can_have_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((Unsupported, TypeError)):
        CosmosChain(**FIELDS | changes)


def test_chains_that_stopped_have_addresses_only() -> None:
    for name in ("beacon-chain", "beacon-chain-testnet", "okexchain"):
        assert chain(f"cosmos:{name}", CosmosChain).modes == ()


def ask(random: Random) -> JSON:
    row = random.choice([each for each in CHAINS if each.hrp])
    key = PrivateKey(Curve.SECP256K1, Secret((random.getrandbits(250) + 1).to_bytes(32))).public_key
    algorithm = "secp256k1" if row.key_type == "secp256k1" else "ethsecp256k1"
    ours = {"chain": row.name, "address": row.address(key).text}
    return {"kind": "address", "hrp": row.hrp, "key": key.data.hex(), "algorithm": algorithm, "ours": ours}


def check(case: JSON, verdict: JSON) -> list[str]:
    assert verdict["address"] == case["ours"]["address"]
    return [ROWS[case["ours"]["chain"]].key_type]


@locked
def test_random_addresses_are_those_of_keplr(environment: str) -> None:
    kinds = {"secp256k1", "eth_secp256k1"}
    compared("cosmjs_messages", "addresses", environment, ask, check, kinds=kinds, most=2_000)
