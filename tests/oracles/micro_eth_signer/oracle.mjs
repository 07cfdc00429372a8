// micro-eth-signer: what ERC-7730 descriptors make of calls and typed data.
import { createInterface } from "node:readline";

import { decodeData, eip712 } from "micro-eth-signer/abi.js";

const row = ({ address, chainId }) => `eip155:${chainId}:${address.toLowerCase()}`;

function options(asked) {
  const { tokens, names, collections, chains, blocks } = asked.known;
  return {
    clearSig: asked.files,
    noDefault: true,
    resolveToken: async (req) => tokens[row(req)],
    resolveAddress: async (req) => names[row(req)],
    resolveNft: async (req) => {
      const name = collections[row({ address: req.collection, chainId: req.chainId })];
      return name === undefined ? undefined : { collectionName: name };
    },
    resolveChain: async ({ chainId }) => chains[String(chainId)],
    resolveBlock: async ({ block }) => blocks[String(block)],
  };
}

function rendered(asked) {
  if (asked.typed !== undefined) {
    return eip712(asked.typed, options(asked));
  }
  const more = { chainId: BigInt(asked.chain), from: asked.from };
  const found = decodeData(asked.to, asked.data, BigInt(asked.value), { ...options(asked), ...more });
  return found && !Array.isArray(found) ? found.clearSig : undefined;
}

async function verdict(asked) {
  try {
    const found = await rendered(asked);
    if (found === undefined) {
      return { shown: false };
    }
    const fields = Object.entries(found.fields).map(([label, field]) => [label, field.value]);
    return { shown: true, intent: found.intent, sentence: found.interpolatedIntent ?? found.intent, fields };
  } catch (error) {
    return { shown: false, why: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await verdict(JSON.parse(line))));
}
