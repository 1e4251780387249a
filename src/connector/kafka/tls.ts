import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import type { KafkaConfig } from "./config.ts";
import { isJks, readJks } from "./jks.ts";

/** How connections are secured: what `tls.connect` takes, and whether a name is told first. */
export interface Secured {
  readonly tls?: ConnectionOptions;
  readonly tlsServerName?: boolean;
}

type Trust = Pick<ConnectionOptions, "ca">;
type Identity = Pick<ConnectionOptions, "key" | "cert" | "pfx" | "passphrase">;

/** Reads the stores that `kafka.ssl.*` name. KAFKA_STORE_UNREADABLE, KAFKA_ILLEGAL_OPTION. */
export async function secured({ secure, own, brokers }: KafkaConfig): Promise<Secured> {
  if (!secure) return {};
  const tls: ConnectionOptions = {
    ...(await trustOf(own)),
    ...(await identityOf(own)),
    ...versions(own),
  };
  if (own["ssl.endpoint.identification.algorithm"]?.trim() === "") {
    tls.checkServerIdentity = () => undefined;
  }
  // An address is no name to tell: TLS has none for it.
  const named = brokers.every((broker) => isIP(broker.replace(/:\d+$/, "")) === 0);
  return { tls, tlsServerName: named };
}

async function trustOf(own: Options): Promise<Trust> {
  const inline = own["ssl.truststore.certificates"];
  if (inline !== undefined) return { ca: inline };
  const option = "ssl.truststore.location";
  const path = own[option];
  if (path === undefined) return {};
  const bytes = await read(path, option);
  if (isPem(bytes)) return { ca: bytes };
  return store({ path, option }, async () => {
    const password = own["ssl.truststore.password"];
    if (isJks(bytes)) return { ca: [...readJks(bytes, password).certificates] };
    const { pkcs12Certificates } = await import("./pkcs12.ts");
    return { ca: [...pkcs12Certificates(bytes, password ?? "")] };
  });
}

async function identityOf(own: Options): Promise<Identity> {
  const passphrase = own["ssl.key.password"];
  const [chain, key] = [own["ssl.keystore.certificate.chain"], own["ssl.keystore.key"]];
  if (chain !== undefined && key !== undefined) return { cert: chain, key, ...pass(passphrase) };
  const option = "ssl.keystore.location";
  const path = own[option];
  if (path === undefined) return {};
  const bytes = await read(path, option);
  if (isPem(bytes)) return { cert: bytes, key: bytes, ...pass(passphrase) };
  const password = own["ssl.keystore.password"];
  return store({ path, option }, async () => {
    if (!isJks(bytes)) return { pfx: bytes, ...pass(password) };
    const [entry] = readJks(bytes, password).keys(passphrase ?? password ?? "");
    if (entry === undefined) throw new Error("it holds no private key");
    return { key: entry.key, cert: entry.chain };
  });
}

function pass(passphrase: string | undefined): Pick<ConnectionOptions, "passphrase"> {
  return passphrase === undefined ? {} : { passphrase };
}

/** `ssl.enabled.protocols`: the lowest and the highest of them. */
function versions(own: Options): Pick<ConnectionOptions, "minVersion" | "maxVersion"> {
  const text = own["ssl.enabled.protocols"];
  if (text === undefined) return {};
  const known = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
  const enabled = text.split(",").map((one) => one.trim());
  const wanted = known.filter((one) => enabled.includes(one));
  const [minVersion] = wanted;
  const maxVersion = wanted.at(-1);
  if (minVersion === undefined || maxVersion === undefined) {
    const reason = `kafka.ssl.enabled.protocols is ${text}; known are ${known.join(", ")}`;
    throw error("KAFKA_ILLEGAL_OPTION", { reason });
  }
  return { minVersion, maxVersion };
}

function isPem(bytes: Buffer): boolean {
  return bytes.subarray(0, 4096).includes("-----BEGIN ");
}

async function read(path: string, option: string): Promise<Buffer> {
  return store({ path, option }, () => readFile(path));
}

async function store<T>(
  { path, option }: { readonly path: string; readonly option: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw error("KAFKA_STORE_UNREADABLE", { path, option: `kafka.${option}`, reason }, cause);
  }
}
