"""The rows of Bitcoin's relatives: figures of other wallets, the kinds that each has, and what is refused."""

from pathlib import Path

import groestlcoin_hash
import pytest
import wallycore
from bip_utils import (
    Base58Decoder,
    Base58Encoder,
    BchP2PKHAddrEncoder,
    Bip39SeedGenerator,
    Bip44,
    Bip44Coins,
    CoinsConf,
    P2PKHAddrEncoder,
    P2SHAddrEncoder,
    P2WPKHAddrEncoder,
)
from blake256.blake256 import blake_hash
from hypothesis import example, given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, differential, key, points, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.relatives.rows import RELATIVES
from walletcore.chains.bitcoin.script import p2sh
from walletcore.errors import AddressError, DerivationError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.wallet import Wallet

by_row = pytest.mark.parametrize("row", RELATIVES, ids=lambda row: row.name)
ROWS = {row.name: row for row in RELATIVES}
KEY = key(1).public_key


def row_of(case: Case) -> BitcoinChain:
    return chain(case.input["chain"], BitcoinChain)


@vectors("chains/relatives", operation="address.encode")
def test_wallets_have_these_addresses_for_these_phrases(case: Case) -> None:
    row, name = row_of(case), case.input["profile"]
    where = {level: case.input[level] for level in ("account", "change", "index")}
    with Wallet.from_mnemonic(case.input["mnemonic"]) as wallet:
        address = wallet.address(row, profile=name, **where)
        public = wallet.public_key(row, profile=name, **where)
    assert public == PublicKey(Curve.SECP256K1, bytes.fromhex(case.expect["public_key"]))
    assert address.text == case.expect["address"]
    assert row.parse_address(address.text) == address
    assert (str(row.path(profile=name, **where)), row.profile(name).kind) == (case.input["path"], case.input["kind"])


@by_row
@given(public=points)
@example(public=key(23_712_132).public_key)  # of Qtum it is Qc1..., which is no bech32
@example(public=key(34_807_898).public_key)  # of Litecoin it is LTC1..., and not all of it in upper case
def test_every_kind_of_a_key_is_read_back_and_has_a_script(row: BitcoinChain, public: PublicKey) -> None:
    for kind in row.key_kinds:
        address = row.address(public, kind=kind)
        assert address.kind in row.kinds
        assert row.parse_address(address.text) == address
        assert row.addresses([public.data], kind=kind) == [address.text]
        found = row.destination_of(row.script_pubkey(address))
        assert found is not None
        assert (found.payload, found.script_pubkey) == (address.payload, row.script_pubkey(address))


@by_row
def test_a_kind_that_a_chain_lacks_is_refused(row: BitcoinChain) -> None:
    lacking = {"p2wpkh", "p2tr", "p2wsh", "p2sh-p2wpkh", "p2pkh-tokens", "p2pkh-tex", "p2pkh-exchange"}
    for kind in lacking - set(row.key_kinds):
        assert reason(AddressError, row.address, KEY, kind=kind) == "unknown"
        assert reason(AddressError, row.addresses, [KEY.data], kind=kind) == "unknown"
    for kind in {"p2wsh", "p2sh-p2wsh", "p2sh32", "p2sh-tokens"} - set(row.kinds):
        if kind != "p2sh-p2wsh" or "p2wsh" not in row.kinds:
            assert reason(AddressError, row.script_address, b"\x51", kind=kind) == "unknown"


@by_row
def test_a_script_of_a_kind_that_a_chain_lacks_has_no_address(row: BitcoinChain) -> None:
    taproot = BITCOIN.script_pubkey(BITCOIN.address(KEY, kind="p2tr"))
    segwit = BITCOIN.script_pubkey(BITCOIN.address(KEY))
    assert (row.destination_of(taproot) is not None) == ("p2tr" in row.kinds)
    assert (row.destination_of(segwit) is not None) == ("p2wpkh" in row.kinds)


SEGWIT = [row for row in RELATIVES if row.prefixes.hrp]


@pytest.mark.parametrize("row", [row for row in SEGWIT if "p2tr" not in row.kinds], ids=lambda row: row.name)
def test_a_taproot_address_is_refused_where_anyone_could_spend_it(row: BitcoinChain) -> None:
    from walletcore.chains.bitcoin.address import segwit_text

    assert reason(AddressError, row.parse_address, segwit_text(row.prefixes.hrp, 1, bytes(31) + b"\x01")) == "version"


@given(st.sampled_from(sorted(ROWS)), st.sampled_from(sorted(ROWS)), points)
def test_A36_what_two_chains_read_is_the_same_hash_on_both(one: str, other: str, public: PublicKey) -> None:
    """The network is always given: a text does not tell a chain, and none is guessed from it."""
    address = ROWS[one].address(public)
    try:
        read = ROWS[other].parse_address(address.text)
    except AddressError:
        return
    assert read.payload == address.payload
    assert read.chain is ROWS[other]


def test_A36_an_old_script_address_of_litecoin_is_read_and_written_anew() -> None:
    script = BITCOIN.script_address(b"\x51", kind="p2sh")
    read = ROWS["litecoin"].parse_address(script.text)
    assert (read.kind, read.payload, read.text[0]) == ("p2sh", script.payload, "M")
    assert ROWS["litecoin"].parse_address(read.text) == read
    assert reason(AddressError, BITCOIN.parse_address, read.text) == "version"


@vectors("relatives/keys", operation="address.encode")
def test_a_key_has_its_published_address(case: Case) -> None:
    if "script" in case.input:
        row, script, kind = row_of(case), bytes.fromhex(case.input["script"]), case.input["kind"]
        if row.dialect is not None and kind in row.dialect.retired:
            assert reason(AddressError, row.script_address, script, kind=kind) == "policy"
            address = row.address_of(p2sh(hash160(script)))
        else:
            address = row.script_address(script, kind=kind)
        assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
        return
    row, kind = row_of(case), case.input["kind"]
    if "private_key" in case.input:
        public = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"]))).public_key
    else:
        public = PublicKey(Curve.SECP256K1, bytes.fromhex(case.input["public_key"]))
    address = row.address(public, kind=kind)
    assert address.text == case.expect.get("address", address.text)
    assert address.payload.hex() == case.expect.get("payload", address.payload.hex())
    assert row.addresses([public.data], kind=kind) == [address.text]


PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


def test_extended_keys_of_stratis_test_network_begin_as_its_node_writes_them() -> None:
    """EXT_PUBLIC_KEY is 0488b21e in stratisproject/StratisFullNode, src/Stratis.Bitcoin.Networks/StraxTest.cs."""
    row = ROWS["stratis-testnet"]
    account = Bip44.FromSeed(Bip39SeedGenerator(PHRASE).Generate(), Bip44Coins.BITCOIN_TESTNET).Purpose().Coin()
    raw = account.Account(0).PublicKey().Bip32Key().ToExtended()  # tpub...: the key of m/44'/1'/0'
    text = Base58Encoder.CheckEncode(bytes.fromhex("0488b21e") + Base58Decoder.CheckDecode(raw)[4:])
    with Wallet.from_mnemonic(PHRASE) as wallet:
        assert (row.slip44, row.xpub_network, str(wallet.xpub(row))) == (1, "mainnet", text)
        assert str(wallet.xpub("pivx-testnet")) == raw
        watching = Wallet.from_xpub(text, chain=row)
        assert watching.address(row, index=7) == wallet.address(row, index=7)
    with pytest.raises(DerivationError) as caught:
        Wallet.from_xpub(raw, chain=row).address(row)
    assert caught.value.reason == "network"


OWN_NAMES = ["btg:mainnet", "bsv:testnet", "dgb:testnet", "pivx:testnet", "nebl:testnet", "bch:bchreg"]


def test_names_that_no_genesis_block_gives_are_those_of_the_page() -> None:
    assert {row.caip2 for row in RELATIVES if not row.caip2.startswith("bip122:")} == set(OWN_NAMES)
    for name in OWN_NAMES:
        assert chain(name).caip2 == name


PAGE = Path(__file__).parents[4] / "docs" / "relatives.md"


def begins(row: BitcoinChain) -> str:
    """What the page says that addresses of a row begin with."""
    known = row.prefixes
    base = f"{known.p2pkh.hex()}, {known.p2sh.hex()}"
    if known.cashaddr:
        return f"`{known.cashaddr}:` (read: {base})"
    base += "".join(f", `{hrp}1`" for hrp in (known.hrp, known.tex) if hrp)
    base += f", {known.exchange.hex()}" if known.exchange else ""
    older = ", ".join(f"{kind} {version.hex()}" for kind, version in known.older)
    return f"{base} (read: {older})" if older else base


def test_the_table_of_the_page_is_that_of_the_rows() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    shown = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    assert shown == [
        (
            f"`{row.name}`",
            row.symbol,
            str(row.slip44),
            f"`{row.caip2}`",
            begins(row),
            ", ".join(row.kinds),
            ", ".join(profile.name for profile in row.profiles),
        )
        for row in RELATIVES
    ]


BY_BIP_UTILS = {  # its parameters, not ours
    "litecoin": (CoinsConf.LitecoinMainNet, "_std"),
    "litecoin-testnet": (CoinsConf.LitecoinTestNet, "_std"),
    "dogecoin": (CoinsConf.DogecoinMainNet, ""),
    "dogecoin-testnet": (CoinsConf.DogecoinTestNet, ""),
    "dash": (CoinsConf.DashMainNet, ""),
    "dash-testnet": (CoinsConf.DashTestNet, ""),
    "zcash": (CoinsConf.ZcashMainNet, ""),
    "zcash-testnet": (CoinsConf.ZcashTestNet, ""),
    "bitcoin-sv": (CoinsConf.BitcoinSvMainNet, ""),
    "bitcoin-sv-testnet": (CoinsConf.BitcoinSvTestNet, ""),
    "verge": (CoinsConf.Verge, ""),
}
CASH = {
    "bitcoin-cash": CoinsConf.BitcoinCashMainNet,
    "bitcoin-cash-testnet4": CoinsConf.BitcoinCashTestNet,
    "ecash": CoinsConf.EcashMainNet,
    "ecash-testnet": CoinsConf.EcashTestNet,
}


@differential
@given(st.sampled_from(sorted(BY_BIP_UTILS)), points)
def test_addresses_are_those_of_bip_utils(name: str, public: PublicKey) -> None:
    row, (conf, style) = ROWS[name], BY_BIP_UTILS[name]
    expected = P2PKHAddrEncoder.EncodeKey(public.data, net_ver=conf.ParamByKey(f"p2pkh{style}_net_ver"))
    assert row.address(public, kind="p2pkh").text == expected
    if name.startswith("litecoin"):
        hrp = conf.ParamByKey("p2wpkh_hrp")
        assert row.address(public).text == P2WPKHAddrEncoder.EncodeKey(public.data, hrp=hrp, wit_ver=0)
        nested = P2SHAddrEncoder.EncodeKey(public.data, net_ver=conf.ParamByKey("p2sh_std_net_ver"))
        assert row.address(public, kind="p2sh-p2wpkh").text == nested


@differential
@given(st.sampled_from(sorted(CASH)), points)
def test_cashaddrs_are_those_of_bip_utils(name: str, public: PublicKey) -> None:
    row, conf = ROWS[name], CASH[name]
    hrp, version = conf.ParamByKey("p2pkh_std_hrp"), conf.ParamByKey("p2pkh_std_net_ver")
    assert row.address(public).text == BchP2PKHAddrEncoder.EncodeKey(public.data, hrp=hrp, net_ver=version)
    older = P2PKHAddrEncoder.EncodeKey(public.data, net_ver=conf.ParamByKey("p2pkh_legacy_net_ver"))
    assert row.parse_address(older) == row.address(public)


@differential
@given(st.sampled_from(["decred", "groestlcoin"]), points)
def test_base58_with_other_hashes_is_that_of_their_implementations(name: str, public: PublicKey) -> None:
    def twice(data: bytes) -> bytes:
        if name == "decred":
            return bytes(blake_hash(blake_hash(data)))
        return bytes(groestlcoin_hash.getHash(data, len(data)))

    version = {"decred": b"\x07\x3f", "groestlcoin": b"\x24"}[name]
    inner = blake_hash(public.data) if name == "decred" else wallycore.sha256(public.data)
    payload = version + bytes(wallycore.ripemd160(inner))
    text = wallycore.base58_from_bytes(payload + twice(payload)[:4], 0)
    assert ROWS[name].address(public, kind="p2pkh").text == text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("verge", "VERGE Signed Message:\n"),  # vergecurrency/verge src/validation.cpp
        ("vertcoin", "Bitcoin Signed Message:\n"),  # vertcoin-project/vertcoin-core src/util/message.cpp
        ("vertcoin-testnet", "Bitcoin Signed Message:\n"),
        ("stratis", "Bitcoin Signed Message:\n"),  # stratisproject/StratisFullNode src/NBitcoin/Utils.cs
        ("firo", "Zcoin Signed Message:\n"),  # firoorg/firo src/validation.cpp
        ("pivx-testnet", "DarkNet Signed Message:\n"),
        ("neblio-testnet", "Neblio Signed Message:\n"),  # NeblioTeam/neblio wallet/main.cpp
        ("stratis-testnet", "Bitcoin Signed Message:\n"),
        ("pivx", "DarkNet Signed Message:\n"),  # PIVX-Project/PIVX src/messagesigner.cpp
        ("flux", "Zelcash Signed Message:\n"),  # RunOnFlux/fluxd src/main.cpp
        ("horizen", "Zcash Signed Message:\n"),  # HorizenOfficial/zen src/main.cpp
        ("ecash", "eCash Signed Message:\n"),  # Bitcoin-ABC/bitcoin-abc src/util/message.cpp
        ("bitcoin-diamond", "Bitcoindiamond Signed Message:\n"),  # eveybcd/BitcoinDiamond src/validation.cpp
        ("ravencoin", "Raven Signed Message:\n"),  # RavenProject/Ravencoin src/validation.cpp
        ("groestlcoin", "GroestlCoin Signed Message:\n"),  # Groestlcoin/groestlcoin src/common/signmessage.cpp
    ],
)
def test_messages_begin_with_the_words_of_the_node(name: str, words: str) -> None:
    assert ROWS[name].message_magic == bytes((len(words),)) + words.encode()
