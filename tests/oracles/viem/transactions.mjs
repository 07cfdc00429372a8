// Signed transactions of types 0 to 4, by viem: bytes, hash, and the sender that it recovers from the bytes.
import { keccak256, recoverTransactionAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const TYPES = ["legacy", "eip2930", "eip1559", "eip4844", "eip7702"];

const hex = (digits) => `0x${digits}`;
const PRICES = { gas_price: "gasPrice", max_fee: "maxFeePerGas", max_priority_fee: "maxPriorityFeePerGas", max_blob_fee: "maxFeePerBlobGas" };

const fields = (asked) => {
  const found = {
    type: TYPES[asked.type],
    nonce: Number(asked.nonce),
    gas: BigInt(asked.gas),
    value: BigInt(asked.value),
    data: hex(asked.data),
    ...(asked.to ? { to: hex(asked.to) } : {}),
    ...(asked.chain_id === null ? {} : { chainId: Number(asked.chain_id) }),
  };
  for (const [ours, theirs] of Object.entries(PRICES)) if (ours in asked) found[theirs] = BigInt(asked[ours]);
  if (asked.type) found.accessList = asked.access_list.map(([address, keys]) => ({ address: hex(address), storageKeys: keys.map(hex) }));
  if (asked.versioned_hashes) found.blobVersionedHashes = asked.versioned_hashes.map(hex);
  if (asked.authorizations) found.authorizationList = asked.authorizations.map(authorization);
  return found;
};

const word = (number) => hex(BigInt(number).toString(16).padStart(64, "0"));
const authorization = (listed) => ({
  chainId: BigInt(listed.chain_id),
  address: hex(listed.address),
  nonce: BigInt(listed.nonce),
  yParity: Number(listed.parity),
  r: word(listed.r),
  s: word(listed.s),
});

const transaction = async (asked) => {
  const raw = await privateKeyToAccount(hex(asked.secret)).signTransaction(fields(asked));
  return { raw: raw.slice(2), hash: keccak256(raw).slice(2), sender: await recoverTransactionAddress({ serializedTransaction: raw }) };
};

export const TASKS = { transaction };
