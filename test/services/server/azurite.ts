import { createRequire } from "node:module";
import { freePort, type Running, start } from "./server.ts";

/** The emulator's one account, and its key as its documentation gives it. */
export const account = {
  name: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

/** Azurite's Blob service (`endpoint`) and its queues (`queue`), with what a client needs. */
export interface Azurite {
  readonly endpoint: string;
  readonly queue: string;
  readonly connectionString: string;
}

export async function startAzurite(): Promise<Omit<Running, "server"> & { server: Azurite }> {
  const program = createRequire(import.meta.url).resolve("azurite/dist/src/azurite.js");
  const [blob, queue, table] = [await freePort(), await freePort(), await freePort()];
  const { stop } = await start(
    [
      ...[process.execPath, program, "--silent", "--inMemoryPersistence", "--disableTelemetry"],
      ...["--skipApiVersionCheck", "--loose"],
      ...["--blobPort", String(blob), "--queuePort", String(queue), "--tablePort", String(table)],
    ],
    queue,
  );
  const at = (port: number): string => `http://127.0.0.1:${port}/${account.name}`;
  const server = {
    endpoint: `http://127.0.0.1:${blob}`,
    queue: at(queue),
    connectionString: [
      `DefaultEndpointsProtocol=http;AccountName=${account.name};AccountKey=${account.key}`,
      `BlobEndpoint=${at(blob)};QueueEndpoint=${at(queue)}`,
    ].join(";"),
  };
  return { server, stop };
}
