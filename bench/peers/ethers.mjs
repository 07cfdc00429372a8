// Signs EIP-1559 transfers with ethers, as many as each line asks for, and answers with seconds and the last one.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { Wallet } = createRequire(`${process.cwd()}/`)("ethers");
const wallet = new Wallet(process.argv[2]);

for await (const line of createInterface({ input: process.stdin })) {
  const { fields, first, count } = JSON.parse(line);
  const start = process.hrtime.bigint();
  let raw;
  for (let nonce = first; nonce < first + count; nonce++) raw = await wallet.signTransaction({ ...fields, nonce });
  console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - start) / 1e9, raw }));
}
