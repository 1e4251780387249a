import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll } from "vitest";

/**
 * The part of Confluent's REST contract that readers and writers use, kept in memory. What it gives
 * by `format=serialized` is registered with the schema, as `serialized`.
 */
const server = `
const { createServer } = require("node:http");
const { parentPort } = require("node:worker_threads");
const schemas = [];
const subjects = new Map();
let fault = 0;
let asked = 0;
const route = async (request, body) => {
  const path = request.url;
  const secured = path.startsWith("/secured");
  if (secured && request.headers.authorization !== "Basic " + btoa("key:secret")) {
    return [401, { error_code: 401, message: "Unauthorized" }];
  }
  const [plain, format] = path.replace("/secured", "").split("?format=");
  const [, kind, name, part, version] = plain.split("/").map(decodeURIComponent);
  if (kind === "asked") return [200, asked];
  if (kind === "fault") return [200, (fault = Number(name))];
  asked++;
  if (fault > 0) return [fault--, { error_code: 50001, message: "Error in the backend" }].fill(503, 0, 1);
  if (kind === "schemas") {
    const found = schemas[Number(part) - 1];
    if (!found) return [404, { error_code: 40403, message: "Schema not found" }];
    const { serialized, ...told } = found;
    return [200, format === "serialized" && serialized ? { ...told, schema: serialized } : told];
  }
  if (request.method === "POST") {
    schemas.push(JSON.parse(body));
    subjects.set(name, [...(subjects.get(name) || []), schemas.length]);
    return [200, { id: schemas.length }];
  }
  const ids = subjects.get(name);
  if (!ids) return [404, { error_code: 40401, message: "Subject not found" }];
  const at = version === "latest" ? ids.length : Number(version);
  if (!ids[at - 1]) return [404, { error_code: 40402, message: "Version not found" }];
  const { serialized, ...told } = schemas[ids[at - 1] - 1];
  return [200, { subject: name, version: at, id: ids[at - 1], ...told }];
};
const http = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const [status, answer] = await route(request, body);
  response.writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" });
  response.end(JSON.stringify(answer));
});
http.listen(0, "127.0.0.1", () => parentPort.postMessage(http.address().port));`;

export interface Registry {
  readonly address: string;
  register(subject: string, schema: string, more?: object): Promise<number>;
  /** How many questions it was asked. */
  asked(): Promise<number>;
  /** Answers so many questions with 503. */
  fail(times: number): Promise<void>;
}

/** A registry on a thread of its own: the engine's may wait for it. */
export function useRegistry(): () => Registry {
  let worker: Worker;
  let address = "";
  beforeAll(async () => {
    worker = new Worker(server, { eval: true });
    const [port] = await once(worker, "message");
    address = `http://127.0.0.1:${port}`;
  });
  afterAll(() => worker.terminate());
  const json = async (path: string, init: RequestInit = {}) =>
    (await (await fetch(`${address}${path}`, init)).json()) as unknown;
  return () => ({
    address,
    register: async (subject, schema, more = {}) => {
      const body = JSON.stringify({ schema, ...more });
      const path = `/subjects/${encodeURIComponent(subject)}/versions`;
      return ((await json(path, { method: "POST", body })) as { id: number }).id;
    },
    asked: async () => (await json("/asked")) as number,
    fail: async (times) => void (await json(`/fault/${times}`)),
  });
}
