import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAuthority, signPem } from "../../server/pem.ts";

const run = promisify(execFile);
const dist = fileURLToPath(new URL("../../../../dist/index.js", import.meta.url));

let folder: string;
let url: string;
let close: () => Promise<void>;
const bodies: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-http-"));
  await makeAuthority(folder, "authority");
  await signPem(folder, "server", "subjectAltName=IP:127.0.0.1");
  const read = (name: string) => readFile(join(folder, name));
  const server = createServer(
    { key: await read("server.key"), cert: await read("server.crt") },
    async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      bodies.push(Buffer.concat(parts).toString());
      response.writeHead(200).end();
    },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

/** What a process says that writes two rows, trusting the authority or not. */
async function written(environment: NodeJS.ProcessEnv): Promise<string> {
  const program = join(folder, "write.mjs");
  await writeFile(
    program,
    `import { SparkSession } from ${JSON.stringify(dist)};
    const spark = await SparkSession.builder().create();
    const writing = spark.range(2).write.format("http").option("url", process.env.URL).save();
    console.log(await writing.then(() => "written", ({ code, message }) => code + " " + message));
    await spark.stop();`,
  );
  const env = { ...process.env, URL: url, ...environment };
  return (await run(process.execPath, [program], { env })).stdout.trim();
}

test("a certificate of nobody known is refused at once, and by name", async () => {
  expect(await written({})).toMatch(/^HTTP_NOT_TRUSTED .*CERT|^HTTP_NOT_TRUSTED .*VERIFY/);
  expect(bodies).toEqual([]);
});

test("one of an authority that Node was told of is trusted", async () => {
  const answer = await written({ NODE_EXTRA_CA_CERTS: join(folder, "authority.pem") });
  expect(answer).toBe("written");
  expect(bodies).toEqual(['{"id":0}\n{"id":1}\n']);
});
