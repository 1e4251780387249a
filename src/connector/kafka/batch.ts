import type { Dataset, ScanRequest } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import type { Input } from "../../plan/input.ts";
import { type StructType, struct } from "../../schema/type.ts";
import { openKafka } from "./client.ts";
import type { BatchOptions } from "./option.ts";
import type { PartitionOffsets } from "./partition.ts";
import { OffsetReader } from "./reader.ts";
import { type OffsetRange, spool } from "./spool.ts";

/** The records there are when a query begins, as one table. */
export function readKafka(options: BatchOptions, schema: StructType, name: string): Dataset {
  return {
    name,
    schema,
    hidden: [],
    streaming: false,
    scan: async ({ columns }: ScanRequest): Promise<Input> => ({
      kind: "record",
      schema: struct([...columns]),
      log: {
        async fetch(folder, signal) {
          await using client = await openKafka(options.config, signal);
          const ranges = await rangesOf(options, new OffsetReader(client, options, signal));
          const { failOnDataLoss, pollMs } = options;
          return await spool({ client, ranges, folder, failOnDataLoss, pollMs, signal });
        },
      },
    }),
  };
}

async function rangesOf(
  { config, strategy, starting, ending }: BatchOptions,
  reader: OffsetReader,
): Promise<readonly OffsetRange[]> {
  const { partitions, missing } = await reader.assigned();
  const [topic] = missing;
  if (topic !== undefined) {
    throw error("KAFKA_UNKNOWN_TOPIC", { topic, servers: config.servers, option: strategy.kind });
  }
  const start = await reader.resolve(starting, partitions, "start");
  const end = await reader.resolve(ending, partitions, "end");
  return [...end].map(([name, { topic, partition, offset }]) => {
    const startOffset = startOf(start, name);
    if (startOffset > offset) {
      const offsets = { startOffset, endOffset: offset };
      const code = "RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET";
      throw error(code, { ...offsets, topic, partition });
    }
    return { topic, partition, start: startOffset, end: offset };
  });
}

function startOf(start: PartitionOffsets, name: string): bigint {
  const found = start.get(name);
  if (found === undefined) throw new Error(`${name} has no start`);
  return found.offset;
}
