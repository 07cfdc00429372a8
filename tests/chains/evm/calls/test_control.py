"""Calls by which somebody else comes to control a contract: each is told as that, with what it says."""

from typing import Any

import pytest

from support.calldata import WHERE, account, calldata, named, said
from walletcore.chains.evm.calls import control, safes
from walletcore.chains.evm.calls.reading import authority
from walletcore.effects import Authority, Opaque

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
        (BOB, b"\xab" * 33),
        f"newImplementation={B}, data=0x{'ab' * 32}... (33 bytes)",
    ),
    ("changeAdmin(address)", (BOB,), f"newAdmin={B}"),
    ("upgrade(address,address)", (BOB, CAROL), f"proxy={B}, implementation={C}"),
    ("upgradeAndCall(address,address,bytes)", (BOB, CAROL, b""), f"proxy={B}, implementation={C}, data=0x"),
    ("changeProxyAdmin(address,address)", (BOB, CAROL), f"proxy={B}, newAdmin={C}"),
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


def test_no_such_call_is_left_out_here() -> None:
    rows = {selector for room in (control, safes) for selector, _, read in room.ROWS if read is authority}
    assert {calldata(signature, *arguments)[:4].hex() for signature, arguments, _ in CHANGES} == rows
