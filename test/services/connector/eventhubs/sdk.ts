import type * as eventhubs from "@azure/event-hubs";
import type { EventHubsModule } from "../../../../src/connector/eventhubs/peer.ts";

/** Compiles only where the client has what the product takes it to have. */
export function proof(real: typeof eventhubs): unknown {
  const module: EventHubsModule = real;
  return module;
}
