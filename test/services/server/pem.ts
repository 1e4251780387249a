import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./server.ts";

/** Makes an authority: `<name>.key` and the certificate `<name>.pem`. */
export async function makeAuthority(folder: string, name: string): Promise<string> {
  const at = (ending: string): string => join(folder, `${name}.${ending}`);
  const subject = ["-subj", `/CN=millrace ${name}`, "-days", "2"];
  const files = ["-keyout", at("key"), "-out", at("pem")];
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject, ...files]);
  return at("pem");
}

/** Makes `<name>.key` and `<name>.crt`, signed by the authority of the folder. */
export async function signPem(folder: string, name: string, extension: string): Promise<void> {
  const at = (file: string): string => join(folder, file);
  const request = ["-keyout", at(`${name}.key`), "-out", at(`${name}.csr`)];
  await run("openssl", [
    ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${name}`, ...request],
  ]);
  await writeFile(at(`${name}.ext`), `${extension}\n`);
  const by = ["-CA", at("authority.pem"), "-CAkey", at("authority.key"), "-CAcreateserial"];
  const made = ["-in", at(`${name}.csr`), "-out", at(`${name}.crt`), "-extfile", at(`${name}.ext`)];
  await run("openssl", ["x509", "-req", "-days", "2", ...by, ...made]);
}
