import type { Dataset } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import { struct } from "../../schema/type.ts";
import { type Hub, openHub } from "./client.ts";
import { hubInput } from "./input.ts";
import type { HubBatchOptions } from "./option.ts";
import type { SequenceRange } from "./range.ts";
import { resolvePositions } from "./resolve.ts";
import { eventSchema } from "./row.ts";

/** The events between two positions, as they are when a query begins. */
export function readEventHub(options: HubBatchOptions): Dataset {
  const name = `eventhubs ${options.name}`;
  return {
    ...{ name, schema: eventSchema, hidden: [], streaming: false },
    scan: async ({ columns }) =>
      hubInput({
        ...{ schema: struct([...columns]), description: name },
        async open(signal) {
          const hub = await openHub(options, signal);
          const close = (): Promise<void> => hub[Symbol.asyncDispose]();
          try {
            return { hub, ranges: await rangesOf(hub, options), close };
          } catch (thrown) {
            await close();
            throw thrown;
          }
        },
      }),
  };
}

async function rangesOf(
  hub: Hub,
  { starting, ending, name }: HubBatchOptions,
): Promise<readonly SequenceRange[]> {
  const partitions = await hub.partitions();
  const starts = await resolvePositions(hub, starting, partitions);
  const ends = await resolvePositions(hub, ending, partitions);
  return partitions.map((partition) => {
    const [start, end] = [starts.get(partition)!, ends.get(partition)!];
    if (start <= end) return { partition, start, end };
    throw error("EVENTHUBS_BEGIN_AFTER_END", { hub: name, partition, start, end });
  });
}
