import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { connector } from "../../../src/connector/socket/connector.ts";
import { env } from "../../../src/env.ts";
import { openSession } from "../session.ts";

test("lines come as rows, whole, in the order sent", async () => {
  await using session = await openSession();
  let connected: (socket: Socket) => void = () => {};
  const peer = new Promise<Socket>((resolve) => {
    connected = resolve;
  });
  const server = createServer((socket) => connected(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const options = { host: "127.0.0.1", port: String(port) };
  const request = { format: "socket", options, paths: [], context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint");
  const source = await dataset.open({ checkpoint, queryId: "q" });
  try {
    expect(await source.latestOffset(undefined, { kind: "all" })).toBeUndefined();
    (await peer).write("one\ntw");
    let end = await source.latestOffset(undefined, { kind: "all" });
    for (; end === undefined; end = await source.latestOffset(undefined, { kind: "all" })) {
      await env.sleep(5);
    }
    expect(end).toBe("0");
    (await peer).write("o\n");
    for (; end === "0"; end = (await source.latestOffset("0", { kind: "all" }))!)
      await env.sleep(5);
    const rows = await session.rows((await source.input(undefined, "1")).input);
    expect(rows).toEqual([{ value: "one" }, { value: "two" }]);
    await source.commit("1");
    await expect(source.input(undefined, "1")).rejects.toMatchObject({
      code: "SOCKET_NOT_RECOVERABLE",
    });
  } finally {
    await source[Symbol.asyncDispose]();
    server.close();
  }
});
