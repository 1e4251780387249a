import type { Socket } from "node:net";

/** What the server uses of rhea, an AMQP 1.0 library. */
export interface Rhea {
  create_container(options: object): Container;
  readonly types: {
    wrap_long(value: number): unknown;
    wrap_timestamp(ms: number): unknown;
    wrap_int(value: number): unknown;
  };
  readonly message: {
    encode(message: Message): Buffer;
    decode(bytes: Buffer): Message;
    data_section(bytes: Uint8Array): unknown;
  };
}

export interface Message {
  body?: unknown;
  message_id?: unknown;
  correlation_id?: unknown;
  reply_to?: string;
  message_annotations?: Record<string, unknown>;
  application_properties?: Record<string, unknown>;
}

export interface Container {
  listen(options: object): Listening;
  on(event: string, listener: (context: Context) => void): unknown;
}

export interface Listening {
  address(): { readonly port: number } | string | null;
  close(done?: () => void): unknown;
  on(event: "connection", listener: (socket: Socket) => void): unknown;
  once(event: "listening" | "error", listener: (thrown?: Error) => void): unknown;
}

export interface Delivery {
  accept(): void;
  reject(error: object): void;
}

export interface Link {
  readonly name: string;
  readonly source: { readonly address?: string; readonly filter?: Record<string, unknown> };
  readonly target: { readonly address?: string };
  readonly properties?: Record<string, unknown>;
  readonly connection: object;
  close(error?: object): void;
  is_open(): boolean;
}

export interface Sender extends Link {
  sendable(): boolean;
  send(message: Message | Buffer, tag?: unknown, format?: number): unknown;
  set_source(source: object): void;
}

export interface Receiver extends Link {
  add_credit(count: number): void;
  set_target(target: object): void;
}

/** What an event of the container is about. */
export interface Context {
  readonly sender?: Sender;
  readonly receiver?: Receiver;
  readonly message?: Message | Buffer;
  readonly delivery?: Delivery;
  readonly connection: object;
}
