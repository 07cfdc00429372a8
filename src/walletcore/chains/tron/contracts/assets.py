"""Tokens of TRC-10: issued, and what their issuer may change.

java-tron, asset_issue_contract.proto; TRC-10, "TRC-10 Token Standard". Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.chains.tron.fields import Kind, account, natural, plain, several
from walletcore.coding import protobuf as pb

__all__ = ["AssetIssueContract", "FrozenSupply", "UnfreezeAssetContract", "UpdateAssetContract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSupply:
    """What the issuer cannot use for so many days."""

    frozen_amount: int
    frozen_days: int

    fields: ClassVar[Mapping[str, Kind]] = {"frozen_amount": natural(1), "frozen_days": natural(2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetIssueContract(Contract):
    """A token is issued: ``num`` of its smallest units are sold for ``trx_num`` sun from ``start_time`` on."""

    owner_address: Address
    name: bytes
    abbr: bytes = b""
    total_supply: int
    frozen_supply: tuple[FrozenSupply, ...] = ()
    trx_num: int
    precision: int = 0
    num: int
    start_time: int
    end_time: int
    order: int = 0
    vote_score: int = 0
    description: bytes = b""
    url: bytes = b""
    free_asset_net_limit: int = 0
    public_free_asset_net_limit: int = 0
    public_free_asset_net_usage: int = 0
    public_latest_free_net_time: int = 0
    id: str = ""

    number: ClassVar[int] = 6
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "name": plain(pb.data(2)),
        "abbr": plain(pb.data(3)),
        "total_supply": natural(4),
        "frozen_supply": several(5, FrozenSupply),
        "trx_num": plain(pb.int32(6)),
        "precision": plain(pb.int32(7)),
        "num": plain(pb.int32(8)),
        "start_time": natural(9),
        "end_time": natural(10),
        "order": natural(11),
        "vote_score": plain(pb.int32(16)),
        "description": plain(pb.data(20)),
        "url": plain(pb.data(21)),
        "free_asset_net_limit": natural(22),
        "public_free_asset_net_limit": natural(23),
        "public_free_asset_net_usage": natural(24),
        "public_latest_free_net_time": natural(25),
        "id": plain(pb.string(41)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAssetContract(Contract):
    """The issuer's token has another description, and gives other bandwidth."""

    owner_address: Address
    description: bytes = b""
    url: bytes = b""
    new_limit: int = 0
    new_public_limit: int = 0

    number: ClassVar[int] = 15
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "description": plain(pb.data(2)),
        "url": plain(pb.data(3)),
        "new_limit": natural(4),
        "new_public_limit": natural(5),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfreezeAssetContract(Contract):
    """What was frozen of the issuer's token, for days that are over, is the issuer's to use."""

    owner_address: Address

    number: ClassVar[int] = 14
    fields: ClassVar[Mapping[str, Kind]] = {"owner_address": account(1)}
