import { outputOf } from "../../analysis/typed.ts";
import { error } from "../../error/error.ts";
import { asNullable, sameName } from "../../schema/compare.ts";
import { field, struct } from "../../schema/type.ts";
import { join, type Location } from "../../storage/store.ts";
import type { WriteRequest } from "../connector.ts";
import { avroRows } from "./avro.ts";
import { checkFileSchema } from "./definition.ts";
import { folderNames, replacedFiles } from "./folder.ts";
import { orcRows } from "./orc-rows.ts";
import { writeParquetFiles } from "./parquet.ts";
import { formatOf } from "./reader.ts";
import { type RowFormat, writeRowFiles } from "./row-file.ts";
import type { StagedFiles, WriteShape } from "./stage.ts";
import { textRows } from "./text.ts";
import { xmlRows } from "./xml.ts";

/**
 * `df.write.format("parquet").save(folder)` and a table's files: new files under new names, then
 * the empty file `_SUCCESS`; what is replaced goes last. There is no transaction: a reader may see
 * some of the new files before all are there, or old ones beside them. A write that fails takes
 * back what it has put.
 */
export async function writeFiles(request: WriteRequest): Promise<void> {
  if (!request.target) throw error("WRITE_PATH_MISSING", {});
  const shape = shapeOf(request);
  const folder = request.target.location;
  const before = await existing(folder);
  if (before.length > 0 && request.mode === "ignore") return;
  if (before.length > 0 && request.mode === "errorifexists") {
    throw error("PATH_ALREADY_EXISTS", { path: folder.store.uri(folder.path) });
  }
  const staged = await stagedFiles(request, shape);
  const folders = await publish(folder, staged, shape);
  if (request.mode === "overwrite") {
    for (const path of replacedFiles(before, { folder, request, shape, written: folders })) {
      await folder.store.delete(path);
    }
  }
  await folder.store.put(join(folder, "_SUCCESS").path, new Uint8Array());
}

async function stagedFiles(request: WriteRequest, shape: WriteShape): Promise<StagedFiles> {
  if (shape.format === "parquet") return await writeParquetFiles(request, shape);
  return await writeRowFiles(request, shape, await rowsOf(request, shape));
}

async function rowsOf(request: WriteRequest, shape: WriteShape): Promise<RowFormat> {
  if (shape.format === "avro") return await avroRows(request, shape);
  if (shape.format === "orc") return await orcRows(request, shape);
  return shape.format === "xml" ? xmlRows(request, shape) : textRows(request, shape);
}

/** The columns of the files and those of their folders, checked. */
function shapeOf(request: WriteRequest): WriteShape {
  const format = formatOf(request);
  if (format === "binaryFile") {
    throw error("UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", {});
  }
  const columns = outputOf(request.relation);
  const schema = asNullable(struct(columns.map(({ name, type }) => field(name, type))));
  const partitionBy = request.partitionBy.map((name) => {
    const column = schema.fields.find((candidate) => sameName(candidate.name, name));
    if (column) return column;
    throw error("INVALID_OPTION_VALUE", {
      name: "partitionBy",
      value: name,
      expected: `must be one of the columns ${schema.fields.map((one) => one.name).join(", ")}`,
    });
  });
  const names = partitionBy.map((column) => column.name);
  const data = struct(schema.fields.filter((column) => !names.includes(column.name)));
  if (names.length > 0 && data.fields.length === 0) {
    throw error("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {});
  }
  checkFileSchema(format, data, struct(partitionBy));
  if (format === "text" && data.fields.length !== 1) {
    const columnNames = data.fields.map((column) => column.name).join(", ");
    throw error("TEXT_DATA_SOURCE_SCHEMA", { number: data.fields.length, columns: columnNames });
  }
  return { format, schema, data, partitions: partitionBy };
}

/** All files of a folder. */
export async function existing(folder: Location): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { path } of folder.store.list(`${folder.path}/`, { recursive: true })) {
    paths.push(path);
  }
  return paths;
}

/** Publishes all files or none; the folders they went to. */
async function publish(
  folder: Location,
  staged: StagedFiles,
  { partitions }: WriteShape,
): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  const put: string[] = [];
  try {
    for (const [index, file] of staged.files.entries()) {
      const below = folderNames(file.partition, partitions, staged.timeZone);
      folders.add(below.join("/"));
      const { path } = join(folder, ...below, staged.name(index));
      await folder.store.publish(file.path, path);
      put.push(path);
    }
  } catch (thrown) {
    for (const path of put) await folder.store.delete(path).catch(() => undefined);
    throw thrown;
  }
  return folders;
}
