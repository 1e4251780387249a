import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/engine/engine.ts";
import { replaceEnv } from "../../src/env.ts";
import { openLocal } from "../../src/execution/local/local.ts";
import { SparkSession } from "../../src/index.ts";
import { type FaultPlan, faultsOf, withFaults } from "../../src/storage/fault.ts";
import { intercept } from "../../src/storage/intercept.ts";
import { localStore } from "../../src/storage/local.ts";
import { volatileDisk } from "../../src/storage/volatile.ts";

/** A machine whose power may go: what is durable is in `folder`. */
export interface Machine extends AsyncDisposable {
  readonly folder: string;
  /** Calls of the last process: of the disk beneath its stores, and for files of its engine. */
  readonly calls: number;
  /** What those calls were, in their order. */
  readonly methods: readonly string[];
  /** Runs a process on what the disk holds. False: it came to the end that was planned for it. */
  process(main: (spark: SparkSession) => Promise<void>, end?: End): Promise<boolean>;
}

/** How a process ends early. */
export interface End extends Pick<FaultPlan, "stopAt" | "takesEffect"> {
  /** Whether all that was not synced is lost with it, or the process alone dies. */
  readonly powerCut?: boolean;
}

/** `conf` is what its processes add to their configuration. */
export function openMachine(conf: Readonly<Record<string, string>> = {}): Machine {
  const home = mkdtempSync(join(tmpdir(), "millrace-sim-"));
  const folder = join(home, "disk");
  mkdirSync(folder);
  let calls = 0;
  let methods: string[] = [];
  return {
    folder,
    get calls() {
      return calls;
    },
    get methods() {
      return methods;
    },
    async process(main, { powerCut = true, ...plan } = {}) {
      const faults = faultsOf(plan);
      methods = [];
      const faulty = <T extends object>(target: T): T =>
        intercept(withFaults(target, faults), ({ method }, run) => {
          methods.push(method);
          return run();
        });
      const disk = volatileDisk(folder, join(home, "attic"));
      const quiet = replaceEnv({ warn: () => undefined });
      let failure: unknown;
      try {
        const spark = await openProcess(folder, conf, {
          stores: { file: async () => localStore(faulty(disk)) },
          engine: (engine) => withFileCalls(engine, faulty),
        });
        await main(spark).catch((thrown: unknown) => {
          failure = thrown;
        });
        // A dead process gets this far too: nothing it still does reaches the disk.
        await spark.stop();
      } finally {
        quiet();
        calls = faults.calls;
      }
      if (faults.stopped && powerCut) disk.crash();
      else if (!faults.stopped && failure !== undefined) throw failure;
      rmSync(join(home, "attic"), { recursive: true, force: true });
      return !faults.stopped;
    },
    async [Symbol.asyncDispose]() {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A session over the warehouse in `folder`. */
export async function openProcess(
  folder: string,
  given: Readonly<Record<string, string>> = {},
  parts: Parameters<typeof openLocal>[1] = {},
): Promise<SparkSession> {
  const conf = {
    "spark.sql.warehouse.dir": join(folder, "warehouse"),
    "millrace.engine.threads": "1",
    ...given,
  };
  return new SparkSession(await openLocal(conf, parts));
}

/** The engine's own writes count with the calls of the disk: they too are steps of a process. */
function withFileCalls(engine: Engine, wrap: <T extends object>(target: T) => T): Engine {
  const writes = wrap({
    writeParquet: engine.writeParquet.bind(engine),
    writeJson: engine.writeJson.bind(engine),
  } satisfies Partial<Engine>);
  return new Proxy(engine, {
    get(target, property) {
      if (property in writes) return Reflect.get(writes, property);
      const member: unknown = Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
