"""Calls that change who controls a contract, or what its code is: owners, roles, proxies, modules of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from walletcore.chains.evm.calls.reading import Frame, Rows, authority
from walletcore.effects import Authority, Effect, Opaque

__all__ = ["ROWS", "of_proxy", "run"]


def run(frame: Frame, *values: Any) -> Iterator[Effect]:
    """New code, the last address, and data with which it is run at once as the contract's own."""
    yield from authority(frame, *values)
    yield from _run(frame, frame.contract.account_id, *values[-2:])


def of_proxy(frame: Frame, proxy: bytes, other: bytes, *data: bytes) -> Iterator[Effect]:
    """ProxyAdmin.sol: what changes is a proxy, whose admin the contract is."""
    yield frame.called(proxy, other, *data)
    for change in authority(frame, proxy, other, *data):
        yield Authority(account=frame.account(proxy), change=change.change)
    yield from _run(frame, frame.account(proxy), other, *data)


def _run(frame: Frame, own: str, code: bytes, data: bytes = b"") -> Iterator[Effect]:
    if data:
        yield Opaque(why=f"{own} runs the code of {frame.account(code)} as its own", data=data)


ROWS: Rows = (
    # ERC-173; OpenZeppelin, Ownable.sol and Ownable2Step.sol
    ("f2fde38b", "transferOwnership(address newOwner)", authority),
    ("715018a6", "renounceOwnership()", authority),
    ("79ba5097", "acceptOwnership()", authority),
    # Solady, Ownable.sol
    ("25692962", "requestOwnershipHandover()", authority),
    ("54d1f13d", "cancelOwnershipHandover()", authority),
    ("f04e283e", "completeOwnershipHandover(address pendingOwner)", authority),
    # DappHub's ds-auth
    ("13af4035", "setOwner(address owner)", authority),
    ("7a9e5e4b", "setAuthority(address authority)", authority),
    # OpenZeppelin, AccessControl.sol and AccessControlDefaultAdminRules.sol
    ("2f2ff15d", "grantRole(bytes32 role, address account)", authority),
    ("d547741f", "revokeRole(bytes32 role, address account)", authority),
    ("36568abe", "renounceRole(bytes32 role, address account)", authority),
    ("634e93da", "beginDefaultAdminTransfer(address newAdmin)", authority),
    ("cefc1429", "acceptDefaultAdminTransfer()", authority),
    ("d602b9fd", "cancelDefaultAdminTransfer()", authority),
    # OpenZeppelin, TransparentUpgradeableProxy.sol, UUPSUpgradeable.sol and ProxyAdmin.sol
    ("3659cfe6", "upgradeTo(address newImplementation)", authority),
    ("4f1ef286", "upgradeToAndCall(address newImplementation, bytes data)", run),
    ("8f283970", "changeAdmin(address newAdmin)", authority),
    ("99a88ec4", "upgrade(address proxy, address implementation)", of_proxy),
    ("9623609d", "upgradeAndCall(address proxy, address implementation, bytes data)", of_proxy),
    ("7eff275e", "changeProxyAdmin(address proxy, address newAdmin)", of_proxy),
    # ERC-2535
    (
        "1f931c1c",
        "diamondCut((address facetAddress, uint8 action, bytes4[] functionSelectors)[] diamondCut, address init,"
        " bytes data)",
        run,
    ),
    # ERC-7579
    ("9517e29f", "installModule(uint256 moduleTypeId, address module, bytes initData)", authority),
    ("a71763a8", "uninstallModule(uint256 moduleTypeId, address module, bytes deInitData)", authority),
)
