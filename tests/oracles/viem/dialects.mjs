// What single chains have of their own: Celo's CIP-64, ZKsync's type 0x71, deposits of the OP Stack, EIP-1191.
import { getAddress, hashTypedData, keccak256 } from "viem";
import { privateKeyToAddress, sign } from "viem/accounts";
import { serializeTransaction as serializeCelo } from "./node_modules/viem/_esm/celo/serializers.js";
import { parseTransaction as parseDeposit } from "./node_modules/viem/_esm/op-stack/parsers.js";
import { serializeTransaction as serializeDeposit } from "./node_modules/viem/_esm/op-stack/serializers.js";
import { serializeTransaction as serializeZksync } from "./node_modules/viem/_esm/zksync/serializers.js";
import { getEip712Domain } from "./node_modules/viem/_esm/zksync/utils/getEip712Domain.js";
import { hashBytecode } from "./node_modules/viem/_esm/zksync/utils/hashBytecode.js";

const hex = (text) => (text === null ? undefined : `0x${text}`);
const account = (text) => (text ? `0x${text}` : undefined);

function fields(asked) {
  return {
    chainId: BigInt(asked.chain_id),
    nonce: BigInt(asked.nonce),
    gas: BigInt(asked.gas),
    maxFeePerGas: BigInt(asked.max_fee),
    maxPriorityFeePerGas: BigInt(asked.max_priority_fee),
    to: account(asked.to),
    value: BigInt(asked.value),
    data: hex(asked.data),
  };
}

async function cip64(asked) {
  const entries = asked.access_list.map(([address, keys]) => ({ address: hex(address), storageKeys: keys.map(hex) }));
  const transaction = { ...fields(asked), type: "cip64", accessList: entries, feeCurrency: hex(asked.fee_currency) };
  const unsigned = serializeCelo(transaction);
  const signature = await sign({ hash: keccak256(unsigned), privateKey: hex(asked.secret) });
  const raw = serializeCelo(transaction, signature);
  return { unsigned, raw, id: keccak256(raw), sender: privateKeyToAddress(hex(asked.secret)) };
}

async function zksync(asked) {
  const transaction = {
    ...fields(asked),
    type: "eip712",
    from: hex(asked.account),
    gasPerPubdata: BigInt(asked.gas_per_pubdata),
    factoryDeps: asked.factory_deps.map(hex),
    ...(asked.paymaster === null ? {} : { paymaster: hex(asked.paymaster), paymasterInput: hex(asked.paymaster_input) }),
  };
  const digest = hashTypedData(getEip712Domain(transaction));
  const customSignature = await sign({ hash: digest, privateKey: hex(asked.secret), to: "hex" });
  return {
    unsigned: serializeZksync(transaction),
    digest,
    raw: serializeZksync({ ...transaction, customSignature }),
    id: keccak256(`0x${digest.slice(2)}${keccak256(customSignature).slice(2)}`),
    codes: asked.factory_deps.map((code) => Buffer.from(hashBytecode(hex(code))).toString("hex")),
  };
}

function deposit(asked) {
  const raw = serializeDeposit({
    type: "deposit",
    sourceHash: hex(asked.source_hash),
    from: hex(asked.source),
    to: account(asked.to),
    mint: BigInt(asked.mint),
    value: BigInt(asked.value),
    gas: BigInt(asked.gas),
    isSystemTx: asked.is_system,
    data: hex(asked.data),
  });
  const read = parseDeposit(raw);
  return { raw, id: keccak256(raw), from: read.from, mint: String(read.mint ?? 0n), value: String(read.value ?? 0n) };
}

function eip1191(asked) {
  return { address: getAddress(hex(asked.payload), asked.chain_id) };
}

export const TASKS = { cip64, zksync, deposit, eip1191 };
