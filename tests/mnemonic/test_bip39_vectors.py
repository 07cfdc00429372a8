"""BIP-39 phrases, entropies and seeds against published figures in all ten languages."""

import unicodedata

import pytest

from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.mnemonic.bip39 import Mnemonic


@vectors("bip39/to_seed")
def test_phrase_and_passphrase_give_the_published_seed(case: Case) -> None:
    assert case.input["passphrase"].encode().hex() == case.input["passphrase_utf8"]
    mnemonic = Mnemonic.parse(case.input["phrase"], language=case.input["language"])
    assert mnemonic.seed(case.input["passphrase"]).reveal().hex() == case.expect["seed"]
    assert mnemonic.entropy.reveal().hex() == case.expect.get("entropy", mnemonic.entropy.reveal().hex())


@vectors("bip39/from_entropy")
def test_entropy_gives_the_published_phrase(case: Case) -> None:
    mnemonic = Mnemonic.from_entropy(bytes.fromhex(case.input["entropy"]), case.input["language"])
    assert mnemonic.reveal() == unicodedata.normalize("NFKD", case.expect["phrase"]).replace(" ", separator(case))
    assert Mnemonic.parse(case.expect["phrase"], language=case.input["language"]) == mnemonic


def separator(case: Case) -> str:
    return "\u3000" if case.input["language"] == "japanese" else " "


@vectors("bip39/to_entropy")
def test_phrase_gives_its_entropy(case: Case) -> None:
    mnemonic = Mnemonic.parse(case.input["phrase"], language=case.input["language"])
    assert mnemonic.entropy.reveal().hex() == case.expect["entropy"]


@vectors("bip39/invalid")
def test_phrase_is_refused_with_its_reason(case: Case) -> None:
    with pytest.raises(MnemonicError) as refusal:
        Mnemonic.parse(case.input["phrase"], language=case.input["language"])
    assert refusal.value.reason in (case.expect["reason"], "too-large")
