import { readFile, rm } from "node:fs/promises";
import type { Dataset } from "../../analysis/dataset.ts";
import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import { fileFormat } from "../../connector/file/format.ts";
import { globExpression } from "../../connector/file/glob.ts";
import { type FoundFile, filesBelow, rootsOf } from "../../connector/file/listing.ts";
import { readListed } from "../../connector/file/reader.ts";
import { optionReader } from "../../connector/option.ts";
import { connectorFor } from "../../connector/registry.ts";
import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import type { CopyInto } from "../../plan/command.ts";
import type { Expression } from "../../plan/expression.ts";
import { quoteName, type Read, type Relation } from "../../plan/relation.ts";
import { sameName } from "../../schema/compare.ts";
import { field, long, struct } from "../../schema/type.ts";
import type { Row } from "../../schema/value.ts";
import { type DeltaTable, openTable } from "../../table/table.ts";
import { writeTable } from "../../table/write.ts";
import type { CommandResult } from "../execution.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { openLoaded } from "./copy-log.ts";
import { insertedByName } from "./insert.ts";
import { findTable } from "./name.ts";
import { batchPlan } from "./query.ts";
import { typedPlan } from "./resolve.ts";

/** Rows that VALIDATE shows if it is not told. */
const shownRows = 50;
/** Loads by others that are waited out. */
const maxAttempts = 10;

const answer = struct([
  field("num_affected_rows", long),
  field("num_inserted_rows", long),
  field("num_skipped_corrupt_files", long),
]);

/** COPY INTO: one commit with the files that the table has not loaded, or none. */
export async function runCopyInto(context: LocalContext, copy: CopyInto): Promise<CommandResult> {
  const table = await targetOf(context, copy);
  for (let attempt = 1; ; attempt++) {
    try {
      if (copy.validate !== undefined) return await validate(context, copy, table);
      const { rows, corrupt } = await load(context, copy, table);
      const counts = { num_affected_rows: BigInt(rows), num_inserted_rows: BigInt(rows) };
      return { schema: answer, rows: [{ ...counts, num_skipped_corrupt_files: BigInt(corrupt) }] };
    } catch (thrown) {
      const other = isError(thrown) && thrown.code === "DELTA_CONCURRENT_TRANSACTION";
      // Another COPY INTO was first: what it has loaded is passed over.
      if (!other || attempt >= maxAttempts) throw thrown;
    }
  }
}

async function targetOf(context: LocalContext, { target }: CopyInto): Promise<DeltaTable> {
  if (target.kind === "path") {
    return openTable(await context.connector.locate(target.path), context.connector);
  }
  const found = await findTable(context, target.name, "COPY INTO");
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(target.name) });
  return openTable(found.location, context.connector, found.name.join("."));
}

/** Rows that are new, and files that were passed over as corrupt. */
interface Load {
  readonly rows: number;
  readonly corrupt: number;
}

async function load(context: LocalContext, copy: CopyInto, table: DeltaTable): Promise<Load> {
  const snapshot = await snapshotOf(table);
  const options = optionReader(copy.copyOptions, "INVALID_OPTION_VALUE");
  const force = options.flag("force", false);
  await using loaded = await openLoaded(table, snapshot, context.connector.staging);
  const files = await filesOf(context, copy, (uri) => !force && loaded.has(uri));
  if (files.length === 0) return { rows: 0, corrupt: 0 };
  const told = `${context.connector.staging}/${env.uuid()}-corrupt`;
  const relation = await planOf(context, copy, { files, snapshot, told });
  // What names the files is durable before the commit that means it.
  const copying = await loaded.add(files);
  const { rows } = await writeTable(table, {
    relation,
    context: queryContext(context),
    mode: "append",
    match: copy.byPosition ? "position" : "name",
    options: options.flag("mergeSchema", false) ? { mergeschema: "true" } : {},
    copying,
  });
  await loaded.clean();
  return { rows, corrupt: await countTold(told) };
}

/** The files that readers have told of, some more than once; none where there is nothing. */
async function countTold(path: string): Promise<number> {
  const text = await readFile(path, "utf8").catch(() => "");
  await rm(path, { force: true });
  const lines = text.split("\n").filter((line) => line !== "");
  return new Set(lines.map((line) => (JSON.parse(line) as { readonly path: string }).path)).size;
}

/** The same, whose readers tell in a local file of corrupt files that they pass over. */
function telling(dataset: Dataset, files: string): Dataset {
  const { scan: read } = dataset;
  if (read === undefined) return dataset;
  const scan: typeof read = async (request) => {
    const input = await read(request);
    return input.kind === "text" || input.kind === "orc" ? { ...input, bad: { files } } : input;
  };
  return { ...dataset, scan };
}

async function validate(
  context: LocalContext,
  copy: CopyInto,
  table: DeltaTable,
): Promise<CommandResult> {
  const snapshot = await snapshotOf(table);
  await using loaded = await openLoaded(table, snapshot, context.connector.staging);
  const files = await filesOf(context, copy, (uri) => loaded.has(uri));
  if (files.length === 0) return { schema: struct([]), rows: [] };
  const given = await datasetOf(context, copy, files);
  const input = await castInput(context, copy, { snapshot, given });
  const typed = await batchPlan(context, input, "validate", given);
  const most = copy.validate === "all" ? Number.POSITIVE_INFINITY : copy.validate!;
  return preview(context, typed, Math.min(most, shownRows));
}

/** The first rows; all are read, so that what cannot be is found. */
async function preview(
  context: LocalContext,
  relation: TypedRelation,
  most: number,
): Promise<CommandResult> {
  await using result = await context.engine.query(relation, queryContext(context));
  const { schema } = result;
  const rows: Row[] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let at = 0; at < chunk.rows && rows.length < most; at++) {
      const values = schema.fields.map(({ name }, index) => [name, chunk!.columns[index]![at]!]);
      rows.push(Object.fromEntries(values) as Row);
    }
  }
  return { schema, rows };
}

async function snapshotOf(table: DeltaTable): Promise<Snapshot> {
  const snapshot = await table.log.update();
  if (snapshot) return snapshot;
  throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
}

/** The files that are meant and not known, in byte order. */
async function filesOf(
  context: LocalContext,
  copy: CopyInto,
  known: (uri: string) => boolean,
): Promise<readonly FoundFile[]> {
  const [path = ""] = copy.source.paths;
  const location = await context.connector.locate(path);
  const pattern = copy.pattern === undefined ? undefined : globExpression(copy.pattern);
  const names = copy.files && new Set(copy.files);
  const rules = { recursive: false, nested: true };
  const files: FoundFile[] = [];
  for (const root of await rootsOf(location, rules)) {
    const below = (file: string): string => file.slice(root.path.length + 1);
    const skip = (file: string): boolean => known(root.store.uri(file));
    for await (const file of filesBelow(root, rules, { skip })) {
      if (pattern && !pattern.test(below(file.path))) continue;
      if (names && !names.has(below(file.path))) continue;
      if (!known(file.uri)) files.push(file);
    }
  }
  return files;
}

async function datasetOf(
  context: LocalContext,
  copy: CopyInto,
  files: readonly FoundFile[],
  told?: string,
): Promise<ReadonlyMap<Read, Dataset>> {
  const { format, source, formatOptions: options } = copy;
  if (fileFormat(format) === undefined) {
    await connectorFor(format); // says whether there is such a format at all
    const expected = "is not a format of files";
    throw error("INVALID_OPTION_VALUE", { name: "FILEFORMAT", value: format, expected });
  }
  const { connector } = context;
  const request = { format, options, paths: source.paths, context: connector };
  const dataset = await readListed(request, files);
  return new Map([[source, told === undefined ? dataset : telling(dataset, told)]]);
}

async function planOf(
  context: LocalContext,
  copy: CopyInto,
  read: {
    readonly files: readonly FoundFile[];
    readonly snapshot: Snapshot;
    readonly told: string;
  },
): Promise<TypedRelation> {
  const { files, snapshot, told } = read;
  const given = await datasetOf(context, copy, files, told);
  const input = await castInput(context, copy, { snapshot, given });
  return batchPlan(context, input, "write", given);
}

/** The rows with their columns named, and cast to the types of the table's. */
async function castInput(
  context: LocalContext,
  copy: CopyInto,
  at: { readonly snapshot: Snapshot; readonly given: ReadonlyMap<Read, Dataset> },
): Promise<Relation> {
  const { schema, metadata } = at.snapshot;
  const shape = { schema, partitionBy: metadata.partitionColumns };
  const write = { ...asWrite(copy), ...(copy.columns ? { columns: copy.columns } : {}) };
  const { input } = insertedByName(write, shape);
  const output = outputOf(await typedPlan(context, input, [], at.given));
  const expressions = output.map((column, index): Expression => {
    const attribute: Expression = { kind: "attribute", name: [column.name] };
    const target = copy.byPosition
      ? schema.fields[index]
      : schema.fields.find(({ name }) => sameName(name, column.name));
    const text = column.type.type === "string" && target && isAtomic(target.type.type);
    if (!text || target.type.type === "string") return attribute;
    const cast: Expression = { kind: "cast", input: attribute, type: target.type, mode: "cast" };
    return { kind: "alias", input: cast, names: [column.name] };
  });
  return { kind: "project", input, expressions };
}

function asWrite(copy: CopyInto) {
  const { target, input, byPosition } = copy;
  const match = byPosition ? ("position" as const) : ("name" as const);
  const none = { create: false, partitionBy: [], options: {} };
  return { kind: "write" as const, input, target, mode: "append" as const, match, ...none };
}

function isAtomic(type: string): boolean {
  return !["struct", "array", "map", "variant", "void"].includes(type);
}
