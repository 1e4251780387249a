import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../random.ts";
import { sharedPath } from "../../shared.ts";
import { mutate, type Role } from "./mutation.ts";
import { type Outcome, Reader } from "./reader.ts";

const golden = fileURLToPath(new URL("../../golden/table", import.meta.url));

/** The tables that are changed: those kept here, and more where there are more. */
function fuzzTables(): string[] {
  const tables = new Map<string, string>();
  for (const folder of [golden, sharedPath("ref/tables")]) {
    if (folder === undefined) continue;
    for (const name of readdirSync(folder)) {
      const table = join(folder, name, "table");
      if (existsSync(table) && !tables.has(name)) tables.set(name, table);
    }
  }
  return [...tables].sort().map(([, table]) => table);
}

/** A change that did what it must not, in words. */
export type Finding = string;

export interface FuzzRequest {
  readonly count: number;
  readonly seed: number;
  readonly role?: Role;
}

export interface Fuzzed {
  /** Changes that were made and read. */
  readonly run: number;
  readonly findings: readonly Finding[];
  /** Footers that gave other rows: no checksum guards them, what contradicts itself is refused. */
  readonly believed: readonly Finding[];
}

/**
 * Changes tables one file at a time, each in a copy of its own: what a reader has seen of a log it
 * keeps. The same seed makes the same changes.
 */
export async function fuzz({ count, seed, role }: FuzzRequest): Promise<Fuzzed> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-fuzz-"));
  await using reader = new Reader();
  const tables = fuzzTables();
  const sound = new Map<string, Outcome>();
  const findings: Finding[] = [];
  const believed: Finding[] = [];
  let run = 0;
  try {
    for (let turn = 0; turn < count; turn++) {
      const random = createRandom(seed + turn);
      const table = random.pick(tables);
      const before = sound.get(table) ?? (await reader.read(table));
      sound.set(table, before);
      const copy = join(folder, `t${turn}`);
      cpSync(table, copy, { recursive: true });
      const mutation = mutate(copy, random, role);
      if (mutation === undefined) continue;
      run++;
      const checked = isChecked(table, mutation.role);
      const outcome = await reader.read(copy);
      const wrong = wrongOf(checked, before, outcome);
      const { file, what } = mutation;
      const name = basename(dirname(table));
      const text = `seed ${seed + turn}: ${name}: ${file}: ${what}`;
      if (wrong) findings.push(`${text}: ${wrong}`);
      else if (mutation.role === "data" && differs(before, outcome)) believed.push(text);
      rmSync(copy, { recursive: true, force: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { run, findings, believed };
}

/**
 * Whether nothing done to a file may give other rows: a pointer and a checksum are hints, a
 * deletion vector has a checksum of its own, and the log is held against the checksum of the
 * version that is read, if there is one. A footer of Parquet has none: one that contradicts neither
 * itself nor the log is believed.
 */
function isChecked(table: string, role: Role): boolean {
  if (role === "data") return false;
  if (role !== "commit" && role !== "checkpoint") return true;
  const log = readdirSync(join(table, "_delta_log"));
  const newest = log
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .at(-1);
  return newest !== undefined && log.includes(newest.replace(".json", ".crc"));
}

function wrongOf(checked: boolean, before: Outcome, outcome: Outcome): string | undefined {
  if (outcome.kind === "crash") return `the process ended: ${outcome.reason}`;
  if (outcome.kind === "hang") return "it went on and on";
  if (outcome.kind === "error") return outcome.internal ? outcome.code : undefined;
  return checked && differs(before, outcome) ? "other rows without an error" : undefined;
}

function differs(before: Outcome, outcome: Outcome): boolean {
  return before.kind === "rows" && outcome.kind === "rows" && before.digest !== outcome.digest;
}
