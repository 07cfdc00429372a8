"""SLIP-39: the published sets of shares, those that give a secret and those that must not."""

import pytest

from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.mnemonic import slip39


@vectors("slip39/combine", result="valid")
def test_shares_give_the_published_secret_and_master_key(case: Case) -> None:
    secret = slip39.combine(case.input["shares"], case.input["passphrase"])
    assert secret.reveal().hex() == case.expect["secret"]
    assert ExtendedPrivateKey.from_seed(secret).reveal() == case.expect["xprv"]


@vectors("slip39/combine", result="valid")
def test_a_published_share_reads_back_as_its_words(case: Case) -> None:
    for phrase in case.input["shares"]:
        assert slip39.Slip39Share.parse(phrase).reveal() == phrase


@vectors("slip39/combine", result="invalid")
def test_SL1_to_SL30_a_published_invalid_set_is_refused_with_its_reason(case: Case) -> None:
    with pytest.raises(MnemonicError) as refusal:
        slip39.combine(case.input["shares"], case.input["passphrase"])
    assert refusal.value.reason == case.expect["reason"]
