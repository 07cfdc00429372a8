"""Calls that change who controls a contract, or what its code is: owners, roles, proxies, modules of accounts."""

from __future__ import annotations

from walletcore.chains.evm.calls.reading import Rows, authority

__all__ = ["ROWS"]

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
    ("4f1ef286", "upgradeToAndCall(address newImplementation, bytes data)", authority),
    ("8f283970", "changeAdmin(address newAdmin)", authority),
    ("99a88ec4", "upgrade(address proxy, address implementation)", authority),
    ("9623609d", "upgradeAndCall(address proxy, address implementation, bytes data)", authority),
    ("7eff275e", "changeProxyAdmin(address proxy, address newAdmin)", authority),
    # ERC-2535
    (
        "1f931c1c",
        "diamondCut((address facetAddress, uint8 action, bytes4[] functionSelectors)[] diamondCut, address init,"
        " bytes data)",
        authority,
    ),
    # ERC-7579
    ("9517e29f", "installModule(uint256 moduleTypeId, address module, bytes initData)", authority),
    ("a71763a8", "uninstallModule(uint256 moduleTypeId, address module, bytes deInitData)", authority),
)
