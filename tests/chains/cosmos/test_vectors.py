"""Published transactions and messages of Cosmos chains."""

import base64
from dataclasses import fields, replace
from enum import IntEnum
from typing import Any

import pytest

from support.evm import signer
from support.vectors import Case, vectors
from walletcore import Wallet
from walletcore.chains import chain
from walletcore.chains.cosmos.amino import sign_doc
from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.decode import verify
from walletcore.chains.cosmos.messages import table, terra, thorchain
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.multisig import Multisig, bits, places
from walletcore.chains.cosmos.tx import BitArray, Body, Fee
from walletcore.errors import AddressError, InvalidKey, TransactionError
from walletcore.hashes import sha256
from walletcore.hd import master
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.mnemonic import Mnemonic
from walletcore.signing import SigningRequest, sign


@vectors("chains/cosmos")
def test_phrases_have_their_addresses(case: Case) -> None:
    row = chain(f"cosmos:{case.input['chain']}", CosmosChain)
    wallet = Wallet.from_mnemonic(case.input["mnemonic"], case.input["passphrase"])
    where = {"index": case.input["index"], "profile": case.input["profile"]}
    assert str(row.path(**where)) == case.input["path"]
    address = wallet.address(row, **where)
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert wallet.public_key(row, **where).data.hex() == case.expect["public_key"]
    assert row.parse_address(case.expect["address"]) == address
    assert row.addresses([bytes.fromhex(case.expect["public_key"])]) == [case.expect["address"]]


@vectors("cosmos/addresses", operation="address.parse", result="valid")
def test_published_addresses_are_read(case: Case) -> None:
    row = chain(f"cosmos:{case.input['chain']}", CosmosChain)
    doors = {"": row.parse_address, "validator": row.parse_validator}
    kind = case.expect.get("kind", "")
    address = doors.pop(kind)(case.input["address"])
    assert (address.text, address.kind) == (case.expect["address"], kind)
    assert address.payload.hex() == case.expect["payload"]
    for other in doors.values():
        with pytest.raises(AddressError) as refused:
            other(case.input["address"])
        assert refused.value.reason == "network"


@vectors("cosmos/addresses", operation="address.parse", result="invalid")
def test_A04_A06_published_mistakes_and_addresses_of_other_chains_are_refused(case: Case) -> None:
    row = chain(f"cosmos:{case.input['chain']}", CosmosChain)
    for read in (row.parse_address, row.parse_validator, row.parse_consensus):
        with pytest.raises(AddressError) as refused:
            read(case.input["address"])
        assert refused.value.reason == case.expect["reason"]


def public_key(case: Case) -> PublicKey:
    if "mnemonic" in case.input:
        seed = Mnemonic.parse(case.input["mnemonic"]).seed(case.input["passphrase"])
        return master("bip32", Curve.SECP256K1, seed).derive(case.input["path"]).public_key
    if "private_key" in case.input:
        return signer(bytes.fromhex(case.input["private_key"])).public_key
    return PublicKey(Curve.SECP256K1, bytes.fromhex(case.input["public_key"]))


@vectors("cosmos/addresses", operation="address.encode", result="valid")
def test_published_keys_and_phrases_have_their_addresses(case: Case) -> None:
    row, key = chain(f"cosmos:{case.input['chain']}", CosmosChain), public_key(case)
    if "hrp" in case.input:
        row = replace(row, hrp=case.input["hrp"], validator_hrp="", consensus_hrp="")
    assert key.data.hex() == case.expect.get("public_key", key.data.hex())
    assert row.address(key).text == case.expect["address"]
    assert row.addresses([key.data]) == [case.expect["address"]]


@vectors("cosmos/addresses", operation="address.encode", result="invalid")
def test_published_keys_of_another_form_are_refused(case: Case) -> None:
    row = chain(f"cosmos:{case.input['chain']}", CosmosChain)
    with pytest.raises(InvalidKey) as refused:
        public_key(case)
    assert refused.value.reason == case.expect["reason"]
    with pytest.raises(AddressError):
        row.addresses([bytes.fromhex(case.input["public_key"])])


@vectors("cosmos/transactions")
def test_published_transactions_are_read_and_signed(case: Case) -> None:
    row = replace(chain(f"cosmos:{case.input['chain']}", CosmosChain), chain_id=case.input["network"])
    holder, raw = signer(bytes.fromhex(case.input["private_key"])), bytes.fromhex(case.input["unsigned"])
    made: Any = row.decode_transaction(raw, keys=[holder.public_key])
    assert made.requests()[0].payload == raw
    signed = sign(made, holder)
    found = {"signature": signed.answers[0].data.hex(), "raw": signed.raw.hex(), "id": signed.id}
    assert {name: found[name] for name in case.expect if name != "result"} == {
        name: value for name, value in case.expect.items() if name != "result"
    }
    read: Any = row.decode_transaction(signed.raw)
    assert (read.id, read.effects()) == (signed.id, made.effects())
    verify(read, [each.account_number for each in made.signers])


def told(value: Any) -> Any:
    """A value as the vectors have it: by the names of protobuf, all numbers as text."""
    shape = getattr(value, "shape", None)
    if shape is not None and shape.type_url.startswith("/cosmos.crypto."):
        return {"type_url": shape.type_url, "value": shape.codec.encode(value).hex()}
    if shape is not None:
        found = {each.name: told(getattr(value, each.name)) for each in fields(value)}
        return {name: each for name, each in found.items() if each is not None}
    if isinstance(value, tuple):
        return [told(each) for each in value]
    if isinstance(value, (bool, IntEnum)) or not isinstance(value, int):
        return str(int(value)) if isinstance(value, IntEnum) else value
    return str(value)


def plain(value: Any) -> Any:
    """Without what is empty, which protobuf does not write."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each not in ("", "0", [], False)}
    return [plain(each) for each in value] if isinstance(value, list) else value


@vectors("cosmos/messages")
def test_published_messages_are_the_same_in_json_and_in_protobuf(case: Case) -> None:
    message = table.from_named(case.input["amino"], {})
    assert message.shape.type_url == case.expect["type_url"]
    assert plain(told(message)) == plain(case.expect["fields"])
    assert table.to_named(message, {}) == case.input["amino"]
    packed = table.packed(message)
    assert packed.value.hex() == case.expect.get("value", packed.value.hex())
    assert table.unpacked(packed) == message


@pytest.mark.parametrize(
    ("message", "network", "fee", "memo", "secret", "signature"),
    [
        (
            thorchain.MsgSend(
                from_address="thor1z53wwe7md6cewz9sqwqzn0aavpaun0gw0exn2r",
                to_address="thor1e2ryt8asq4gu0h6z2sx9u7rfrykgxwkmr9upxn",
                amount=(Coin(denom="rune", amount=50_000_000),),
            ),
            ("", 0, 0),
            Fee(amount=(Coin(denom="rune", amount=200),), gas_limit=2_000_000),
            "memo1234",
            "7105512f0c020a1dd759e14b865ec0125f59ac31e34d7a2807a228ed50cb343e",
            "12AaNC0v51Rhz8rBf7V7rpI6oksREWrjzba3RK1v1NNlqZq62sG0aXWvStp9zZXe07Pp2FviFBAx+uqWsO30NQ==",
        ),
        (
            terra.MsgExecuteContract(
                sender="terra18wukp84dq227wu4mgh0jm6n9nlnj6rs82pp9wf",
                contract="terra14z56l0fp2lsf86zy3hty2z47ezkhnthtr9yq76",
                execute_msg=(
                    b'{"transfer":{"amount":"250000","recipient":"terra1jlgaqy9nvn2hf5t2sra9ycz8s77wnf9l0kmgcp"}}'
                ),
            ),
            ("columbus-5", 3_407_705, 2),
            Fee(amount=(Coin(denom="uluna", amount=3000),), gas_limit=200_000),
            "",
            "cf08ee8493e6f6a53f9721b9045576e80f371c0e36d08fdaf78b27a7afd8e616",
            "BjETdtbA97Wv1zvcsCV1tM+bdYKC8O3uGTk4mMRv6pBJB2y/Ds7qoS7s/zrkhYak1YChklQetHsI30XRXzGIkg==",
        ),
    ],
    ids=["thorchain", "terra"],
)
def test_documents_of_json_that_no_row_reads_have_the_published_signatures(
    message: Any, network: tuple[str, int, int], fee: Fee, memo: str, secret: str, signature: str
) -> None:
    """trustwallet/wallet-core tests/chains/Cosmos @ 5295dc4fe299: THORChain/SignerTests.cpp, "SignJson", which names no
    chain; Terra/SignerTests.cpp, "SignWasmTransferTxJson_078E90", whose name of a message is read as CosmWasm's.
    """
    chain_id, account, sequence = network
    body = Body(messages=(message,), memo=memo, timeout_height=0)
    raw = sign_doc(body, fee, chain_id=chain_id, account_number=account, sequence=sequence, names={})
    signed = signer(bytes.fromhex(secret)).sign(
        SigningRequest(key=signer(bytes.fromhex(secret)).public_key, scheme=Scheme.ECDSA, payload=raw, prehash=sha256)
    )
    assert base64.b64encode(signed.data).decode() == signature


def test_a_deposit_of_thorchain_has_the_json_that_its_ledger_takes() -> None:
    """LedgerHQ/app-thorchain docs/TXSPEC.md @ 3f6ac8e2523a, its second example, in the order and form it asks for."""
    rune = thorchain.Asset(chain="THOR", symbol="RUNE", ticker="RUNE")
    message = thorchain.MsgDeposit(
        coins=(thorchain.AssetCoin(asset=rune, amount=330_000_000),),
        memo="SWAP:BNB.BNB:tbnb1qk2m905ypazwfau9cn0qnr4c4yxz63v9u9md20:",
        signer="tthor1c648xgpter9xffhmcqvs7lzd7hxh0prgv5t5gp",
    )
    body, fee = Body(messages=(message,), memo="", timeout_height=0), Fee(amount=(), gas_limit=10_000_000)
    made = sign_doc(body, fee, chain_id="thorchain", account_number=588, sequence=6, names={}).decode()
    assert made == (
        '{"account_number":"588","chain_id":"thorchain","fee":{"amount":[],"gas":"10000000"},"memo":"","msgs":[{"type":'
        '"thorchain/MsgDeposit","value":{"coins":[{"amount":"330000000","asset":"THOR.RUNE"}],"memo":'
        '"SWAP:BNB.BNB:tbnb1qk2m905ypazwfau9cn0qnr4c4yxz63v9u9md20:","signer":'
        '"tthor1c648xgpter9xffhmcqvs7lzd7hxh0prgv5t5gp"}}],"sequence":"6"}'
    )


ONE, TWO, THREE = (
    PublicKey(Curve.SECP256K1, bytes.fromhex(key))
    for key in (
        "038cb598ee54130d34f8e0818e7787aa06139a0e2d0026cadb662b55cf16859a67",
        "02906f1bd9516c8cd3b52639322c801bf8724c1fa5e878c0e32b9bd6c0bb8b0f68",
        "03cc93519d61b686da6f0e8cff9431e356b45f91063ed6f81f79ddd898858800f3",
    )
)
WASM = CosmosChain(name="wasm", symbol="W", chain_id="wasm", hrp="wasm", denom="ucosm")


def test_the_address_of_a_multisig_account_is_the_published_one() -> None:
    """cosmos/cosmjs packages/amino/src/addresses.spec.ts @ 68aa81db7881, "works for multisig"; bare keys."""
    made = Multisig(threshold=2, keys=(ONE, TWO, THREE))
    assert made.address(WASM).payload.hex() == "0892a77fab2fa7e192c3b7b2741e6682f3abb72f"
    assert made.address(WASM).text == "wasm1pzf2wlat97n7rykrk7e8g8nxste6hde0r8jqsy"


def test_keys_of_a_multisig_account_are_sorted_as_nodes_do() -> None:
    """cosmos/cosmjs packages/amino/src/multisig.spec.ts and testutils.ts @ 68aa81db7881, by wasmd's command line."""
    assert [WASM.address(key).payload.hex() for key in (ONE, TWO, THREE)] == [
        "9028577891aee00d15157444c069b4bc60bc764d",
        "aeb3454b420dcce3ef5ec08e7d3fada725c39558",
        "eeb861aa9b71c0838851fabac83650666f5220b0",
    ]
    assert Multisig.sorted(2, (THREE, TWO, ONE), WASM).keys == (ONE, TWO, THREE)
    assert Multisig.sorted(2, (THREE, ONE), WASM).keys == (ONE, THREE)
    assert Multisig(threshold=2, keys=(THREE, ONE)).keys == (THREE, ONE)  # testgroup4: --nosort
    for threshold in (4, 75):
        with pytest.raises(TransactionError) as refused:
            Multisig(threshold=threshold, keys=(ONE, TWO, THREE))
        assert refused.value.reason == "range"


def test_an_account_of_five_keys_of_a_phrase_is_the_published_one() -> None:
    """cosmos/cosmjs packages/stargate/src/multisignature.spec.ts @ 68aa81db7881, "makeMultisignedTxBytes"."""
    seed = Mnemonic.parse(
        "economy stock theory fatal elder harbor betray wasp final emotion task crumble siren bottom lizard educate "
        "guess current outdoor pair theory focus wife stone"
    ).seed("")
    root, hub = master("bip32", Curve.SECP256K1, seed), chain("cosmoshub", CosmosChain)
    keys = tuple(root.derive(f"m/44'/118'/0'/0/{index}").public_key for index in range(5))
    assert Multisig.sorted(2, keys, hub).address(hub).text == "cosmos1h90ml36rcu7yegwduzgzderj2jmq49hcpfclw9"


@pytest.mark.parametrize(
    ("given", "elems", "extra"),
    [
        *(("0" * size, "00" * -(-size // 8), size % 8) for size in range(11)),
        *(("1", "80", 1), ("11", "c0", 2), ("111", "e0", 3), ("1111", "f0", 4), ("11111", "f8", 5)),
        *(
            ("111111", "fc", 6),
            ("1111111", "fe", 7),
            ("11111111", "ff", 0),
            ("1" * 9, "ff80", 1),
            ("1" * 10, "ffc0", 2),
        ),
        *(("1000000000", "8000", 2), ("0100000000", "4000", 2), ("0010000000", "2000", 2), ("0001000000", "1000", 2)),
        *(("0000100000", "0800", 2), ("0000010000", "0400", 2), ("0000001000", "0200", 2), ("0000000100", "0100", 2)),
        *(("0000000010", "0080", 2), ("0000000001", "0040", 2)),
    ],
)
def test_who_has_signed_is_written_in_the_published_bits(given: str, elems: str, extra: int) -> None:
    """cosmos/cosmjs packages/stargate/src/multisignature.spec.ts @ 68aa81db7881, "makeCompactBitArray"."""
    chosen = {place for place, bit in enumerate(given) if bit == "1"}
    array = BitArray(extra_bits_stored=extra, elems=bytes.fromhex(elems))
    assert bits(chosen, len(given)) == array
    assert places(array, len(given)) == tuple(sorted(chosen))


def test_a_recovery_id_may_stand_behind_a_signature_of_ethereums_keys() -> None:
    """okx/js-wallet-sdk packages/coin-cosmos/tests/luna.test.ts @ 83b4323607cc, "evmos > sendToken": 65 bytes.

    Its key is not the sender's, so that it is refused for that, and not for the length of the signature.
    """
    evmos = chain("cosmos:evmos-native", CosmosChain)
    with pytest.raises(TransactionError) as refused:
        evmos.decode_transaction(EVMOS)
    assert refused.value.reason == "mismatch"
    with pytest.raises(TransactionError) as refused:
        evmos.decode_transaction(EVMOS[:-1] + b"\x02")
    assert refused.value.reason == "length"


EVMOS = base64.b64decode(
    "CpwBCpkBChwvY29zbW9zLmJhbmsudjFiZXRhMS5Nc2dTZW5kEnkKLGV2bW9zMXljNHE2c3ZzbDl4eTlnMmdwbGdubHB4d2huenIzeTczd2ZzMHho"
    "Eixldm1vczF5YzRxNnN2c2w5eHk5ZzJncGxnbmxweHdobnpyM3k3M3dmczB4aBobCgZhZXZtb3MSETEwMDAwMDAwMDAwMDAwMDAwEn0KWQpPCigv"
    "ZXRoZXJtaW50LmNyeXB0by52MS5ldGhzZWNwMjU2azEuUHViS2V5EiMKIQP3ndcCmlkF5VeQYUKwxX7CH0dF8Sm4wFeuzPQuJ1C6bhIECgIIARgF"
    "EiAKGgoGYWV2bW9zEhAzNTAwMDAwMDAwMDAwMDAwEODFCBpBQkmBlwp9LeOblL/NrILF4fbR9GfpuOjoURbGpYYnlp833pcyGHyQKMbcZxmreKQy"
    "2ySBOco8lQ+dQA/6cPE1TAE="
)
