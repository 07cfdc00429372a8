"""Public keys alone: their forms and addresses as others have them, what is no key, and what 32 bytes do not say."""

import coincurve
import pytest
from bip_utils import EthAddrEncoder, P2PKHAddrEncoder, P2PKHPubKeyModes, P2WPKHAddrEncoder
from hypothesis import given
from hypothesis import strategies as st

from walletcore.chains import chain, chains
from walletcore.cli import run
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import DecodingError

G = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"  # SEC 2, 2.4.1
G_WHOLE = (
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)
secrets = st.binary(min_size=32, max_size=32).filter(lambda data: 0 < int.from_bytes(data) < 1 << 255)


def only(text: str, *names: str) -> Finding:
    (finding,) = recognise(text, tuple(map(chain, names)) or chains())
    return finding


def codes(finding: Finding) -> set[str]:
    return {each.code for each in finding.odd}


@given(secrets, st.booleans())
def test_a_key_has_the_addresses_that_bip_utils_gives_it(secret: bytes, compressed: bool) -> None:
    key = coincurve.PrivateKey(secret).public_key
    finding = only(key.format(compressed).hex(), "bitcoin", "ethereum")
    found = {(kind, names): address for kind, _, names, address in finding.derived}
    mode = P2PKHPubKeyModes.COMPRESSED if compressed else P2PKHPubKeyModes.UNCOMPRESSED
    whole = key.format()
    assert found["p2pkh", "bitcoin"] == P2PKHAddrEncoder.EncodeKey(whole, net_ver=b"\0", pub_key_mode=mode)
    assert found["", "ethereum"] == EthAddrEncoder.EncodeKey(whole)
    assert codes(finding) == (set() if compressed else {"uncompressed"})
    if compressed:
        assert found["p2wpkh", "bitcoin"] == P2WPKHAddrEncoder.EncodeKey(whole, hrp="bc")
    else:
        assert len(found) == 2
        assert ("compressed", whole.hex()) in finding.facts


@pytest.mark.parametrize("text", [G, f"0x{G}", G.upper(), G_WHOLE])
def test_the_generator_is_a_key_in_every_spelling(text: str) -> None:
    finding = only(text)
    assert (finding.what, dict(finding.facts)["curve"]) == ("public key", "secp256k1")
    assert "bitcoin" in finding.chains
    assert "solana" not in finding.chains
    assert "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" in {address for *_, address in finding.derived}


NO_KEYS = {
    "no point": ("02" + "00" * 31 + "05", {"no-point"}),  # SEC 2: x = 5 has no y
    "an x above the field": ("02" + "ff" * 32, {"no-point"}),
    "another y": (G_WHOLE[:-2] + "b9", {"uncompressed", "no-point"}),
    "hybrid": ("06" + G_WHOLE[2:], {"hybrid"}),  # SEC 1, 2.3.4, and X9.62: 06 for an even y
    "hybrid of the other y": ("07" + G_WHOLE[2:], {"hybrid", "no-point"}),
    "hybrid and no point": ("06" + G_WHOLE[2:-2] + "ba", {"uncompressed", "no-point"}),
}


@pytest.mark.parametrize(("text", "expected"), NO_KEYS.values(), ids=NO_KEYS.keys())
def test_what_is_no_usable_key_is_said_and_has_no_address(text: str, expected: set[str]) -> None:
    finding = only(text)
    assert (finding.what, finding.derived, finding.chains) == ("public key", (), ())
    assert codes(finding) == expected


@pytest.mark.parametrize("last", ["00", "01", "1b", "1c"])
def test_65_bytes_that_may_be_a_signature_are_no_key(last: str) -> None:
    with pytest.raises(DecodingError) as caught:
        recognise("04" + "11" * 63 + last, chains())
    assert "a signature alone" in str(caught.value)


EDGES = {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a": {"ambiguous"}}  # RFC 8032, 7.1, TEST 1
EDGES |= {"01" + "00" * 31: {"ambiguous", "weak-point"}}  # the neutral element
EDGES |= {"02" + "00" * 31: {"ambiguous", "no-point"}}  # y = 2: RFC 8032, 5.1.3, finds no x


@pytest.mark.parametrize(("text", "expected"), EDGES.items())
def test_32_bytes_are_told_as_a_point_to_who_names_a_chain_and_never_repeated(text: str, expected: set[str]) -> None:
    finding = only(text, "solana")
    assert codes(finding) == expected
    assert text not in str(finding.as_json())
    assert finding.derived == ()
    for names in ((), ("bitcoin",), ("solana", "ethereum")):
        with pytest.raises(DecodingError) as caught:
            recognise(text, tuple(map(chain, names)) or chains())
        assert caught.value.reason == "ambiguous"


def test_a_key_is_described_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", G, "--chain", "bitcoin"]) == 0
    shown = capsys.readouterr().out
    assert "public key of bitcoin" in shown
    assert "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" in shown  # BIP-173, "Examples"
