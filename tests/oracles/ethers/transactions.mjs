// Signed transactions of types 0 to 4, by ethers: bytes, hash, and the sender that it recovers from the bytes.
import { Signature, SigningKey, Transaction } from "ethers";

const hex = (digits) => `0x${digits}`;
const PRICES = { gas_price: "gasPrice", max_fee: "maxFeePerGas", max_priority_fee: "maxPriorityFeePerGas", max_blob_fee: "maxFeePerBlobGas" };

const fields = (asked) => {
  const found = {
    type: asked.type,
    chainId: BigInt(asked.chain_id ?? 0),
    nonce: Number(asked.nonce),
    gasLimit: BigInt(asked.gas),
    value: BigInt(asked.value),
    data: hex(asked.data),
    to: asked.to ? hex(asked.to) : null,
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
  signature: Signature.from({ r: word(listed.r), s: word(listed.s), yParity: Number(listed.parity) }),
});

const transaction = (asked) => {
  const made = Transaction.from(fields(asked));
  made.signature = new SigningKey(hex(asked.secret)).sign(made.unsignedHash);
  return { raw: made.serialized.slice(2), hash: made.hash.slice(2), sender: Transaction.from(made.serialized).from };
};

export const TASKS = { transaction };
