import type { Connector } from "../connector.ts";

/** Computes every row and keeps none: for measuring. */
export const connector: Connector = {
  names: ["noop"],
  sink: async ({ context }) => ({
    description: "NoopSink",
    exactlyOnce: true,
    outputModes: ["append", "update", "complete"],
    async addBatch({ relation, context: query }) {
      await using result = await context.engine.query(relation, query);
      let rows = 0;
      for (let chunk = await result.next(); chunk; chunk = await result.next()) rows += chunk.rows;
      return { rows };
    },
    async [Symbol.asyncDispose]() {},
  }),
  async writer({ relation, query, context }) {
    await using result = await context.engine.query(relation, query);
    while (await result.next());
  },
};
