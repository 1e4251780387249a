import { expect, test } from "vitest";
import { countOf } from "../../full.ts";
import { type Agent, flumeJars, startAgent } from "../../server/flume.ts";
import { freePort } from "../../server/server.ts";
import { runKilled } from "../journal/killed.ts";

const jars = await flumeJars();
const events = countOf(100_000, 10_000);
const kills = countOf(20, 2);

test.skipIf("missing" in jars)(
  "of a stock agent's events none is lost, however often the stream is killed",
  { timeout: 1_200_000 },
  async () => {
    if ("missing" in jars) return;
    const { lib } = jars;
    const port = await freePort();
    let agent: Agent | undefined;
    try {
      const counts = await runKilled({
        ...{ format: "flume", kills, seed: 611 },
        options: { bind: "127.0.0.1", port: `${port}` },
        select: ["CAST(body AS STRING) AS id"],
        async send() {
          agent = await startAgent(lib, {
            port,
            source: { type: "seq", batchSize: "100", totalEvents: `${events}` },
            // Small batches, so that kills come among them.
            sink: { "batch-size": "50" },
          });
        },
        done: (found) => found.size === events,
      });
      expect(counts.size).toBe(events);
      const twice = [...counts.values()].filter((count) => count > 1).length;
      console.log(`${twice} of ${events} events came more than once`);
    } finally {
      await agent?.[Symbol.asyncDispose]();
    }
  },
);
