"""What stands at a door and is not what its docstring asks for is refused with the error that it names."""

from collections.abc import Callable
from typing import Any

import pytest

from support.bitcoin import REGTEST, key
from walletcore import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, pay
from walletcore.chains.bitcoin.descriptor import checksum
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.spends import Spends, verify_spends
from walletcore.chains.bitcoin.tapscript import behind, multi_a
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import AddressError, DerivationError, InvalidSignature, TransactionError, WalletcoreError

BITCOIN: Any = chain("bitcoin", BitcoinChain)
KEYS: Any = (key(1).public_key, key(2).public_key)
TO = REGTEST.address(KEYS[0])
SPENT = TxOut(value=1, script_pubkey=REGTEST.script_pubkey(TO))
TX = Tx(version=2, inputs=(TxIn(txid="11" * 32, vout=0),), outputs=(SPENT,), locktime=0)
WRONG: Any = [None, True, 1.5, "x", b"x", bytearray(b"x"), object(), ()]

Door = Callable[[Any], object]
DOORS: dict[str, tuple[type[WalletcoreError], Door, tuple[type, ...]]] = {
    "checksum": (DerivationError, checksum, (str,)),
    "behind": (TransactionError, lambda wrong: behind(wrong, after=5), (bytes,)),
    "input": (TransactionError, lambda wrong: Input(txid="11" * 32, vout=0, dialect=wrong), (type(None),)),
    "change, dialect": (
        TransactionError,
        lambda wrong: change(KEYS[0], value=1, dialect=wrong),
        (type(None),),
    ),
    "change, origins": (TransactionError, lambda wrong: change(KEYS[0], value=1, origins=wrong), (tuple,)),
    "destination_of": (AddressError, BITCOIN.destination_of, (bytes,)),
    "address_of": (AddressError, BITCOIN.address_of, ()),
    "verify_spends": (TransactionError, lambda wrong: verify_spends(wrong, (SPENT,)), ()),
    "verify_spends, spent": (TransactionError, lambda wrong: verify_spends(TX, [wrong]), (type(None),)),
    "verify_spends, all spent": (TransactionError, lambda wrong: verify_spends(TX, wrong), (tuple,)),
    "verify, sighash": (
        InvalidSignature,
        lambda wrong: Spends(TX, (SPENT,)).verify(0, sighash=wrong),
        (tuple, bytes, bytearray),
    ),
    "signed_by, key": (InvalidSignature, lambda wrong: Spends(TX, (SPENT,)).signed_by(0, wrong, b""), (bytes,)),
    "signed_by": (InvalidSignature, lambda wrong: Spends(TX, (SPENT,)).signed_by(0, b"", wrong), (bytes,)),
}
FLAGS: dict[str, tuple[type[WalletcoreError], Door]] = {
    "pay": (TransactionError, lambda flag: pay(TO, 1, require_spendable=flag)),
    "parse_address": (AddressError, lambda flag: REGTEST.parse_address(TO.text, require_spendable=flag)),
    "script_pubkey": (AddressError, lambda flag: REGTEST.script_pubkey(TO, require_spendable=flag)),
    "multisig": (TransactionError, lambda flag: multisig(1, KEYS, sort=flag)),
    "multi_a": (TransactionError, lambda flag: multi_a(1, KEYS, sort=flag)),
}


AT_DOORS = [(name, wrong) for name in DOORS for wrong in WRONG if type(wrong) not in DOORS[name][2]]


@pytest.mark.parametrize(("name", "wrong"), AT_DOORS, ids=lambda each: each if type(each) is str else repr(type(each)))
def test_another_type_is_refused(name: str, wrong: Any) -> None:
    error, door, _ = DOORS[name]
    with pytest.raises(error) as caught:
        door(wrong)
    assert caught.value.reason == "type"


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("wrong", ["no", "", None, 0, 1, object()], ids=repr)
def test_a_switch_is_on_or_off(name: str, wrong: Any) -> None:
    """A text that says no is true: keys were sorted by it, which is another address."""
    error, door = FLAGS[name]
    with pytest.raises(error) as caught:
        door(wrong)
    assert caught.value.reason == "type"
    door(True)
    door(False)
