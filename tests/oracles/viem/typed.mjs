// What accounts sign that is no transaction: messages, typed data, sign-in messages, signatures of contracts.
import {
  encodeDeployData, erc6492SignatureValidatorAbi, erc6492SignatureValidatorByteCode, hashDomain, hashMessage, hashStruct,
  hashTypedData, parseErc6492Signature, recoverMessageAddress, serializeErc6492Signature,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { createSiweMessage, parseSiweMessage } from "viem/siwe";

// Numbers come as text, since those of JSON stop at 2^53.
function given(kind, value, types) {
  if (kind.endsWith("]")) return value.map((each) => given(kind.slice(0, kind.lastIndexOf("[")), each, types));
  if (types[kind]) return Object.fromEntries(types[kind].map(({ name, type }) => [name, given(type, value[name], types)]));
  return kind.includes("int") ? BigInt(value) : value;
}

function tried(task) {
  return async (asked) => {
    try {
      return await task(asked);
    } catch (error) {
      return { refused: `${error.name}: ${error.message}`.slice(0, 300) };
    }
  };
}

async function typedData({ document, secret }) {
  const { types, primaryType } = document;
  const domain = given("EIP712Domain", document.domain, types);
  const message = given(primaryType, document.message, types);
  const signed = { types, primaryType, domain, message };
  return {
    digest: hashTypedData(signed).slice(2),
    separator: hashDomain({ domain, types }).slice(2),
    struct_hash: hashStruct({ data: message, primaryType, types }).slice(2),
    signature: (await privateKeyToAccount(`0x${secret}`).signTypedData(signed)).slice(2),
  };
}

async function message({ data, secret }) {
  const raw = `0x${data}`;
  const signature = await privateKeyToAccount(`0x${secret}`).signMessage({ message: { raw } });
  const signer = await recoverMessageAddress({ message: { raw }, signature });
  return { digest: hashMessage({ raw }).slice(2), signature: signature.slice(2), signer };
}

function signIn({ fields }) {
  const moment = (text) => (text === undefined ? undefined : new Date(text));
  const { issuedAt, expirationTime, notBefore } = fields;
  const times = { issuedAt: moment(issuedAt), expirationTime: moment(expirationTime), notBefore: moment(notBefore) };
  const text = createSiweMessage({ ...fields, ...times });
  return { text, parsed: JSON.parse(JSON.stringify(parseSiweMessage(text))) };
}

function wrapped({ to, data, inner }) {
  const signature = serializeErc6492Signature({ address: `0x${to}`, data: `0x${data}`, signature: `0x${inner}` });
  const read = parseErc6492Signature(signature);
  return { signature: signature.slice(2), read: [read.address, read.data, read.signature] };
}

function validator({ account, digest, signature }) {
  const args = [account, `0x${digest}`, `0x${signature}`];
  const made = { abi: erc6492SignatureValidatorAbi, bytecode: erc6492SignatureValidatorByteCode, args };
  return { code: encodeDeployData(made).slice(2) };
}

export const TASKS = {
  typed_data: tried(typedData),
  message: tried(message),
  sign_in: tried(signIn),
  wrapped: tried(wrapped),
  validator: tried(validator),
};
