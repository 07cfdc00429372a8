"""The contract ABI: calldata, results, logs and errors, written and read strictly (Contract ABI Specification)."""

from __future__ import annotations

from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.evm.abi.coding import decode as decode
    from walletcore.chains.evm.abi.coding import encode as encode
    from walletcore.chains.evm.abi.contract import ERROR as ERROR
    from walletcore.chains.evm.abi.contract import PANIC as PANIC
    from walletcore.chains.evm.abi.contract import Abi as Abi
    from walletcore.chains.evm.abi.entries import Constructor as Constructor
    from walletcore.chains.evm.abi.entries import CustomError as CustomError
    from walletcore.chains.evm.abi.entries import Event as Event
    from walletcore.chains.evm.abi.entries import Function as Function
    from walletcore.chains.evm.abi.entries import Hashed as Hashed
    from walletcore.chains.evm.abi.packed import encode_packed as encode_packed
    from walletcore.chains.evm.abi.signatures import Parameter as Parameter

__all__ = [
    "ERROR",
    "PANIC",
    "Abi",
    "Constructor",
    "CustomError",
    "Event",
    "Function",
    "Hashed",
    "Parameter",
    "decode",
    "encode",
    "encode_packed",
]

_PLACES = {
    "Abi": "contract",
    "Constructor": "entries",
    "CustomError": "entries",
    "ERROR": "contract",
    "Event": "entries",
    "Function": "entries",
    "Hashed": "entries",
    "PANIC": "contract",
    "Parameter": "signatures",
    "decode": "coding",
    "encode": "coding",
    "encode_packed": "packed",
}

__getattr__ = lazily(__name__, _PLACES)
