import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/engine/engine.ts";
import { replaceEnv } from "../../src/env.ts";
import { openLocal } from "../../src/execution/local/local.ts";
import { SparkSession } from "../../src/index.ts";
import { faultsOf, withFaults } from "../../src/storage/fault.ts";
import { intercept } from "../../src/storage/intercept.ts";
import { localStore } from "../../src/storage/local.ts";
import { volatileDisk } from "../../src/storage/volatile.ts";

/** A machine whose power may go: what is durable is in `folder`. */
export interface Machine extends AsyncDisposable {
  readonly folder: string;
  /**
   * The calls of the last process, in their order: of the disk beneath its stores, and of its
   * engine for files.
   */
  readonly methods: readonly string[];
  /**
   * Runs a process on what the disk holds. False: it was stopped before its end. What fails by a
   * planned failure is run a second time in the same process.
   */
  process(main: (spark: SparkSession) => Promise<void>, trouble?: Trouble): Promise<boolean>;
}

/** What befalls a process. */
export interface Trouble {
  /** At this call, counted from 1; 0 or less: never. */
  readonly at: number;
  /**
   * The power goes, with all that was not synced; or the process alone dies; or the call fails,
   * once, and the process goes on.
   */
  readonly way: "power cut" | "death" | "failure";
  /** Whether the call still takes effect, though nobody hears of it. */
  readonly takesEffect: boolean;
}

/** `conf` is what its processes add to their configuration. */
export function openMachine(conf: Readonly<Record<string, string>> = {}): Machine {
  const home = mkdtempSync(join(tmpdir(), "millrace-sim-"));
  const folder = join(home, "disk");
  mkdirSync(folder);
  let methods: string[] = [];
  return {
    folder,
    get methods() {
      return methods;
    },
    async process(main, trouble) {
      methods = [];
      const disk = volatileDisk(folder, join(home, "attic"));
      const { wrap, faults } = troubled(methods, trouble);
      const quiet = replaceEnv({ warn: () => undefined });
      let failure: unknown;
      try {
        const spark = await openProcess(folder, conf, {
          stores: { file: async () => localStore(wrap(disk)) },
          engine: (engine) => withFileCalls(engine, wrap),
        });
        const again = (thrown: unknown): Promise<void> => {
          if (comesFrom(thrown, brokenDisk)) return main(spark);
          throw thrown;
        };
        await main(spark)
          .catch(again)
          .catch((thrown: unknown) => {
            failure = thrown;
          });
        // A dead process gets this far too: nothing it still does reaches the disk.
        await spark.stop();
      } finally {
        quiet();
      }
      if (faults.stopped && trouble?.way === "power cut") disk.crash();
      else if (!faults.stopped && failure !== undefined) throw failure;
      rmSync(join(home, "attic"), { recursive: true, force: true });
      return !faults.stopped;
    },
    async [Symbol.asyncDispose]() {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const brokenDisk = Object.assign(new Error("EIO: i/o error"), { errno: -5, code: "EIO" });

/** Whether an error is, or was caused by, another. */
function comesFrom(thrown: unknown, cause: Error): boolean {
  return thrown === cause || (thrown instanceof Error && comesFrom(thrown.cause, cause));
}

/** Notes the calls on what it wraps into `methods`, and makes the trouble. */
function troubled(methods: string[], trouble: Trouble | undefined) {
  const { at = 0, way, takesEffect = false } = trouble ?? {};
  const faults = faultsOf(way === "failure" ? {} : { stopAt: at, takesEffect });
  const wrap = <T extends object>(target: T): T =>
    intercept(withFaults(target, faults), async ({ method }, run) => {
      methods.push(method);
      if (way !== "failure" || methods.length !== at) return run();
      if (takesEffect) await run();
      throw brokenDisk;
    });
  return { faults, wrap };
}

/** A session over the warehouse in `folder`, a path or a URI. */
export async function openProcess(
  folder: string,
  given: Readonly<Record<string, string>> = {},
  parts: Parameters<typeof openLocal>[1] = {},
): Promise<SparkSession> {
  const conf = {
    "spark.sql.warehouse.dir": `${folder}/warehouse`,
    "millrace.engine.threads": "1",
    ...given,
  };
  return new SparkSession(await openLocal(conf, parts));
}

/** The engine's own writes count with the calls of the disk: they too are steps of a process. */
function withFileCalls(engine: Engine, wrap: <T extends object>(target: T) => T): Engine {
  const writes = wrap({
    writeParquet: engine.writeParquet.bind(engine),
  } satisfies Partial<Engine>);
  return new Proxy(engine, {
    get(target, property) {
      if (property in writes) return Reflect.get(writes, property);
      const member: unknown = Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
