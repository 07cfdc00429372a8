"""Signatures of BIP-322 as inspect tells them: their variant, whom they are for, and what they prove control of."""

import base64

import pytest

from support.bitcoin import key
from support.vectors import Case, load
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.bip322 import GenericMessage, has_generic_messages
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import DecodingError

BITCOIN = (chain("bitcoin"),)
VARIANTS = {"smp": "simple", "ful": "full", "pof": "proof of funds"}
SIGNATURES = [
    case
    for case in load("bitcoin/generic-messages")
    if case.expect["result"] == "valid" and case.input.get("signature", "")[:3] in VARIANTS
]


@pytest.mark.parametrize("case", SIGNATURES, ids=lambda case: case.id)
def test_a_published_signature_is_recognised_by_its_variant(case: Case) -> None:
    text = case.input["signature"]
    (finding,) = recognise(text, chains())
    assert finding.what == f"signature of a message (BIP-322, {VARIANTS[text[:3]]})"
    assert set(finding.chains) == {row.name for row in chains() if has_generic_messages(row)}
    assert [each.code for each in finding.odd] == ["unverified"]


FUNDS = [case for case in SIGNATURES if case.input["signature"].startswith("pof")]


@pytest.mark.parametrize("case", FUNDS, ids=lambda case: case.id)
def test_a_proof_of_funds_names_its_address(case: Case) -> None:
    (finding,) = recognise(case.input["signature"], BITCOIN)
    assert dict(finding.facts)["for"] == case.input["address"]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("rest", [b"\x05", b"\x00" * 7, b"psbt\xff"])
def test_what_only_begins_like_a_signature_is_refused(variant: str, rest: bytes) -> None:
    with pytest.raises(DecodingError, match="no signature of BIP-322"):
        recognise(variant + base64.b64encode(rest).decode(), BITCOIN)


def test_there_are_figures_of_each_variant() -> None:
    assert {case.input["signature"][:3] for case in SIGNATURES} == set(VARIANTS)


@pytest.mark.parametrize("case", SIGNATURES[:3], ids=lambda case: case.id)
def test_relatives_have_none(case: Case) -> None:
    with pytest.raises(DecodingError, match="not recognised"):
        recognise(case.input["signature"], (chain("dogecoin"), chain("litecoin")))


def test_a_psbt_with_a_message_is_of_bitcoins_networks() -> None:
    subject = GenericMessage(chain=chain("bitcoin", BitcoinChain), data=b"hello", signer=key(1).public_key)
    (finding,) = recognise(base64.b64encode(subject.raw).decode(), chains())
    assert set(finding.chains) == {row.name for row in chains() if has_generic_messages(row)}
    assert finding.what == "message to be signed"
