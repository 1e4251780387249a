import { importPeer } from "../../../../src/storage/peer.ts";

/** What a message had. */
export interface Heard {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly properties?: {
    readonly userProperties?: Readonly<Record<string, string | string[]>>;
  };
}

interface Sending {
  readonly qos: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly properties?: object;
}

/** What the tests use of the peer's client. */
export interface TestClient {
  publishAsync(topic: string, payload: string | Buffer, options: Sending): Promise<unknown>;
  subscribeAsync(topic: string, options: { readonly qos: 0 | 1 | 2 }): Promise<unknown>;
  on(event: "message", listener: (topic: string, payload: Buffer, packet: Heard) => void): unknown;
  endAsync(): Promise<void>;
}

interface Mqtt {
  connectAsync(url: string, options: object): Promise<TestClient>;
}

/** A client of the tests' own, MQTT 5. */
export async function connectTo(url: string, options: object = {}): Promise<TestClient> {
  const { connectAsync } = await importPeer<Mqtt>("mqtt", "this test");
  return connectAsync(url.replace("tcp:", "mqtt:"), { protocolVersion: 5, ...options });
}

/** Publishes, and resolves when the broker has all. */
export async function publishAll(
  client: TestClient,
  topic: string,
  payloads: readonly (string | Buffer)[],
  options: Sending = { qos: 1 },
): Promise<void> {
  await Promise.all(payloads.map((one) => client.publishAsync(topic, one, options)));
}
