import type * as kafka from "@platformatic/kafka";
import type { KafkaModule } from "../../../../src/connector/kafka/peer.ts";

/** Compiles only where the client has what the product takes it to have. */
export function proof(real: typeof kafka): unknown {
  const module: KafkaModule = real;
  return module;
}
