import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/engine/engine.ts";
import { replaceEnv } from "../../src/env.ts";
import { openLocal } from "../../src/execution/local/local.ts";
import { SparkSession } from "../../src/index.ts";
import { type FaultPlan, faultsOf, StoppedError, withFaults } from "../../src/storage/fault.ts";
import { localStore } from "../../src/storage/local.ts";
import { volatileDisk } from "../../src/storage/volatile.ts";

/** A machine whose power may go: what is durable is in `folder`. */
export interface Machine extends AsyncDisposable {
  readonly folder: string;
  /** Calls of the last process: of the disk beneath its stores, and for files of its engine. */
  readonly calls: number;
  /**
   * Runs a process on what the disk holds, with the faults of `plan`. False: the power went, with
   * all that was not synced, and with everything in memory.
   */
  process(plan: FaultPlan, main: (spark: SparkSession) => Promise<void>): Promise<boolean>;
}

export function openMachine(): Machine {
  const home = mkdtempSync(join(tmpdir(), "millrace-sim-"));
  const folder = join(home, "disk");
  mkdirSync(folder);
  let calls = 0;
  return {
    folder,
    get calls() {
      return calls;
    },
    async process(plan, main) {
      const faults = faultsOf(plan);
      const disk = volatileDisk(folder, join(home, "attic"));
      const quiet = replaceEnv({ warn: () => undefined });
      let failure: unknown;
      try {
        const spark = await openProcess(folder, {
          stores: { file: async () => localStore(withFaults(disk, faults)) },
          engine: (engine) => withFileFaults(engine, faults),
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
      if (faults.stopped) disk.crash();
      else if (failure !== undefined) throw failure;
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
  parts: Parameters<typeof openLocal>[1] = {},
): Promise<SparkSession> {
  const conf = {
    "spark.sql.warehouse.dir": join(folder, "warehouse"),
    "millrace.engine.threads": "1",
  };
  return new SparkSession(await openLocal(conf, parts));
}

/** The engine's own writes count with the calls of the disk: they too are steps of a process. */
function withFileFaults(engine: Engine, faults: ReturnType<typeof faultsOf>): Engine {
  const writes = withFaults(
    {
      writeParquet: engine.writeParquet.bind(engine),
      writeJson: engine.writeJson.bind(engine),
    } satisfies Partial<Engine>,
    faults,
  );
  return new Proxy(engine, {
    get(target, property) {
      const member: unknown = Reflect.get(property in writes ? writes : target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Whether an error is, or comes from, the end of the process. */
export function isStopped(thrown: unknown): boolean {
  if (thrown instanceof StoppedError) return true;
  return thrown instanceof Error && thrown.cause !== undefined && isStopped(thrown.cause);
}
