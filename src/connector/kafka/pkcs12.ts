import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { type Element, members, oidOf, pem, read } from "./der.ts";

const encryptedData = "1.2.840.113549.1.7.6";
const pbes2 = "1.2.840.113549.1.5.13";
const certificateBag = "1.2.840.113549.1.12.10.1.3";

const digests: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

const ciphers: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", bytes: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", bytes: 24 },
  "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", bytes: 32 },
};

/** Rounds that a store may ask for: more is no store but a trap. */
const maxRounds = 10_000_000;

/**
 * The certificates of a PKCS #12 store, in PEM: Node itself reads only stores with a private key.
 * Throws an Error saying what is wrong.
 */
export function pkcs12Certificates(bytes: Buffer, password: string): readonly string[] {
  const [, safe] = members(read(bytes).content);
  const parts = members(read(inner(safe)).content);
  const found = parts.flatMap((part) =>
    members(read(opened(part, password)).content).flatMap(certificateOf),
  );
  if (found.length === 0) throw new Error("it holds no certificate");
  return found;
}

/** What the explicit tag of a ContentInfo holds, without the octets around it. */
function inner(info: Element | undefined): Buffer {
  const content = info && members(info.content)[1];
  if (content === undefined) throw new Error("it is no PKCS #12 store");
  return read(read(content.content).bytes).content;
}

/** The SafeContents of one part. */
function opened(part: Element, password: string): Buffer {
  const [type] = members(part.content);
  if (type === undefined || oidOf(type) !== encryptedData) return inner(part);
  // EncryptedData: a version, then type, algorithm and octets.
  const [, info] = members(inner(part));
  const [, algorithm, octets] = members(info!.content);
  return decrypted(algorithm!, octets!.content, password);
}

function decrypted(algorithm: Element, octets: Buffer, password: string): Buffer {
  const [name, parameters] = members(algorithm.content);
  if (oidOf(name!) !== pbes2) throw new Error(`its cipher ${oidOf(name!)} is not known here`);
  const [derivation, encryption] = members(parameters!.content);
  const [, how] = members(derivation!.content);
  const [salt, rounds, ...rest] = members(how!.content);
  const prf = rest.find(({ tag }) => tag === 0x30);
  const digest = prf ? digests[oidOf(members(prf.content)[0]!)] : "sha1";
  const [cipherName, vector] = members(encryption!.content);
  const cipher = ciphers[oidOf(cipherName!)];
  if (digest === undefined || cipher === undefined) throw new Error("its cipher is not known here");
  const count = rounds!.content.readUIntBE(0, rounds!.content.length);
  if (count > maxRounds) throw new Error(`it asks for ${count} rounds`);
  const key = pbkdf2Sync(password, salt!.content, count, cipher.bytes, digest);
  try {
    const unlock = createDecipheriv(cipher.name, key, vector!.content);
    return Buffer.concat([unlock.update(octets), unlock.final()]);
  } catch (cause) {
    throw new Error("the password does not fit", { cause });
  }
}

function certificateOf(bag: Element): readonly string[] {
  const [type, value] = members(bag.content);
  if (type === undefined || value === undefined || oidOf(type) !== certificateBag) return [];
  const [, certificate] = members(read(value.content).content);
  return certificate ? [pem("CERTIFICATE", read(certificate.content).content)] : [];
}
