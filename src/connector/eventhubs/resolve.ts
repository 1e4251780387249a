import { env } from "../../env.ts";
import { type Bounds, type Hub, unavailable } from "./client.ts";
import type { EventPosition } from "./peer.ts";
import type { HubPosition, HubPositions } from "./position.ts";

/** The sequence numbers that positions mean now, by partition. */
export async function resolvePositions(
  hub: Hub,
  positions: HubPositions,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, bigint>> {
  const bounds = await hub.bounds(partitions);
  const found = new Map<number, bigint>();
  for (const partition of partitions) {
    const position = positions.own.get(partition) ?? positions.all;
    found.set(partition, await resolved(hub, partition, position, bounds.get(partition)!));
  }
  return found;
}

async function resolved(
  hub: Hub,
  partition: number,
  position: HubPosition,
  { earliest, next, lastEnqueuedMs }: Bounds,
): Promise<bigint> {
  switch (position.kind) {
    case "start":
      return earliest;
    case "end":
      return next;
    case "sequence":
      return position.sequenceNumber;
    case "time":
      if (earliest === next || lastEnqueuedMs <= position.at) return next;
      return await firstFrom(hub, partition, { enqueuedOn: position.at });
    case "offset": {
      if (earliest === next) return next;
      const { offset, inclusive: isInclusive } = position;
      return await firstFrom(hub, partition, { offset, isInclusive }, next);
    }
  }
}

/** The number of the first event that a receiver gives; `otherwise` where a second brings none. */
async function firstFrom(
  hub: Hub,
  partition: number,
  position: EventPosition,
  otherwise?: bigint,
): Promise<bigint> {
  const until = env.monotonic() + hub.options.operationMs;
  for await (const { events, reason } of hub.receive({ partition, position, prefetch: 1 })) {
    const [first] = events;
    if (first) return BigInt(first.sequenceNumber);
    if (otherwise !== undefined && reason === undefined) return otherwise;
    if (env.monotonic() > until) {
      throw unavailable(hub.options, `partition ${partition}: ${reason ?? "no event came"}`);
    }
  }
  throw new Error("a receiver has no end");
}
