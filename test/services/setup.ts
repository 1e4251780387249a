import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { cache, installReaders } from "../interop/setup.ts";
import { type Azurite, startAzurite } from "./server/azurite.ts";
import { startGcs } from "./server/gcs.ts";
import { startGofakes3 } from "./server/gofakes3.ts";
import { kafkaOnDemand } from "./server/kafka/broker.ts";
import { startMariadb } from "./server/mariadb.ts";
import { startMoto } from "./server/moto.ts";
import { startMysql } from "./server/mysql.ts";
import { once, serveOnDemand } from "./server/on-demand.ts";
import { startPostgres } from "./server/postgres.ts";
import { startPubsub } from "./server/pubsub.ts";
import { startS3 } from "./server/s3.ts";
import type { Running, Server } from "./server/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    s3: Server;
    gofakes3: Server;
    gcs: Server;
    moto: Server;
    pubsub: Server;
    azure: Azurite | { readonly missing: string };
    /** See `kafkaBroker`. */
    kafka: string;
    /** See `kafkaCluster`. */
    kafkaCluster: string;
    /** See `demand`: each is a `Logged`. */
    postgres: string;
    mariadb: string;
    mysql: string;
  }
}

const starters = {
  s3: startS3,
  gofakes3: startGofakes3,
  gcs: startGcs,
  moto: startMoto,
  pubsub: startPubsub,
  azure: startAzurite,
} as const;

/**
 * Starts every server, before any test of the run; what cannot be had is said and skipped. Those
 * on demand start when a test asks.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = await Promise.all(
    Object.entries(starters).map(async ([name, start]) => {
      const one: Running = await start().catch((thrown: unknown) => {
        const missing = `no ${name}: ${thrown instanceof Error ? thrown.message : thrown}`;
        console.log(`skipped: ${missing}`);
        return { server: { missing }, stop: async () => undefined };
      });
      project.provide(name as keyof typeof starters, one.server as never);
      return one;
    }),
  );
  const readers = await installReaders(join(cache, "py")).catch((thrown: unknown) => {
    const missing = `no delta-rs: ${thrown instanceof Error ? thrown.message : thrown}`;
    console.log(`skipped: ${missing}`);
    return { missing };
  });
  project.provide("readers", readers);
  const kafka = await serveOnDemand("kafka", kafkaOnDemand());
  project.provide("kafka", kafka.control);
  const cluster = await serveOnDemand("kafka cluster", kafkaOnDemand(3));
  project.provide("kafkaCluster", cluster.control);
  const postgres = await serveOnDemand("postgres", once(startPostgres));
  project.provide("postgres", postgres.control);
  const mariadb = await serveOnDemand("mariadb", once(startMariadb));
  project.provide("mariadb", mariadb.control);
  const mysql = await serveOnDemand("mysql", once(startMysql));
  project.provide("mysql", mysql.control);
  return async () => {
    await Promise.all(
      [...running, kafka, cluster, postgres, mariadb, mysql].map((one) => one.stop()),
    );
  };
}
