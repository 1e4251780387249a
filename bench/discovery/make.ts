import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";

const folders = 1_000;
/** Requests at a time. */
const senders = 32;

/** Files of one JSON line, spread over a thousand folders; made if absent. */
export function makeFolders(folder: string, files: number): void {
  const mark = join(folder, "made");
  if (existsSync(mark)) return;
  const landing = join(folder, "landing");
  for (let at = 0; at < Math.min(folders, files); at++) {
    mkdirSync(join(landing, name("device", at, 4)), { recursive: true });
  }
  for (let at = 0; at < files; at++) {
    const path = join(landing, nameOf(at));
    writeFileSync(path, lineOf(at));
    const seconds = 1_700_000_000 + at;
    utimesSync(path, seconds, seconds);
  }
  writeFileSync(mark, "");
}

/** The same below `landing` of a bucket that is made, on a server that takes anyone's requests. */
export async function putFolders(bucket: string, files: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  try {
    await put(agent, bucket, "");
    let next = 0;
    const send = async (): Promise<void> => {
      for (let at = next++; at < files; at = next++) {
        await put(agent, `${bucket}/landing/${nameOf(at)}`, lineOf(at));
      }
    };
    await Promise.all(Array.from({ length: senders }, send));
  } finally {
    agent.destroy();
  }
}

function put(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: "PUT", agent }, (answer) => {
      const failed = answer.statusCode !== 200;
      answer.resume().on("end", () => (failed ? reject(new Error(url)) : resolve()));
    });
    asked.on("error", reject).end(body);
  });
}

function nameOf(at: number): string {
  return `${name("device", at % folders, 4)}/${name("part", at, 8)}.json`;
}

function lineOf(at: number): string {
  return `{"id":${at},"device":"d${at % folders}","temp":${at % 40}}\n`;
}

function name(prefix: string, at: number, digits: number): string {
  return `${prefix}-${String(at).padStart(digits, "0")}`;
}
