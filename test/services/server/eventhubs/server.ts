import type { Socket } from "node:net";
import { importPeer } from "../../../../src/storage/peer.ts";
import { startOf, TestHub } from "./hub.ts";
import type { Context, Listening, Message, Receiver, Rhea, Sender } from "./rhea.ts";

/** Event Hubs as the client of Azure speaks to it, over AMQP on a port of this machine. */
export interface EventHubs extends AsyncDisposable {
  create(name: string, partitions: number): TestHub;
  connectionString(hub: string): string;
  /** What it is to do wrong; tests set it back. */
  readonly fault: Fault;
  /** Receivers that were opened, by address. */
  readonly opened: string[];
  /** Messages of events that were sent here. */
  readonly messages: number;
  /** Receivers get what was held back. */
  release(): void;
  /** Breaks all connections. */
  cut(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Fault {
  /** Receivers get nothing. */
  hold: boolean;
  /** So many requests are answered with "busy". */
  busy: number;
  /** After so many more events a receiver is detached. */
  detachAfter: number;
  /** After so many more events the connection breaks. */
  breakAfter: number;
  /** So many more batches are kept, and the connection breaks instead of the answer. */
  unanswered: number;
}

const busy = { condition: "com.microsoft:server-busy", description: "The server is busy" };
const wrongKey = "stranger";

/** What the connection strings of a stranger have for a name. */
export function asStranger(connectionString: string): string {
  return connectionString.replace("KeyName=reader", `KeyName=${wrongKey}`);
}

export async function startEventHubs(): Promise<EventHubs> {
  // A module of CommonJS: what it has may be its default alone.
  const module = await importPeer<Rhea & { readonly default?: Rhea }>("rhea", "this test");
  const server = new Server(module.default ?? module);
  await server.start();
  return server;
}

interface Feed {
  readonly sender: Sender;
  readonly epoch: number | undefined;
}

class Server implements EventHubs {
  readonly fault: Fault = noFault();
  readonly opened: string[] = [];
  messages = 0;
  readonly #rhea: Rhea;
  readonly #hubs = new Map<string, TestHub>();
  readonly #sockets = new Set<Socket>();
  /** Where answers go, by the name of the link. */
  readonly #replies = new Map<string, Sender>();
  /** Receivers of each address. */
  readonly #feeds = new Map<string, Feed[]>();
  #listening: Listening | undefined;
  #port = 0;

  constructor(rhea: Rhea) {
    this.#rhea = rhea;
  }

  create(name: string, partitions: number): TestHub {
    const hub = new TestHub(this.#rhea, partitions);
    this.#hubs.set(name, hub);
    return hub;
  }

  connectionString(hub: string): string {
    const place = `Endpoint=sb://localhost:${this.#port};SharedAccessKeyName=reader`;
    return `${place};SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true;EntityPath=${hub}`;
  }

  async start(): Promise<void> {
    const container = this.#rhea.create_container({ id: "eventhubs" });
    container.on("sender_open", (context) => this.#openSender(context.sender!));
    container.on("receiver_open", ({ receiver }) => this.#openReceiver(receiver!));
    container.on("message", (context) => this.#message(context));
    for (const quiet of ["error", "disconnected", "protocol_error"]) container.on(quiet, () => {});
    const options = { port: this.#port, host: "127.0.0.1", autoaccept: false, credit_window: 0 };
    const limits = { max_frame_size: 65_536, receiver_options: { max_message_size: 1 << 20 } };
    const listening = container.listen({ ...options, ...limits });
    await new Promise<void>((resolve, reject) => {
      listening.once("listening", () => resolve());
      listening.once("error", reject);
    });
    listening.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    const address = listening.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    this.#port = address.port;
    this.#listening = listening;
  }

  release(): void {
    this.fault.hold = false;
    for (const hub of this.#hubs.values()) for (const feed of hub.waiting) feed();
  }

  cut(): void {
    this.#replies.clear();
    this.#feeds.clear();
    for (const hub of this.#hubs.values()) hub.waiting.clear();
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const listening = this.#listening;
    if (listening === undefined) return;
    this.#listening = undefined;
    const closed = new Promise<void>((resolve) => listening.close(() => resolve()));
    this.cut();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #openSender(sender: Sender): void {
    const address = sender.source.address ?? "";
    sender.set_source({ address, filter: sender.source.filter });
    if (address.startsWith("$") || address.endsWith("/$management")) {
      this.#replies.set(sender.name, sender);
      return;
    }
    const [, name = "", number = ""] =
      /^(.*)\/ConsumerGroups\/.*\/Partitions\/(\d+)$/.exec(address) ?? [];
    const hub = this.#hubs.get(name);
    const partition = hub?.partitions[Number(number)];
    if (hub === undefined || partition === undefined) {
      const description = `The messaging entity ${address} could not be found.`;
      sender.close({ condition: "amqp:not-found", description });
      return;
    }
    if (!this.#admit(address, sender)) return;
    this.opened.push(address);
    const filter = sender.source.filter?.["apache.org:selector-filter:string"];
    const text = String((filter as { readonly value?: unknown })?.value ?? filter);
    const wanted = startOf(partition, text);
    let next: number | undefined;
    const feed = (): void => {
      while (!this.fault.hold && sender.is_open() && sender.sendable()) {
        const after = next;
        const event =
          after === undefined
            ? partition.events.find(wanted)
            : (partition.events[after - (partition.events[0]?.sequence ?? after)] ??
              partition.events.find(({ sequence }) => sequence >= after));
        if (event === undefined) return;
        if (this.#breaks(sender)) return;
        next = event.sequence + 1;
        sender.send(event.encoded, undefined, 0);
      }
    };
    hub.waiting.add(feed);
    const link = sender as unknown as { on(event: string, listener: () => void): void };
    link.on("sendable", feed);
    for (const end of ["sender_close", "session_close"])
      link.on(end, () => hub.waiting.delete(feed));
  }

  /** Epochs: a higher or equal one takes a partition over, a lower one is refused. */
  #admit(address: string, sender: Sender): boolean {
    const given = sender.properties?.["com.microsoft:epoch"];
    const epoch = given === undefined ? undefined : Number(given);
    const open = (this.#feeds.get(address) ?? []).filter((one) => one.sender.is_open());
    const highest = Math.max(-1, ...open.map((one) => one.epoch ?? -1));
    const condition = "amqp:link:stolen";
    if (highest > (epoch ?? -1)) {
      const description = `A receiver with the epoch ${highest} exists.`;
      sender.close({ condition, description });
      return false;
    }
    if (epoch !== undefined) {
      const description = `New receiver with the epoch ${epoch} is created.`;
      for (const one of open.splice(0)) one.sender.close({ condition, description });
    }
    this.#feeds.set(address, [...open, { sender, epoch }]);
    return true;
  }

  #breaks(sender: Sender): boolean {
    if (this.fault.detachAfter-- === 0) {
      sender.close({ condition: "amqp:link:detach-forced", description: "The link is detached" });
      return true;
    }
    if (this.fault.breakAfter-- !== 0) return false;
    setImmediate(() => this.cut());
    return true;
  }

  #openReceiver(receiver: Receiver): void {
    const address = receiver.target.address ?? "";
    receiver.set_target({ address });
    const [name = "", , number] = address.split("/");
    const hub = this.#hubs.get(name);
    const isRequest = address === "$cbs" || address.endsWith("$management");
    if (hub && !isRequest && number !== undefined && hub.partitions[Number(number)] === undefined) {
      const description = `The specified partition ${number} is invalid.`;
      receiver.close({ condition: "com.microsoft:argument-out-of-range", description });
      return;
    }
    if (isRequest || hub) {
      receiver.add_credit(1_000);
      return;
    }
    const description = `The messaging entity ${address} could not be found.`;
    receiver.close({ condition: "amqp:not-found", description });
  }

  #message({ receiver, message, delivery }: Context): void {
    const address = receiver!.target.address ?? "";
    receiver!.add_credit(1);
    if (this.fault.busy > 0 && address !== "$cbs") {
      this.fault.busy--;
      if (Buffer.isBuffer(message) || !address.endsWith("$management")) delivery!.reject(busy);
      else {
        delivery!.accept();
        this.#reply(
          message!,
          { code: 503, description: busy.description },
          { "error-condition": busy.condition },
        );
      }
      return;
    }
    if (address === "$cbs") {
      delivery!.accept();
      this.#token(message as Message);
    } else if (address.endsWith("$management")) {
      delivery!.accept();
      this.#manage(message as Message);
    } else this.#take(address, message!, delivery!);
  }

  #token(message: Message): void {
    const refused = decodeURIComponent(JSON.stringify(message.body)).includes(`skn=${wrongKey}`);
    const description = refused
      ? "InvalidSignature: The token has an invalid signature."
      : "Accepted";
    const more = refused ? { "error-condition": "amqp:unauthorized-access" } : {};
    this.#reply(message, { code: refused ? 401 : 202, description }, more);
  }

  #reply(
    { message_id, reply_to }: Message,
    { code, description }: { readonly code: number; readonly description: string },
    more: object = {},
    body: object = {},
  ): void {
    const properties = { "status-code": this.#rhea.types.wrap_int(code), ...more };
    this.#replies.get(reply_to ?? "")?.send({
      ...{ correlation_id: message_id, body },
      application_properties: { ...properties, "status-description": description },
    });
  }

  #manage(message: Message): void {
    const { name, type, partition: id } = message.application_properties ?? {};
    const hub = this.#hubs.get(String(name));
    const partition = hub?.partitions[Number(id)];
    if (hub === undefined || (id !== undefined && partition === undefined)) {
      const description = `The messaging entity ${name} could not be found.`;
      this.#reply(message, { code: 404, description }, { "error-condition": "amqp:not-found" });
      return;
    }
    const { types } = this.#rhea;
    const good = { code: 200, description: "OK" };
    if (partition === undefined) {
      const partition_ids = hub.partitions.map((_, at) => String(at));
      const created_at = types.wrap_timestamp(0);
      const counted = { partition_count: partition_ids.length, partition_ids };
      this.#reply(message, good, {}, { name, type, created_at, ...counted });
      return;
    }
    const { events, next, lastMs } = partition;
    this.#reply(
      message,
      good,
      {},
      {
        ...{ name, type, partition: id },
        begin_sequence_number: types.wrap_long(events[0]?.sequence ?? (next === 0 ? 0 : next)),
        last_enqueued_sequence_number: types.wrap_long(next - 1),
        last_enqueued_offset: next === 0 ? "-1" : String(1_000 + (next - 1) * 100),
        last_enqueued_time_utc: types.wrap_timestamp(lastMs),
        is_partition_empty: events.length === 0,
      },
    );
  }

  /** Events that were sent: one, or many in the data sections of one message. */
  #take(
    address: string,
    message: Message | Buffer,
    delivery: { accept(): void; reject(error: object): void },
  ): void {
    this.messages++;
    const [name = "", , number] = address.split("/");
    const hub = this.#hubs.get(name)!;
    const { message: codec } = this.#rhea;
    const outer = Buffer.isBuffer(message) ? codec.decode(message) : message;
    const content = (outer.body as { readonly content: Buffer | Buffer[] }).content;
    const key = outer.message_annotations?.["x-opt-partition-key"];
    const where = {
      ...(number === undefined ? {} : { partition: Number(number) }),
      ...(key === undefined ? {} : { key: String(key) }),
    };
    // Without a place, all of one message go to the same partition.
    const place = where.partition === undefined && key === undefined ? hub.turn() : where;
    const inner = Buffer.isBuffer(message)
      ? [content].flat().map((one) => codec.decode(one))
      : [outer];
    for (const one of inner) {
      const { "x-opt-partition-key": _, ...annotations } = one.message_annotations ?? {};
      hub.append({ ...one, message_annotations: annotations }, place);
    }
    if (this.fault.unanswered > 0) {
      this.fault.unanswered--;
      this.cut();
    } else delivery.accept();
  }
}

function noFault(): Fault {
  return { hold: false, busy: 0, detachAfter: -1, breakAfter: -1, unanswered: 0 };
}
