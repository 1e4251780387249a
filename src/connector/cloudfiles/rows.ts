import { appendFile } from "node:fs/promises";
import { columnsOf, isNotNull, reference } from "../../analysis/expression.ts";
import type { TypedRelation } from "../../analysis/typed.ts";
import type { CachedResult } from "../../engine/engine.ts";
import { isError } from "../../error/error.ts";
import type { BadLog, Input, InputFile } from "../../plan/input.ts";
import type { Options } from "../../plan/relation.ts";
import { type RescuedFields, rescuedFields } from "../../schema/rescued.ts";
import { field, type StructType, string, struct } from "../../schema/type.ts";
import type { Batch } from "../../stream/source.ts";
import type { ReadRequest } from "../connector.ts";
import { hiddenFields, isTyped } from "../file/format.ts";
import { filesInput, inputFiles, type ReadFile } from "../file/input.ts";
import { badLog, dropBad, publishBad } from "./bad-record.ts";
import { evolveByFooters, evolveByRecords } from "./evolving.ts";
import type { CloudFilesOptions } from "./option.ts";
import { type ResolvedSchema, readerOptions } from "./schema.ts";
import { storedFiles } from "./stored.ts";
import { allFit, typedRelation } from "./typed-rows.ts";

/** The column unknown fields are gathered in where the user has none. */
const ownRescued = "_rescued_data";

export interface RowsSpec {
  readonly request: ReadRequest;
  readonly settings: CloudFilesOptions;
  readonly resolved: ResolvedSchema;
  /** Hidden columns in use; undefined: all of them. */
  readonly hidden: readonly string[] | undefined;
  /** As in `SourceContext`. */
  readonly atomic: boolean;
}

/**
 * Files as rows, and new columns found before anybody sees a batch. Where the mode asks for it
 * and the sink is atomic, a record with a new column stops the read; under any other sink the
 * batch is first read into the engine's keeping and its rescued records are looked at. Either way
 * a new column makes the next schema version durable, then fails the batch. The files stay
 * planned: the restart reads the same ones with the new schema, whenever this process dies.
 */
export class CloudFilesRows {
  readonly #spec: RowsSpec;
  readonly #columns: StructType;
  #files: readonly ReadFile[] = [];
  #inputs: readonly InputFile[] = [];
  #kept: CachedResult | undefined;

  constructor(spec: RowsSpec) {
    this.#spec = spec;
    const { full } = spec.resolved;
    const hidden = hiddenFields(full, spec.settings.format).filter(
      ({ name }) => spec.hidden?.includes(name) ?? true,
    );
    this.#columns = struct([...full.fields, ...hidden]);
  }

  async read(files: readonly ReadFile[]): Promise<Batch> {
    await this.close();
    const { request, settings, resolved, atomic } = this.#spec;
    const { timeZone } = request.context.queryContext();
    this.#files = files;
    this.#inputs = inputFiles(files, { columns: resolved.partitions, timeZone });
    if (files.length === 0) return { input: { kind: "empty", schema: this.#columns }, rows: 0 };
    if (isTyped(settings.format)) return this.#readTyped();
    const looked = this.#looks();
    // A column the stream does not show is rescued into what is kept alone.
    const stops = atomic && settings.rescuedColumn !== undefined && !this.#widens();
    if ((looked && !stops) || settings.badRecords !== undefined) {
      return this.#readKept(files);
    }
    const options = this.#options();
    const input = this.#input(this.#columns, options);
    return { input: looked && input.kind === "text" ? { ...input, known: resolved.full } : input };
  }

  /** After a read that a new column stopped: the batch is read again, to find all of them. */
  async failed(thrown: unknown): Promise<void> {
    if (!isError(thrown, "UNKNOWN_FIELD_EXCEPTION")) return;
    if (!this.#inputs.some(({ uri }) => uri === thrown.parameters["path"])) return;
    await this.#readKept(this.#files);
  }

  async close(): Promise<void> {
    await this.#kept?.[Symbol.asyncDispose]();
    this.#kept = undefined;
    this.#inputs = [];
  }

  /** Whether the mode asks for what is new. */
  #looks(): boolean {
    const { evolution } = this.#spec.settings;
    return evolution.startsWith("addNewColumns") || evolution === "failOnNewColumns";
  }

  #widens(): boolean {
    return this.#spec.settings.evolution === "addNewColumnsWithTypeWidening";
  }

  #options() {
    const { request, settings, resolved } = this.#spec;
    return readerOptions(request.options, settings, resolved.stored !== undefined);
  }

  #input(columns: StructType, options: Options): Input {
    const { settings, resolved } = this.#spec;
    const input = filesInput(settings.format, columns, { files: this.#inputs, options });
    return resolved.stored === undefined ? input : byNames(input);
  }

  async #readTyped(): Promise<Batch> {
    const { request, settings, resolved } = this.#spec;
    const { good, bad } = await storedFiles(this.#inputs, { request, settings });
    if (bad.length > 0 && settings.badRecords !== undefined) {
      const log = badLog(request.context.staging);
      const lines = bad.map(({ file, reason }) => JSON.stringify({ path: file.uri, reason }));
      await appendFile(log.files, lines.map((line) => `${line}\n`).join(""));
      await publishBad(log, settings.badRecords);
    }
    if (good.length === 0) return { input: { kind: "empty", schema: this.#columns }, rows: 0 };
    if (this.#looks()) await evolveByFooters(good, this.#spec);
    const rows = { settings, resolved, columns: this.#columns, options: this.#options() };
    const whole = settings.variantColumn !== undefined;
    if (!whole && (settings.rescuedColumn === undefined || allFit(good, rows))) {
      const files = good.map(({ file }) => file);
      const { options } = rows;
      return { input: filesInput(settings.format, this.#columns, { files, options }) };
    }
    return this.#keep(typedRelation(good, rows));
  }

  async #keep(relation: TypedRelation): Promise<Batch> {
    const { engine, queryContext } = this.#spec.request.context;
    const kept = await engine.cache(relation, queryContext());
    this.#kept = kept;
    return { input: { kind: "cached", schema: this.#columns, name: kept.name }, rows: kept.rows };
  }

  async #readKept(files: readonly ReadFile[]): Promise<Batch> {
    const { request, settings } = this.#spec;
    const looked = this.#looks();
    const rescued = settings.rescuedColumn ?? (looked ? ownRescued : undefined);
    const options = rescued ? { ...this.#options(), rescueddatacolumn: rescued } : this.#options();
    // A column the stream does not show stands last, where the batch's own schema leaves it out.
    const shown = settings.rescuedColumn !== undefined || rescued === undefined;
    const columns = shown
      ? this.#columns
      : struct([...this.#columns.fields, field(rescued, string)]);
    const bad = settings.badRecords && badLog(request.context.staging);
    const read = this.#input(columns, options);
    const input = bad ? badInput(read, bad) : read;
    const batch = await this.#keep({ kind: "input", input, output: columnsOf(columns) });
    if (looked) {
      const found = await this.#findNew(columns, rescued!);
      try {
        await evolveByRecords(files, found, this.#spec);
      } catch (thrown) {
        if (bad) await dropBad(bad);
        throw thrown;
      }
    }
    if (bad && settings.badRecords) await publishBad(bad, settings.badRecords);
    return batch;
  }

  /** The new fields of the first record that has any; else the fields of other types, if asked. */
  async #findNew(columns: StructType, rescued: string): Promise<RescuedFields> {
    const input = { kind: "cached", schema: columns, name: this.#kept!.name } as const;
    const output = columnsOf(columns);
    const column = output.find(({ name }) => name === rescued)!;
    const filled: TypedRelation = {
      kind: "filter",
      input: { kind: "input", input, output },
      condition: isNotNull(reference(column)),
    };
    const texts: TypedRelation = {
      kind: "project",
      input: filled,
      columns: [{ column, expression: reference(column) }],
    };
    const { engine, queryContext } = this.#spec.request.context;
    const known = new Map<string, RescuedFields["known"][0]>();
    await using result = await engine.query(texts, queryContext());
    for (let chunk = await result.next(); chunk; chunk = await result.next()) {
      for (const text of chunk.columns[0]!) {
        const found = rescuedFields(text as string, this.#spec.resolved.full);
        if (found.unknown.length > 0) return found;
        if (this.#widens()) for (const path of found.known) known.set(path.join("\0"), path);
      }
    }
    return { unknown: [], known: [...known.values()] };
  }
}

/** CSV files whose columns are known from headers are read by them. */
export function byNames(input: Input): Input {
  if (input.kind !== "text" || input.format !== "csv") return input;
  return input.options["header"] === "true" ? { ...input, byName: true } : input;
}

function badInput(input: Input, bad: BadLog): Input {
  return input.kind === "text" ? { ...input, bad } : input;
}
