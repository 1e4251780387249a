import type * as avsc from "avsc";
import type { AvroServer } from "../../../../src/connector/flume/peer.ts";

/** Compiles only where the peer has what the product takes it to have. */
export function proof(real: typeof avsc, server: avsc.Service.Server): unknown {
  const forProtocol: (protocol: object) => avsc.Service = real.Service.forProtocol;
  const same: Omit<AvroServer, "onMessage" | "service"> = server;
  return [forProtocol, same];
}
