// @ton/crypto, the TON Foundation's library: whether words go with a password, and what is made of them.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const ton = require("@ton/crypto");
const lines = require("readline").createInterface({ input: process.stdin });

async function told(asked) {
  const words = asked.phrase.split(" ");
  if (!(await ton.mnemonicValidate(words, asked.password))) {
    return { valid: false };
  }
  const key = await ton.mnemonicToPrivateKey(words, asked.password);
  const seed = await ton.mnemonicToHDSeed(words, asked.password);
  return { valid: true, key: key.secretKey.toString("hex"), hd: seed.toString("hex") };
}

(async () => {
  for await (const line of lines) {
    console.log(JSON.stringify(await told(JSON.parse(line))));
  }
})();
