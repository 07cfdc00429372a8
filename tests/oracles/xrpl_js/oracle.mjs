// xrpl.js: the codec both ways, what is signed, wallets of seeds that sign alone and together, addresses, claims.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const xrpl = require("xrpl");
const codec = require("ripple-binary-codec");
const keypairs = require("ripple-keypairs");
const addresses = require("ripple-address-codec");
const lines = require("readline").createInterface({ input: process.stdin });

const TASKS = {
  typed: ({ fields }) => {
    xrpl.validate(fields);
    return { encoded: codec.encode(fields) };
  },
  encode: ({ fields }) => {
    const encoded = codec.encode(fields);
    return { encoded, fields: codec.decode(encoded) };
  },
  decode: ({ encoded }) => ({ fields: codec.decode(encoded) }),
  payloads: ({ fields, account }) => ({
    one: [codec.encodeForSigning, codec.encodeForSigningCounterparty, codec.encodeForSigningSponsor].map((each) => each(fields)),
    several: [
      codec.encodeForMultisigning,
      codec.encodeForMultisigningCounterparty,
      codec.encodeForMultisigningSponsor,
    ].map((each) => each(fields, account)),
  }),
  sign: ({ fields, seed }) => {
    const { publicKey, privateKey } = keypairs.deriveKeypair(seed);
    const data = codec.encodeForSigning({ ...fields, SigningPubKey: publicKey });
    const whole = { ...fields, SigningPubKey: publicKey, TxnSignature: keypairs.sign(data, privateKey) };
    return { public: publicKey, address: keypairs.deriveAddress(publicKey), raw: codec.encode(whole) };
  },
  together: ({ fields, seeds }) => {
    const raws = seeds.map((seed) => xrpl.Wallet.fromSeed(seed).sign(fields, true).tx_blob);
    const raw = xrpl.multisign(raws);
    return { raws, raw, id: xrpl.hashes.hashSignedTx(raw) };
  },
  claim: ({ channel, amount }) => ({ payload: codec.encodeForSigningClaim({ channel, amount }) }),
  batch: ({ batch }) => ({
    payload: codec.encodeForSigningBatch({
      account: batch.account,
      sequence: batch.sequence,
      flags: batch.flags,
      txIDs: batch.transaction_ids,
      batchAccount: batch.batch_account,
      signerAccount: batch.signer_account,
    }),
  }),
  address: ({ classic, tag, test }) => {
    const x = addresses.classicAddressToXAddress(classic, tag ?? false, test);
    const read = addresses.xAddressToClassicAddress(x);
    return { x, read: [read.classicAddress, read.tag === false ? null : read.tag, read.test] };
  },
};

lines.on("line", (line) => {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = TASKS[asked.task](asked);
  } catch (error) {
    answer = { refused: `${error.name}: ${error.message}`.slice(0, 300) };
  }
  console.log(JSON.stringify(answer));
});
