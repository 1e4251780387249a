import type { IClientOptions, MqttClient } from "mqtt";
import type { Client, ClientOptions } from "../../../../src/connector/mqtt/client.ts";

// What is used of the peer is what it has: compiled, not run.
export const client = (real: MqttClient): Client => real;
export const options = (ours: Omit<ClientOptions, "incomingStore">): IClientOptions => ours;
