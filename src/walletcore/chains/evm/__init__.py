"""The EVM family: Ethereum and the chains that run its virtual machine (EIP-55, EIP-155, EIP-191, EIP-712, RLP)."""

from __future__ import annotations

from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.rows import CHAINS
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.evm.abi import Abi as Abi
    from walletcore.chains.evm.abi import CustomError as CustomError
    from walletcore.chains.evm.abi import Event as Event
    from walletcore.chains.evm.abi import Function as Function
    from walletcore.chains.evm.abi import encode_packed as encode_packed
    from walletcore.chains.evm.access_list import AccessList as AccessList
    from walletcore.chains.evm.access_list import AccessListTransaction as AccessListTransaction
    from walletcore.chains.evm.authorization import Authorization as Authorization
    from walletcore.chains.evm.authorization import SignedAuthorization as SignedAuthorization
    from walletcore.chains.evm.blob import BlobTransaction as BlobTransaction
    from walletcore.chains.evm.blob import network_form as network_form
    from walletcore.chains.evm.cip64 import FeeCurrencyTransaction as FeeCurrencyTransaction
    from walletcore.chains.evm.common import GWEI as GWEI
    from walletcore.chains.evm.contract_signature import CounterfactualSignature as CounterfactualSignature
    from walletcore.chains.evm.contract_signature import verify_signature as verify_signature
    from walletcore.chains.evm.create import create2_address as create2_address
    from walletcore.chains.evm.create import create_address as create_address
    from walletcore.chains.evm.deposit import Deposit as Deposit
    from walletcore.chains.evm.ens import namehash as namehash
    from walletcore.chains.evm.gas import least_gas as least_gas
    from walletcore.chains.evm.legacy import LegacyTransaction as LegacyTransaction
    from walletcore.chains.evm.message import Message as Message
    from walletcore.chains.evm.permits import DaiPermit as DaiPermit
    from walletcore.chains.evm.permits import Permit as Permit
    from walletcore.chains.evm.permits import PermitBatch as PermitBatch
    from walletcore.chains.evm.permits import PermitBatchTransferFrom as PermitBatchTransferFrom
    from walletcore.chains.evm.permits import PermitDetails as PermitDetails
    from walletcore.chains.evm.permits import PermitSingle as PermitSingle
    from walletcore.chains.evm.permits import PermitTransferFrom as PermitTransferFrom
    from walletcore.chains.evm.permits import ReceiveWithAuthorization as ReceiveWithAuthorization
    from walletcore.chains.evm.permits import TokenPermissions as TokenPermissions
    from walletcore.chains.evm.permits import TransferWithAuthorization as TransferWithAuthorization
    from walletcore.chains.evm.permits import Witness as Witness
    from walletcore.chains.evm.permits import permit2 as permit2
    from walletcore.chains.evm.set_code import SetCodeTransaction as SetCodeTransaction
    from walletcore.chains.evm.sidecar import Sidecar as Sidecar
    from walletcore.chains.evm.siwe import SiweMessage as SiweMessage
    from walletcore.chains.evm.transaction import Transaction as Transaction
    from walletcore.chains.evm.typed_data import Domain as Domain
    from walletcore.chains.evm.typed_data import TypedData as TypedData
    from walletcore.chains.evm.user_operation import UserOperation as UserOperation
    from walletcore.chains.evm.zksync import ZksyncTransaction as ZksyncTransaction

__all__ = [
    "CHAINS",
    "GWEI",
    "Abi",
    "AccessList",
    "AccessListTransaction",
    "Authorization",
    "BlobTransaction",
    "CounterfactualSignature",
    "CustomError",
    "DaiPermit",
    "Deposit",
    "Domain",
    "Event",
    "Evm",
    "FeeCurrencyTransaction",
    "Function",
    "LegacyTransaction",
    "Message",
    "Permit",
    "PermitBatch",
    "PermitBatchTransferFrom",
    "PermitDetails",
    "PermitSingle",
    "PermitTransferFrom",
    "ReceiveWithAuthorization",
    "SetCodeTransaction",
    "Sidecar",
    "SignedAuthorization",
    "SiweMessage",
    "TokenPermissions",
    "Transaction",
    "TransferWithAuthorization",
    "TypedData",
    "UserOperation",
    "Witness",
    "ZksyncTransaction",
    "create2_address",
    "create_address",
    "encode_packed",
    "least_gas",
    "namehash",
    "network_form",
    "permit2",
    "verify_signature",
]

_PLACES = {
    "Abi": "abi",
    "AccessList": "access_list",
    "AccessListTransaction": "access_list",
    "Authorization": "authorization",
    "BlobTransaction": "blob",
    "CounterfactualSignature": "contract_signature",
    "create2_address": "create",
    "create_address": "create",
    "CustomError": "abi",
    "DaiPermit": "permits",
    "Deposit": "deposit",
    "Domain": "typed_data",
    "encode_packed": "abi",
    "Event": "abi",
    "FeeCurrencyTransaction": "cip64",
    "Function": "abi",
    "GWEI": "common",
    "least_gas": "gas",
    "LegacyTransaction": "legacy",
    "Message": "message",
    "namehash": "ens",
    "network_form": "blob",
    "Permit": "permits",
    "permit2": "permits",
    "PermitBatch": "permits",
    "PermitBatchTransferFrom": "permits",
    "PermitDetails": "permits",
    "PermitSingle": "permits",
    "PermitTransferFrom": "permits",
    "ReceiveWithAuthorization": "permits",
    "SetCodeTransaction": "set_code",
    "Sidecar": "sidecar",
    "SignedAuthorization": "authorization",
    "SiweMessage": "siwe",
    "TokenPermissions": "permits",
    "Transaction": "transaction",
    "TransferWithAuthorization": "permits",
    "TypedData": "typed_data",
    "UserOperation": "user_operation",
    "verify_signature": "contract_signature",
    "Witness": "permits",
    "ZksyncTransaction": "zksync",
}

__getattr__ = lazily(__name__, _PLACES)
