// Derives addresses of an account with ethers, as many as each line asks for, and answers with seconds and the last one.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { HDNodeWallet } = createRequire(`${process.cwd()}/`)("ethers");
const parent = HDNodeWallet.fromExtendedKey(process.argv[2]).deriveChild(0);

for await (const line of createInterface({ input: process.stdin })) {
  const { first, count } = JSON.parse(line);
  const start = process.hrtime.bigint();
  let address;
  for (let index = first; index < first + count; index++) address = parent.deriveChild(index).address;
  console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - start) / 1e9, address }));
}
