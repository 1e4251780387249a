import { expect, test } from "vitest";
import { connector } from "../../../src/connector/kafka/connector.ts";
import { openSession } from "../session.ts";

const options = { "kafka.bootstrap.servers": "localhost:9", subscribe: "t" };

test("bad options are told of before the client is looked for", async () => {
  await using session = await openSession();
  const request = { format: "kafka", paths: [], context: session.context };
  for (const read of [connector.reader, connector.streamReader]) {
    await expect(read!({ ...request, options: {} })).rejects.toMatchObject({
      code: "KAFKA_ILLEGAL_OPTION",
    });
    const schema = { type: "struct", fields: [] } as const;
    await expect(read!({ ...request, options, schema })).rejects.toMatchObject({
      code: "USER_SPECIFIED_SCHEMA_NOT_ALLOWED",
    });
  }
});
