// What accounts sign that is no transaction: messages and typed data.
import { TypedDataEncoder, Wallet, getBytes, hashMessage, verifyMessage, verifyTypedData } from "ethers";

function tried(task) {
  return async (asked) => {
    try {
      return await task(asked);
    } catch (error) {
      return { refused: `${error.code}: ${error.message}`.slice(0, 300) };
    }
  };
}

// Numbers come as text, since those of JSON stop at 2^53; ethers reads them.
async function typedData({ document, secret }) {
  const { EIP712Domain: _, ...types } = document.types;
  const { domain, message } = document;
  const signature = await new Wallet(`0x${secret}`).signTypedData(domain, types, message);
  return {
    digest: TypedDataEncoder.hash(domain, types, message).slice(2),
    separator: TypedDataEncoder.hashDomain(domain).slice(2),
    struct_hash: TypedDataEncoder.from(types).hash(message).slice(2),
    primary: TypedDataEncoder.getPrimaryType(types),
    signature: signature.slice(2),
    signer: verifyTypedData(domain, types, message, signature),
  };
}

async function message({ data, secret }) {
  const raw = getBytes(`0x${data}`);
  const signature = await new Wallet(`0x${secret}`).signMessage(raw);
  return { digest: hashMessage(raw).slice(2), signature: signature.slice(2), signer: verifyMessage(raw, signature) };
}

export const TASKS = { typed_data: tried(typedData), message: tried(message) };
