import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { error } from "../../error/error.ts";
import { errorOf } from "./failure.ts";
import { registerJavascript } from "./javascript/register.ts";
import { type Duck, loadDuck } from "./module.ts";
import { HeldRows, registerHeldRows } from "./parquet/held-rows.ts";
import type { Payload } from "./payload/payload.ts";

export interface InstanceOptions {
  /** DuckDB's spelling: `2GB`. Absent: DuckDB's own rule, 80% of the memory. */
  readonly memoryLimit?: string;
  /** Where a query that does not fit in memory spills. Absent: a folder made and removed here. */
  readonly tempDirectory?: string;
  /** Absent: one for each core. */
  readonly threads?: number;
}

/** Queries hold libuv's four threads while they work; two leave room for the log's own I/O. */
const queriesAtWork = 2;

/** Open results each hold a connection; more than this at once is a leak of the caller's. */
const connectionLimit = 64;

/** A connection costs some 50 KB; this many wait for the next query. */
const idleLimit = 4;

/** Functions of payloads that are made callable; DuckDB forgets none of them. */
const payloadLimit = 4096;

/** One DuckDB, its connections, and the bound on the work it does at a time. */
export class Instance implements AsyncDisposable {
  readonly duck: Duck;
  /** Where queries spill, and keep files while they run. */
  readonly folder: string;
  /** The rows that queries under way leave out of their files. */
  readonly heldRows = new HeldRows();
  readonly #database: DuckDBInstance;
  /** Whether the folder was made here, to be removed here. */
  readonly #own: boolean;
  readonly #threads: Threads;
  readonly #idle: DuckDBConnection[] = [];
  readonly #work = new Semaphore(queriesAtWork);
  readonly #connections = new Semaphore(connectionLimit);
  readonly #open = new Set<DuckDBConnection>();
  readonly #payloads = new Set<string>();
  #controlling: DuckDBConnection | undefined;
  #closed = false;

  private constructor(duck: Duck, database: DuckDBInstance, made: Made) {
    this.duck = duck;
    this.#database = database;
    this.folder = made.folder;
    this.#own = made.own;
    this.#threads = new Threads(made.threads, (sql) => this.#control(sql));
  }

  static async open(options: InstanceOptions): Promise<Instance> {
    const duck = loadDuck();
    const made = options.tempDirectory === undefined;
    const folder = options.tempDirectory ?? (await mkdtemp(join(tmpdir(), "millrace-")));
    const threads = options.threads ?? availableParallelism();
    const database = await duck.DuckDBInstance.create(":memory:", {
      threads: String(threads),
      temp_directory: folder,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      // A file may be replaced under its name; nothing of it may outlive a query.
      enable_external_file_cache: "false",
      ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
    });
    const instance = new Instance(duck, database, { folder, own: made, threads });
    // Functions of SQL belong to the database: one connection registers them for all.
    const first = await instance.acquire();
    registerJavascript(duck, first);
    registerHeldRows(duck, first, instance.heldRows);
    instance.giveBack(first);
    return instance;
  }

  /** A connection for one query; give it back. Its time zone is UTC: plans name theirs. */
  async acquire(): Promise<DuckDBConnection> {
    if (this.#closed) throw error("ENGINE_CLOSED", {});
    await this.#connections.enter();
    const kept = this.#idle.pop();
    if (kept !== undefined) return kept;
    try {
      const connection = await this.#database.connect();
      this.#open.add(connection);
      await connection.run("SET TimeZone = 'UTC'");
      return connection;
    } catch (thrown) {
      this.#connections.leave();
      throw errorOf(thrown, "connect");
    }
  }

  /** Makes functions of payloads callable; to be done before a statement that calls them is run. */
  async provide(
    connection: DuckDBConnection,
    payloads: ReadonlyMap<string, Payload>,
  ): Promise<void> {
    const lacking = [...payloads].filter(([name]) => !this.#payloads.has(name));
    if (lacking.length === 0) return;
    const { registerPayload } = await import("./payload/register.ts");
    for (const [name, payload] of lacking) {
      if (this.#payloads.has(name)) continue;
      if (this.#payloads.size >= payloadLimit) {
        throw error("TOO_MANY_PAYLOAD_SCHEMAS", { limit: String(payloadLimit) });
      }
      registerPayload(this.duck, connection, { name, payload });
      this.#payloads.add(name);
    }
  }

  giveBack(connection: DuckDBConnection): void {
    this.#connections.leave();
    if (this.#closed || this.#idle.length >= idleLimit) {
      this.#open.delete(connection);
      connection.closeSync();
    } else {
      this.#idle.push(connection);
    }
  }

  /** Does a step of a query when a place is free; DuckDB's errors come out as ours. */
  async work<T>(sql: string, step: () => Promise<T>, width: Width = "wide"): Promise<T> {
    await this.#work.enter();
    try {
      if (this.#closed) throw error("ENGINE_CLOSED", {});
      try {
        await this.#threads.begin(width);
        return await step();
      } finally {
        this.#threads.end(width);
      }
    } catch (thrown) {
      throw errorOf(thrown, sql);
    } finally {
      this.#work.leave();
    }
  }

  /** Runs a setting beside the queries: on a connection of its own, which never has to wait. */
  async #control(sql: string): Promise<void> {
    if (this.#controlling === undefined) {
      this.#controlling = await this.#database.connect();
      this.#open.add(this.#controlling);
    }
    await this.#controlling.run(sql);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Runs a step on a connection of its own. */
  async with<T>(sql: string, step: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      return await this.work(sql, () => step(connection), "any");
    } finally {
      this.giveBack(connection);
    }
  }

  async run(sql: string): Promise<void> {
    await this.with(sql, (connection) => connection.run(sql));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const connection of this.#open) connection.interrupt();
    for (let place = 0; place < queriesAtWork; place += 1) await this.#work.enter();
    for (let place = 0; place < queriesAtWork; place += 1) this.#work.leave();
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#controlling?.closeSync();
    this.#database.closeSync();
    if (this.#own) await rm(this.folder, { recursive: true, force: true });
  }
}

interface Made {
  readonly folder: string;
  readonly own: boolean;
  readonly threads: number;
}

/**
 * How many threads can work on a query. `half`: another query is expected beside it. `narrow`: one,
 * because text is read by one (JavaScript), and beside it another thread of DuckDB has nothing to
 * do, and waits by spinning, which costs as much as the reading. `any`: the query is content with
 * the threads there are.
 */
export type Width = "wide" | "half" | "narrow" | "any";

/**
 * Puts DuckDB's own threads away while only narrower queries work. Fewer threads are asked for
 * only when nothing is at work: DuckDB would wait for the task of each.
 */
class Threads {
  readonly #wanted: Readonly<Record<Width, number | undefined>>;
  readonly #set: (sql: string) => Promise<void>;
  readonly #working: Record<Width, number> = { wide: 0, half: 0, narrow: 0, any: 0 };
  #now: number;

  constructor(all: number, set: (sql: string) => Promise<void>) {
    this.#wanted = { wide: all, half: Math.max(1, all >> 1), narrow: 1, any: undefined };
    this.#now = all;
    this.#set = set;
  }

  async begin(width: Width): Promise<void> {
    const others = (Object.keys(this.#working) as Width[]).filter((one) => this.#working[one] > 0);
    this.#working[width] += 1;
    const wanted = this.#wanted[width] ?? this.#now;
    const narrower = others.some((one) => (this.#wanted[one] ?? wanted) < wanted);
    if (wanted === this.#now || narrower || (wanted < this.#now && others.length > 0)) return;
    this.#now = wanted;
    await this.#set(`SET threads = ${wanted}`);
  }

  end(width: Width): void {
    this.#working[width] -= 1;
  }
}

class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
