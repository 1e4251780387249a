import { expect, test } from "vitest";
import { Instance } from "../../../src/engine/duckdb/instance.ts";

async function threads(instance: Instance): Promise<string> {
  const connection = await instance.acquire();
  const answer = await connection.runAndReadAll("SELECT current_setting('threads')::VARCHAR");
  instance.giveBack(connection);
  return String(answer.getRows()[0]?.[0]);
}

test("threads are put away while only narrow queries work, and brought back", async () => {
  await using instance = await Instance.open({ threads: 2 });
  expect(await instance.work("text", () => threads(instance), "narrow")).toBe("1");
  expect(await instance.work("wide", () => threads(instance))).toBe("2");
  await instance.work("wide", async () => {
    // Asking for fewer now would wait for the other query.
    expect(await instance.work("text", () => threads(instance), "narrow")).toBe("2");
  });
  await instance.work(
    "text",
    async () => expect(await instance.work("wide", () => threads(instance))).toBe("1"),
    "narrow",
  );
});

test("half of the threads work on a query that expects another beside it", async () => {
  await using instance = await Instance.open({ threads: 8 });
  expect(await instance.work("stream", () => threads(instance), "half")).toBe("4");
  await instance.work(
    "stream",
    async () => {
      expect(await instance.work("wide", () => threads(instance))).toBe("4");
    },
    "half",
  );
  await instance.work(
    "text",
    async () => {
      expect(await instance.work("stream", () => threads(instance), "half")).toBe("1");
    },
    "narrow",
  );
  expect(await instance.work("wide", () => threads(instance))).toBe("8");
});

test("a query content with any number of threads changes none", async () => {
  await using instance = await Instance.open({ threads: 2 });
  expect(await instance.work("any", () => threads(instance), "any")).toBe("2");
  await instance.work(
    "any",
    async () => {
      // It is at work: asking for fewer would wait for it.
      expect(await instance.work("text", () => threads(instance), "narrow")).toBe("2");
    },
    "any",
  );
  expect(await instance.work("text", () => threads(instance), "narrow")).toBe("1");
  expect(await instance.work("any", () => threads(instance), "any")).toBe("1");
});
