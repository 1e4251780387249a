import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeAuthority, signPem } from "../pem.ts";
import { run } from "../server.ts";

/** What the stores are locked with. */
export const storePassword = "store-secret";

/** Files of the certificates, by what they are for; all in one folder. */
export interface Certificates {
  /** PEM: who signed the broker's and the client's certificate. */
  readonly authority: string;
  /** The same as Java keeps it. */
  readonly authorityJks: string;
  readonly authorityP12: string;
  /** PEM: key and certificate of the broker, for `localhost` and 127.0.0.1. */
  readonly broker: string;
  /** PEM: key and certificate of a client. */
  readonly clientKey: string;
  readonly client: string;
  /** The same as Java keeps it. */
  readonly clientP12: string;
  readonly clientJks: string;
  /** PEM: an authority that signed nothing. */
  readonly stranger: string;
}

/** Makes them anew, by openssl and keytool. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const at = (name: string): string => join(folder, name);
  for (const name of ["authority", "stranger"]) await makeAuthority(folder, name);
  await signPem(folder, "broker", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  await signPem(folder, "client", "extendedKeyUsage=clientAuth");
  const broker = await Promise.all(["broker.key", "broker.crt"].map((one) => readFile(at(one))));
  await writeFile(at("broker.pem"), Buffer.concat(broker));
  const pass = ["-passout", `pass:${storePassword}`, "-name", "client"];
  const pair = ["-inkey", at("client.key"), "-in", at("client.crt"), "-out", at("client.p12")];
  await run("openssl", ["pkcs12", "-export", ...pair, ...pass]);
  for (const [type, name] of [
    ["JKS", "authority.jks"],
    ["PKCS12", "authority.p12"],
  ] as const) {
    const to = ["-keystore", at(name), "-storetype", type, "-storepass", storePassword];
    const what = ["-alias", "authority", "-file", at("authority.pem"), "-noprompt"];
    await run("keytool", ["-importcert", ...what, ...to]);
  }
  await run("keytool", [
    ...["-importkeystore", "-srckeystore", at("client.p12"), "-srcstoretype", "PKCS12"],
    ...["-srcstorepass", storePassword, "-destkeystore", at("client.jks")],
    ...["-deststoretype", "JKS", "-deststorepass", storePassword, "-noprompt"],
  ]);
  return {
    authority: at("authority.pem"),
    authorityJks: at("authority.jks"),
    authorityP12: at("authority.p12"),
    broker: at("broker.pem"),
    clientKey: at("client.key"),
    client: at("client.crt"),
    clientP12: at("client.p12"),
    clientJks: at("client.jks"),
    stranger: at("stranger.pem"),
  };
}
