"""codex32: the strings of BIP-93, what they are derived from, and those that must be refused."""

import pytest

from support.vectors import Case, load, vectors
from walletcore.errors import MnemonicError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.mnemonic import codex32
from walletcore.mnemonic.codex32 import Codex32


@vectors("codex32/parse")
def test_a_string_says_what_is_published_of_it(case: Case) -> None:
    share = Codex32.parse(case.input["share"])
    said = {"threshold": share.threshold, "identifier": share.identifier, "index": share.index}
    assert said == {name: case.expect[name] for name in said}
    assert share.reveal(upper=case.input["share"].isupper()) == case.input["share"]
    if share.index == "s":
        assert share.seed().reveal().hex() == case.expect["secret"]
        assert ExtendedPrivateKey.from_seed(share.seed()).reveal() == case.expect["xprv"]


@vectors("codex32/derive")
def test_shares_give_the_published_share_or_secret(case: Case) -> None:
    derived = codex32.derive(case.input["shares"], case.input["index"])
    assert derived.reveal(upper=case.expect["share"].isupper()) == case.expect["share"]
    if case.input["index"] == "s":
        assert codex32.recover(case.input["shares"]).seed().reveal().hex() == case.expect["secret"]
        assert ExtendedPrivateKey.from_seed(derived.seed()).reveal() == case.expect["xprv"]


@vectors("codex32/invalid")
def test_a_string_is_refused_with_its_reason(case: Case) -> None:
    with pytest.raises(MnemonicError) as refusal:
        Codex32.parse(case.input["share"])
    assert refusal.value.reason in case.reasons


@pytest.mark.parametrize(("vector", "threshold", "count"), [("v3-s", 3, 4), ("v4-s", 0, 16)])
def test_each_padding_of_a_seed_gives_one_of_the_published_secrets(vector: str, threshold: int, count: int) -> None:
    published = [case for case in load("codex32/parse") if case.id.rpartition("/")[2].startswith(vector)]
    seed, name = bytes.fromhex(published[0].expect["secret"]), published[0].expect["identifier"]
    written = [Codex32.from_seed(seed, name, threshold=threshold, padding=bits).reveal() for bits in range(count)]
    assert written == [case.input["share"] for case in published]
