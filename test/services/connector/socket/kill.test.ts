import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { countOf } from "../../full.ts";
import { runKilled } from "../journal/killed.ts";

const lines = countOf(100_000, 10_000);
const kills = countOf(20, 3);
/** Lines at a time, and then a breath: the kills shall come while lines do. */
const burst = 100;

test("of each connection a killed stream has a beginning, each line once", {
  timeout: 1_200_000,
}, async () => {
  /** By connection: the lines sent on it, from one number up to another. */
  const sent: { readonly from: number; to: number }[] = [];
  let next = 0;
  let peer: Socket | undefined;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (peer === socket) peer = undefined;
    });
    sent.push({ from: next, to: next });
    peer = socket;
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  try {
    const counts = await runKilled({
      ...{ format: "socket", kills, seed: 631, select: ["value AS id"] },
      options: { host: "127.0.0.1", port: `${port}`, writeAheadLog: "true" },
      async send() {
        for (; next < lines; await setTimeout(60)) {
          if (peer === undefined) continue;
          const some = Math.min(burst, lines - next);
          peer.write(Array.from({ length: some }, (_, at) => `${next + at}\n`).join(""));
          next += some;
          sent.at(-1)!.to = next;
        }
      },
      done: (found) => found.has(`${lines - 1}`),
    });
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
    let there = 0;
    for (const { from, to } of sent) {
      let end = from;
      while (end < to && counts.has(`${end}`)) end++;
      there += end - from;
    }
    // What is not in a beginning is nowhere: lost is only what nobody had written down.
    expect(counts.size).toBe(there);
    console.log(`${lines - there} of ${lines} lines were lost on their way, in ${kills} kills`);
  } finally {
    peer?.destroy();
    server.close();
  }
});
