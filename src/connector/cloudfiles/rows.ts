import { columnsOf, isNotNull, reference } from "../../analysis/expression.ts";
import type { TypedInput, TypedRelation } from "../../analysis/typed.ts";
import type { CachedResult } from "../../engine/engine.ts";
import { error, isError } from "../../error/error.ts";
import type { InputFile } from "../../plan/input.ts";
import { sqlDataType } from "../../schema/ddl.ts";
import { type FieldPath, newFields } from "../../schema/rescued.ts";
import { field, type StructType, string, struct } from "../../schema/type.ts";
import type { Batch } from "../../stream/source.ts";
import type { ReadRequest } from "../connector.ts";
import { hiddenFields } from "../file/format.ts";
import { filesInput, inputFiles, type ReadFile } from "../file/input.ts";
import { addedFields, evolve, withStrings } from "./evolution.ts";
import type { CloudFilesOptions } from "./option.ts";
import { inferData, type ResolvedSchema, readerOptions } from "./schema.ts";
import { writeSchema } from "./schema-log.ts";

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
    const parquet = settings.format === "parquet";
    if (parquet) await this.#checkFooters(files);
    const looked = !parquet && ["addNewColumns", "failOnNewColumns"].includes(settings.evolution);
    // A column the stream does not show is rescued into what is kept alone.
    if (looked && !(atomic && settings.rescuedColumn !== undefined)) {
      return this.#readKept(files);
    }
    const options = readerOptions(request.options, settings);
    const read = { files: this.#inputs, options };
    const input = filesInput(settings.format, this.#columns, read);
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

  async #readKept(files: readonly ReadFile[]): Promise<Batch> {
    const { request, settings } = this.#spec;
    const rescued = settings.rescuedColumn ?? ownRescued;
    const options = { ...readerOptions(request.options, settings), rescueddatacolumn: rescued };
    // A column the stream does not show stands last, where the batch's own schema leaves it out.
    const shown = settings.rescuedColumn !== undefined;
    const columns = shown
      ? this.#columns
      : struct([...this.#columns.fields, field(rescued, string)]);
    const input = filesInput(settings.format, columns, { files: this.#inputs, options });
    const relation: TypedInput = { kind: "input", input, output: columnsOf(columns) };
    const { engine, queryContext } = request.context;
    const kept = await engine.cache(relation, queryContext());
    this.#kept = kept;
    const found = await this.#findNew(kept, columns, rescued);
    if (found.length > 0) await this.#evolve(files, found);
    return { input: { kind: "cached", schema: this.#columns, name: kept.name }, rows: kept.rows };
  }

  /** The new fields of the first record that has any. */
  async #findNew(
    kept: CachedResult,
    columns: StructType,
    rescued: string,
  ): Promise<readonly FieldPath[]> {
    const input = { kind: "cached", schema: columns, name: kept.name } as const;
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
    await using result = await engine.query(texts, queryContext());
    for (let chunk = await result.next(); chunk; chunk = await result.next()) {
      for (const text of chunk.columns[0]!) {
        const found = newFields(text as string, this.#spec.resolved.full);
        if (found.length > 0) return found;
      }
    }
    return [];
  }

  async #checkFooters(files: readonly ReadFile[]): Promise<void> {
    const { settings, resolved, request } = this.#spec;
    if (settings.evolution === "none") return;
    for (const file of this.#inputs) {
      const { schema } = await request.context.engine.parquetSchema(file);
      const found = addedFields(resolved.full, schema);
      if (found.length > 0) await this.#evolve(files, found);
    }
  }

  /** Always fails: with the next schema written down, where the mode says so. */
  async #evolve(files: readonly ReadFile[], found: readonly FieldPath[]): Promise<never> {
    const { request, settings, resolved } = this.#spec;
    const path = request.paths.join(", ");
    const { stored } = resolved;
    if (settings.evolution !== "addNewColumns" || !stored) {
      const fields = found.map((names) => names.join(".")).join(", ");
      const parquet = settings.format === "parquet" && settings.evolution === "rescue";
      const remedy = parquet
        ? "Rescuing data of Parquet files is not built: use addNewColumns, or none to pass it over"
        : "Give a schema that has them, or set cloudFiles.schemaEvolutionMode to addNewColumns";
      throw error("UNKNOWN_FIELD_EXCEPTION", { fields, path, remedy });
    }
    const partition = struct(resolved.partitions);
    const inferred = await inferData(files, { request, settings, partition });
    const data = withStrings(evolve(resolved.data, inferred), found);
    await writeSchema(stored.location, { version: stored.version + 1, data, partition });
    const added = addedFields(resolved.data, data);
    const fields = added
      .map((names) => `${names.join(".")}: ${sqlDataType(typeAt(data, names))}`)
      .join(", ");
    throw error("UNKNOWN_FIELD_EXCEPTION", {
      fields,
      path,
      remedy:
        "The new schema is written down: restart the stream, and it reads these files with it",
    });
  }
}

function typeAt(schema: StructType, [name, ...rest]: FieldPath): StructType["fields"][0]["type"] {
  const { type } = schema.fields.find((member) => member.name === name)!;
  return rest.length > 0 && type.type === "struct" ? typeAt(type, rest) : type;
}
