"""Web3Signer's interfaces as they are read: what the largest bodies cost, and what they may hold."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from support.hostile import check_cost
from support.server import HOT
from support.signing_service import KEYS
from walletcore.chains import evm
from walletcore.errors import DecodingError, WalletcoreError
from walletcore.keys import Curve
from walletcore.server.keys import Held
from walletcore.server.web3signer import RpcError, read_call, read_rest
from walletcore.signers.local import LocalSigner
from walletcore.signers.protocol import MAX_REQUEST, decode_request

HELD = Held(name="hot", public_key=HOT, signer=LocalSigner(KEYS[Curve.SECP256K1]), chain="eip155:1")
HEAD = b'{"jsonrpc":"2.0","id":1,"method":"eth_signTypedData","params":'


def read(body: bytes) -> object:
    """What REST makes of it."""
    return read_rest(body, HELD)


def filled(piece: bytes) -> bytes:
    """An array of so many pieces as the largest body has."""
    return b"[" + piece * ((MAX_REQUEST - 200) // len(piece)) + b"0]"


READERS: dict[str, Callable[[bytes], object]] = {"remote": decode_request, "rest": read, "jsonrpc": read_call}


@pytest.mark.parametrize("piece", [b"{},", b"[],", b'"",', b"0,", b'{"":[]},'])
@pytest.mark.parametrize("way", READERS)
def test_X13_the_largest_body_of_small_values_is_refused_before_they_are_made(way: str, piece: bytes) -> None:
    body = b'{"data":' + filled(piece) + b"}" if way == "rest" else HEAD + filled(piece) + b"}"
    check_cost(lambda: READERS[way](body), WalletcoreError, seconds=0.25, memory=3 * MAX_REQUEST)


def test_X13_the_largest_payload_is_read_in_a_few_times_its_size() -> None:
    """An expression that repeats a group of two digits took 590 MB."""
    body = b'{"data":"0x' + b"19" * ((MAX_REQUEST - 20) // 2) + b'"}'
    tracemalloc.start()
    try:
        assert len(read_rest(body, HELD).request.payload) == (MAX_REQUEST - 20) // 2
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_REQUEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("data", ["0x1", "1234", "0x12\n", "0x1g", "0x 1", "0X12", "0x", "", None, 12])
def test_data_are_0x_and_two_digits_for_each_byte(data: Any) -> None:
    with pytest.raises(DecodingError):
        read(json.dumps({"data": data}).encode())


def test_typed_data_of_thousands_of_values_are_read_and_no_more_than_there_may_be() -> None:
    """Beside the numbers: 1 call of 4 members, 2 parameters, 4 members, a type of 4 values, and the array."""
    types = {"T": [{"name": "a", "type": "uint8[]"}]}

    def body(number: int) -> bytes:
        document = {"types": types, "primaryType": "T", "domain": {}, "message": {"a": [1] * number}}
        return HEAD + json.dumps(["0x00", document]).encode() + b"}"

    most = (1 << 14) - 16
    call = read_call(body(most))
    assert call.params is not None
    assert len(evm.TypedData.parse(call.params[1]).message["a"]) == most
    with pytest.raises(RpcError, match="expected at most 16384 values of JSON") as refused:
        read_call(body(most + 1))
    assert (refused.value.code, refused.value.reason) == (-32700, "too-large")
