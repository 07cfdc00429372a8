"""What `inspect` says of messages: of which kind, who would sign, what they state, what is odd about them."""

import json
from typing import Any

import pytest
from eth_account.messages import defunct_hash_message

from support.commands import PHRASE
from walletcore import Wallet, sign
from walletcore.chains import bitcoin, chain, chains, evm, solana
from walletcore.chains.bitcoin.message import Message as BitcoinMessage
from walletcore.cli import run
from walletcore.cli.inspection.effects import rows_of
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.effects import Approve, Opaque, Statement
from walletcore.errors import DecodingError

BITCOIN = chain("bitcoin", bitcoin.BitcoinChain)
ETHEREUM = chain("ethereum", evm.Evm)
SOLANA = chain("solana", solana.SolanaChain)
WALLET = Wallet.from_mnemonic(PHRASE)
CONTRACT = ETHEREUM.account(b"\x03" * 20)
OFFCHAIN = solana.OffchainMessage(chain=SOLANA, text="hello", signers=(WALLET.public_key(SOLANA),))


def typed(primary: str = "Vote", /, value: int = 7, **domain: object) -> str:
    """The JSON of typed data, as dapps write it."""
    members = {"Vote": ("value",), "Permit": ("owner", "spender", "value", "nonce", "deadline")}[primary]
    kinds = {"owner": "address", "spender": "address"}
    values = {"owner": "0x" + "01" * 20, "spender": "0x" + "02" * 20, "value": value, "nonce": 0, "deadline": 1}
    document = {
        "types": {primary: [{"name": name, "type": kinds.get(name, "uint256")} for name in members]},
        "primaryType": primary,
        "domain": domain,
        "message": {name: values[name] for name in members},
    }
    return json.dumps(document, indent=1)


def only(text: str, rows: Any = None) -> Finding:
    (finding,) = recognise(text, rows or chains())
    return finding


def codes(finding: Finding) -> set[str]:
    return {each.code for each in finding.odd}


PERSONAL = b"\x19Ethereum Signed Message:\n"
STATED = {
    "personal": (PERSONAL + b"5hello", "personal message (EIP-191)", "ethereum", "not known (signer key unknown)"),
    "Bitcoin's": (
        b"\x18Bitcoin Signed Message:\n\x05hello",
        "signed message (BIP-137)",
        "bitcoin",
        "not known (signer key unknown)",
    ),
    "off-chain": (OFFCHAIN.raw, "off-chain message, version 0", "solana", WALLET.address(SOLANA).text),
}


@pytest.mark.parametrize(("raw", "form", "first", "signer"), STATED.values(), ids=STATED.keys())
def test_a_message_of_every_family_is_told_as_what_it_is(raw: bytes, form: str, first: str, signer: str) -> None:
    finding = only(raw.hex())
    assert finding.what == "message to be signed"
    assert finding.chains[0] == first
    assert dict(finding.facts)["form"] == form
    assert dict(finding.facts)["to be signed by"] == signer
    assert finding.effects == (Statement(text="hello"),)
    assert codes(finding) == set()


def test_the_hash_that_a_device_shows_is_told() -> None:
    """By eth-account."""
    hashed = bytes(defunct_hash_message(text="hello")).hex()
    assert dict(only((PERSONAL + b"5hello").hex()).facts)["hash"] == hashed


def test_a_signed_off_chain_message_says_who_signed() -> None:
    signed = sign(OFFCHAIN, WALLET.signer(SOLANA))
    finding = only(signed.raw.hex())
    assert finding.what == "signed message"
    assert dict(finding.facts)["signed by"] == WALLET.address(SOLANA).text


ODD = {
    "a hash": ((PERSONAL + b"32" + b"\xc1" * 32).hex(), {"opaque"}, "blind signing"),
    "bytes": ((PERSONAL + b"3\xff\xfe\xfd").hex(), {"opaque"}, "no text"),
    "for a validator": ((b"\x19\x00" + bytes(19) + b"\x07hello").hex(), {"opaque"}, "for the contract"),
    "typed data of nobody": (typed(), {"opaque", "replayable", "unbound"}, "on any chain"),
    "typed data of any chain": (typed(verifyingContract=CONTRACT.text), {"opaque", "replayable"}, "on any chain"),
    "typed data of any contract": (typed(chainId=1), {"opaque", "unbound"}, "whatever contract"),
    "typed data": (typed(chainId=1, verifyingContract=CONTRACT.text), {"opaque"}, "for contract"),
    "a permit of nobody": (typed("Permit"), {"opaque", "replayable", "unbound", "permit"}, "whatever contract"),
}


@pytest.mark.parametrize(("text", "expected", "why"), ODD.values(), ids=ODD.keys())
def test_what_is_odd_about_a_message_is_said(text: str, expected: set[str], why: str) -> None:
    finding = only(text, [row for row in chains() if isinstance(row, evm.Evm)])
    (effect,) = finding.effects
    assert isinstance(effect, Opaque)
    assert why in effect.why
    assert codes(finding) == expected


@pytest.mark.parametrize("name", ["for a validator", "typed data of nobody", "typed data of any chain"])
def test_what_names_no_chain_may_be_meant_for_tron_too(name: str) -> None:
    """TIP-191 and TIP-712 have the heads of EIP-191."""
    found = list(recognise(ODD[name][0], chains()))
    assert [each.chains[0] for each in found] == ["ethereum", "tron"]


def test_a_permit_is_an_allowance_and_odd_without_a_limit_doubly() -> None:
    finding = only(typed("Permit", chainId=1, verifyingContract=CONTRACT.text))
    assert [type(effect) for effect in finding.effects] == [Approve]
    ((_, _, source, spender),) = rows_of(finding.effects, ETHEREUM)
    assert (source, spender) == ("0x" + "01" * 20, "0x" + "02" * 20)
    assert codes(finding) == {"permit"}
    assert codes(only(typed("Permit", 2**256 - 1, chainId=1, verifyingContract=CONTRACT.text))) == {
        "permit",
        "unlimited",
    }


def test_typed_data_are_of_the_chain_that_they_name_with_a_row_or_without() -> None:
    finding = only(typed(chainId=137, name="Poll", version="2", verifyingContract=CONTRACT.text))
    facts = dict(finding.facts)
    assert finding.chains == ("polygon",)
    assert (facts["type"], facts["domain"], facts["chain id"]) == ("Vote", "Poll, 2", "137")
    assert (facts["contract"], json.loads(facts["says"])) == (CONTRACT.text, {"value": 7})
    unknown = only(typed(chainId=31337, verifyingContract=CONTRACT.text))
    assert unknown.chains == ("eip155:31337",)
    assert codes(unknown) == {"opaque", "unknown-network"}
    with pytest.raises(DecodingError, match="expected chain id 1, got 137"):
        recognise(typed(chainId=137), (ETHEREUM,))


@pytest.mark.parametrize("text", [typed().replace("uint256", "uint"), typed()[:-1], typed().replace("7", "-7")])
def test_what_looks_like_typed_data_says_why_it_is_none(text: str) -> None:
    with pytest.raises(DecodingError, match="no typed data: "):
        recognise(text, chains())


def test_messages_are_told_to_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", (PERSONAL + b"5hello").hex(), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["what"] == "message to be signed"
    assert found["effects"] == [{"effect": "Statement", "text": "hello", "meaning": ""}]


def test_verify_knows_messages(capsys: pytest.CaptureFixture[str]) -> None:
    signed = sign(OFFCHAIN, WALLET.signer(SOLANA))
    assert run(["verify", signed.raw.hex(), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["signers"] == [WALLET.address(SOLANA).text]
    damaged = signed.raw[:-1] + b"!"
    assert run(["verify", damaged.hex(), "--json"]) == 3
    for raw in (PERSONAL + b"5hello", OFFCHAIN.raw, BitcoinMessage(chain=BITCOIN, data=b"hello").raw):
        capsys.readouterr()
        assert run(["verify", raw.hex(), "--json"]) == 3
        assert "walletcore message verify" in json.loads(capsys.readouterr().out)["why"]
