import type { Socket } from "node:net";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { field, type StructType, string, struct, timestamp } from "../../schema/type.ts";
import { Timestamp, type Value } from "../../schema/value.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Offset, Source } from "../../stream/source.ts";
import type { Connector, ReadRequest } from "../connector.ts";
import { optionReader } from "../option.ts";

/** Lines held before the peer is made to wait; a stalled query must not fill the memory. */
const maxLines = 1_000_000;

/** Lines of UTF-8 text from a TCP server. For trying things out: lines are not kept. */
export const connector: Connector = {
  names: ["socket"],
  streamReader: async (request) => streamSocket(request),
};

interface Peer {
  readonly host: string;
  readonly port: number;
  readonly schema: StructType;
}

function streamSocket({ options, schema: given, format }: ReadRequest): StreamingDataset {
  if (given) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const host = read.text("host");
  const port = read.positive("port");
  if (host === undefined) throw error("MISSING_OPTION", { format, name: "host" });
  if (port === undefined) throw error("MISSING_OPTION", { format, name: "port" });
  const stamped = read.flag("includeTimestamp", false);
  const value = field("value", string);
  const schema = struct(stamped ? [value, field("timestamp", timestamp)] : [value]);
  return {
    name: `socket ${host}:${port}`,
    schema,
    hidden: [],
    streaming: true,
    open: async () => openSocket({ host, port, schema }),
  };
}

async function openSocket(peer: Peer): Promise<Source> {
  const buffer = new LineBuffer(peer.schema.fields.length > 1);
  const socket = await connect(peer);
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    if (buffer.push(text) > maxLines) socket.pause();
  });
  let failure: Error | undefined;
  socket.on("error", (thrown) => {
    failure = thrown;
  });
  const description = `TextSocketV2[host: ${peer.host}, port: ${peer.port}]`;
  return {
    schema: peer.schema,
    description,
    async latestOffset(start, _limit, until) {
      if (failure) throw connectionFailed(peer, failure);
      const end = until === undefined ? buffer.end : Math.min(buffer.end, line(until, description));
      return end < 0 ? start : String(Math.max(end, line(start, description)));
    },
    async input(start, end) {
      const rows = buffer.between(line(start, description), line(end, description));
      return { input: { kind: "rows", schema: peer.schema, rows }, rows: rows.length };
    },
    async commit(end) {
      buffer.release(line(end, description));
      socket.resume();
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

async function connect(peer: Peer): Promise<Socket> {
  const { createConnection } = await import("node:net");
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: peer.host, port: peer.port });
    const fail = (thrown: Error): void => reject(connectionFailed(peer, thrown));
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

function connectionFailed({ host, port }: Peer, thrown: Error): Error {
  return error("SOCKET_CONNECTION_FAILED", { host, port, reason: thrown.message }, thrown);
}

/** Whole lines in the order they came; line n has offset n, from 0. */
class LineBuffer {
  readonly #stamped: boolean;
  #rows: (readonly Value[])[] = [];
  #first = 0;
  #rest = "";

  constructor(stamped: boolean) {
    this.#stamped = stamped;
  }

  get end(): number {
    return this.#first + this.#rows.length - 1;
  }

  /** Takes what came; returns how many lines are held. */
  push(text: string): number {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    const now = new Timestamp(BigInt(env.now()) * 1000n);
    for (const value of lines) this.#rows.push(this.#stamped ? [value, now] : [value]);
    return this.#rows.length;
  }

  between(start: number, end: number): readonly (readonly Value[])[] {
    if (start + 1 < this.#first || end > this.end) {
      throw error("SOCKET_NOT_RECOVERABLE", { offset: end });
    }
    return this.#rows.slice(start + 1 - this.#first, end + 1 - this.#first);
  }

  release(end: number): void {
    const gone = Math.min(this.#rows.length, end + 1 - this.#first);
    if (gone <= 0) return;
    this.#rows = this.#rows.slice(gone);
    this.#first += gone;
  }
}

function line(offset: Offset | undefined, source: string): number {
  if (offset === undefined) return -1;
  if (/^-?\d+$/.test(offset)) return Number(offset);
  throw error("INVALID_SOURCE_OFFSET", { offset, source });
}
