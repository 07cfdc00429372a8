"""Calls by which somebody else comes to control a contract: each is told as that, with what it says."""

from typing import Any

import pytest

from support.calldata import WHERE, account, calldata, named, said, told
from walletcore.chains.evm.calls import control, safes
from walletcore.chains.evm.calls.reading import authority
from walletcore.effects import Authority, Call, Opaque

BOB, CAROL, DAVE, ROLE = account(0x42), account(0x43), account(0x44), bytes([7]) * 32
B, C, D = named(BOB), named(CAROL), named(DAVE)

CHANGES: list[tuple[str, tuple[Any, ...], str]] = [
    ("transferOwnership(address)", (BOB,), f"newOwner={B}"),
    ("renounceOwnership()", (), ""),
    ("acceptOwnership()", (), ""),
    ("requestOwnershipHandover()", (), ""),
    ("cancelOwnershipHandover()", (), ""),
    ("completeOwnershipHandover(address)", (BOB,), f"pendingOwner={B}"),
    ("setOwner(address)", (BOB,), f"owner={B}"),
    ("setAuthority(address)", (BOB,), f"authority={B}"),
    ("grantRole(bytes32,address)", (ROLE, BOB), f"role=0x{ROLE.hex()}, account={B}"),
    ("revokeRole(bytes32,address)", (ROLE, BOB), f"role=0x{ROLE.hex()}, account={B}"),
    ("renounceRole(bytes32,address)", (ROLE, BOB), f"role=0x{ROLE.hex()}, account={B}"),
    ("beginDefaultAdminTransfer(address)", (BOB,), f"newAdmin={B}"),
    ("acceptDefaultAdminTransfer()", (), ""),
    ("cancelDefaultAdminTransfer()", (), ""),
    ("upgradeTo(address)", (BOB,), f"newImplementation={B}"),
    (
        "upgradeToAndCall(address,bytes)",
        (BOB, b""),
        f"newImplementation={B}, data=0x",
    ),
    ("changeAdmin(address)", (BOB,), f"newAdmin={B}"),
    (
        "diamondCut((address,uint8,bytes4[])[],address,bytes)",
        ([(BOB, 0, [b"abcd"])], CAROL, b""),
        f"diamondCut=1 items, init={C}, data=0x",
    ),
    ("installModule(uint256,address,bytes)", (1, BOB, b""), f"moduleTypeId=1, module={B}, initData=0x"),
    ("uninstallModule(uint256,address,bytes)", (1, BOB, b""), f"moduleTypeId=1, module={B}, deInitData=0x"),
    # of Safes
    ("addOwnerWithThreshold(address,uint256)", (BOB, 2), f"owner={B}, threshold=2"),
    ("removeOwner(address,address,uint256)", (BOB, CAROL, 1), f"prevOwner={B}, owner={C}, threshold=1"),
    ("swapOwner(address,address,address)", (BOB, CAROL, DAVE), f"prevOwner={B}, oldOwner={C}, newOwner={D}"),
    ("changeThreshold(uint256)", (3,), "threshold=3"),
    ("enableModule(address)", (BOB,), f"module={B}"),
    ("disableModule(address,address)", (BOB, CAROL), f"prevModule={B}, module={C}"),
    ("setGuard(address)", (BOB,), f"guard={B}"),
    ("setModuleGuard(address)", (BOB,), f"moduleGuard={B}"),
    ("setFallbackHandler(address)", (BOB,), f"handler={B}"),
    ("changeMasterCopy(address)", (BOB,), f"masterCopy={B}"),
]


@pytest.mark.parametrize(("signature", "arguments", "text"), CHANGES, ids=[row[0] for row in CHANGES])
def test_who_controls_a_contract_changes(signature: str, arguments: tuple[Any, ...], text: str) -> None:
    data = calldata(signature, *arguments)
    change = f"{signature.partition('(')[0]}({text})"
    assert said(data) == Authority(account=WHERE.account_id, change=change)
    assert said(data + b"\0") == Opaque(why=f"calls {WHERE.account_id}", data=data + b"\0")


OF_PROXIES: list[tuple[str, tuple[Any, ...], str]] = [
    ("upgrade(address,address)", (BOB, CAROL), f"proxy={B}, implementation={C}"),
    ("upgradeAndCall(address,address,bytes)", (BOB, CAROL, b""), f"proxy={B}, implementation={C}, data=0x"),
    ("changeProxyAdmin(address,address)", (BOB, CAROL), f"proxy={B}, newAdmin={C}"),
]


@pytest.mark.parametrize(("signature", "arguments", "text"), OF_PROXIES, ids=[row[0] for row in OF_PROXIES])
def test_an_admin_of_proxies_changes_who_controls_the_proxy(
    signature: str, arguments: tuple[Any, ...], text: str
) -> None:
    """OpenZeppelin, ProxyAdmin.sol: what changes is not the contract that is called."""
    called, changed = told(calldata(signature, *arguments))
    assert isinstance(called, Call)
    assert called.target == WHERE.account_id
    assert changed == Authority(account=B, change=f"{signature.partition('(')[0]}({text})")


CODE = b"\xab" * 33
RUNS: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("upgradeToAndCall(address,bytes)", (BOB, CODE), WHERE.account_id, B),
    ("upgradeAndCall(address,address,bytes)", (BOB, CAROL, CODE), B, C),
    ("diamondCut((address,uint8,bytes4[])[],address,bytes)", ([], CAROL, CODE), WHERE.account_id, C),
]


@pytest.mark.parametrize(("signature", "arguments", "own", "code"), RUNS, ids=[row[0] for row in RUNS])
def test_what_new_code_is_run_with_at_once_is_opaque(
    signature: str, arguments: tuple[Any, ...], own: str, code: str
) -> None:
    """EIP-1822 and ERC-2535: by DELEGATECALL, so that it may do whatever the contract may."""
    *_, changed, opaque = told(calldata(signature, *arguments))
    assert isinstance(changed, Authority)
    assert "data=0x" in changed.change
    assert opaque == Opaque(why=f"{own} runs the code of {code} as its own", data=CODE)


def test_no_such_call_is_left_out_here() -> None:
    readers = (authority, control.of_proxy, control.run)
    rows = {selector for room in (control, safes) for selector, _, read in room.ROWS if read in readers}
    assert {calldata(signature, *arguments)[:4].hex() for signature, arguments, _ in CHANGES + OF_PROXIES} == rows
