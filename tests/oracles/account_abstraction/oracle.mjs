// The contracts of ERC-4337 as their authors compiled them: the code by which each is created, in hexadecimal.
// A test runs them in an engine; here nothing is computed.
import { createInterface } from "node:readline";

async function code({ version, contract }) {
  const packed = `account-abstraction-${version.replace(".", "")}/artifacts/${contract}.json`;
  const { default: artifact } = await import(packed, { with: { type: "json" } });
  return { code: artifact.bytecode.slice(2) };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await code(JSON.parse(line))));
}
