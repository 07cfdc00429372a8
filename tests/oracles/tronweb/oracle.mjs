// Tron's transactions, messages and typed data by tronweb: one JSON case a line in, one verdict a line out.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { TronWeb, utils } = require("tronweb");
const lines = require("readline").createInterface({ input: process.stdin });

const bare = (text) => text.replace(/^0x/, "").toLowerCase();

// raw_data as nodes write it, to the bytes of raw_data, its hash, and a signature of it.
function transaction({ raw_data, private_key }) {
  const message = utils.transaction.txJsonToPb({ raw_data });
  const raw_data_hex = bare(utils.transaction.txPbToRawDataHex(message));
  const txID = bare(utils.transaction.txPbToTxID(message));
  const signed = utils.crypto.signTransaction(private_key, { txID, raw_data_hex, raw_data });
  return { raw_data_hex, txID, signature: bare(signed.signature[0]) };
}

async function message({ data, private_key, legacy }) {
  if (legacy) {
    return { signature: bare(await new TronWeb({ fullHost: "http://localhost" }).trx.signMessage(data, private_key)) };
  }
  const bytes = Uint8Array.from(Buffer.from(data, "hex"));
  return { digest: bare(utils.message.hashMessage(bytes)), signature: bare(utils.message.signMessage(bytes, private_key)) };
}

function typed({ domain, types, message: value }) {
  const encoder = utils._TypedDataEncoder;
  return { domain: bare(encoder.hashDomain(domain)), digest: bare(encoder.hash(domain, types, value)) };
}

function address({ private_key }) {
  const text = TronWeb.address.fromPrivateKey(private_key);
  return { text, hex: bare(TronWeb.address.toHex(text)) };
}

function derived({ mnemonic, path }) {
  const { address: text, publicKey } = TronWeb.fromMnemonic(mnemonic, path);
  return { text, public_key: bare(publicKey) };
}

const TASKS = { transaction, message, typed, address, derived };

for await (const line of lines) {
  const asked = JSON.parse(line);
  let verdict;
  try {
    verdict = await TASKS[asked.task](asked);
  } catch (error) {
    verdict = { refused: String(error).slice(0, 300) };
  }
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}
