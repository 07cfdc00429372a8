"""Private keys under a passphrase (BIP-38): what their bytes tell without it; every typo is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.chains import chain, chains
from walletcore.cli import run
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.coding.text import base58check
from walletcore.errors import DecodingError
from walletcore.hashes import sha256d

# BIP-38, "Test vectors": the text, the address where it is given there, lot and sequence
DIRECT = "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg"
UNUSUAL = "6PRW5o9FLp4gJDDVqJQKJFTpMvdsSGJxMYHtHaQBF3ooa8mwD69bapcDQn"
COMPRESSED = "6PYNKZ1EAgYgmQfmNVamxyXVWHzK5s6DGhwP4J5o44cvXdoY7sRzhtpUeo"
WITHOUT_LOT = "6PfQu77ygVyJLZjfvMLyhLMQbYnu5uguoJJ4kMCLqWwPEdfpwANVS76gTX"
FIRST_LOT = "6PgNBNNzDkKdhkT6uJntUXwwzQV8Rr2tZcbkDcuC9DZRsS6AtHts4Ypo1j"
SECOND_LOT = "6PgGWtx25kUg8QWvwuJAgorN6k9FbE25rv5dMRwu5SKMnfpfVe5mar2ngH"
ALONE, MULTIPLIED = "from a private key", "from an intermediate code (EC multiplied)"
WHOLE, SHORT = "uncompressed", "compressed"
PUBLISHED = [
    (DIRECT, ALONE, WHOLE, "", ""),
    (UNUSUAL, ALONE, WHOLE, "16ktGzmfrurhbhi6JGqsMWf7TyqK9HNAeF", ""),
    (COMPRESSED, ALONE, SHORT, "", ""),
    (WITHOUT_LOT, MULTIPLIED, WHOLE, "1PE6TQi6HTVNz5DLwB1LcpMBALubfuN2z2", ""),
    (FIRST_LOT, MULTIPLIED, WHOLE, "1Jscj8ALrYu2y9TD8NrpvDBugPedmbj4Yh", "263183, 1"),
    (SECOND_LOT, MULTIPLIED, WHOLE, "1Lurmih3KruL4xDB5FmHof38yawNtP9oGf", "806938, 1"),
]


def only(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


@pytest.mark.parametrize(("text", "made", "form", "address", "lot"), PUBLISHED)
def test_a_published_text_is_described(text: str, made: str, form: str, address: str, lot: str) -> None:
    finding = only(text)
    facts = dict(finding.facts)
    assert finding.what == "encrypted private key (BIP-38)"
    assert (facts["made"], facts["public key is"], facts.get("lot, sequence", "")) == (made, form, lot)
    if address:  # its hash is the salt
        assert facts["address hash"] == sha256d(address.encode())[:4].hex()
    assert {each.code for each in finding.odd} == {"encrypted"} | (
        {"uncompressed"} if form == "uncompressed" else set()
    )
    assert text not in str(finding.as_json())


@given(st.integers(2, len(DIRECT) - 1), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"))
def test_a_typo_is_refused_by_the_checksum(place: int, letter: str) -> None:
    wrong = DIRECT[:place] + letter + DIRECT[place + 1 :]
    if wrong == DIRECT:
        return
    with pytest.raises(DecodingError) as caught:
        recognise(wrong, chains())
    assert caught.value.reason == "checksum"


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (1, 0x42, "unknown"),  # the other kind: it does not begin with 6P then
        (2, 0x10, "version"),
        (2, 0x40, "version"),
        (2, 0xC0, "unknown"),  # nor does this
        (2, 0x01, "version"),
    ],
)
def test_what_bip_38_does_not_know_is_refused(place: int, value: int, why: str) -> None:
    data = bytearray(base58check.decode(WITHOUT_LOT))
    data[place] = value
    with pytest.raises(DecodingError) as caught:
        recognise(base58check.encode(bytes(data)), (chain("bitcoin"),))
    assert caught.value.reason == why


def test_it_may_be_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", COMPRESSED]) == 0
    assert "it needs its passphrase" in capsys.readouterr().out
