import { outputOf } from "../../analysis/typed.ts";
import type { WrittenFile } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { asNullable, sameName } from "../../schema/compare.ts";
import { formatValue } from "../../schema/text.ts";
import { field, type StructType, struct } from "../../schema/type.ts";
import { join, type Location } from "../../storage/store.ts";
import type { WriteRequest } from "../connector.ts";
import { hiveNull } from "./partition.ts";
import { formatOf } from "./reader.ts";

const codecs = { snappy: "snappy", zstd: "zstd", gzip: "gzip", none: "uncompressed" } as const;

/**
 * `df.write.format("parquet").save(folder)`: the files under new names, then the empty file
 * `_SUCCESS`. There is no transaction: a reader may see some of the files before all are there.
 */
export async function writeFiles(request: WriteRequest): Promise<void> {
  const format = formatOf(request);
  if (format !== "parquet") {
    throw error("UNSUPPORTED_DATA_SOURCE_OPERATION", {
      format,
      operation: "be written in batch yet",
    });
  }
  if (!request.target) throw error("WRITE_PATH_MISSING", {});
  const folder = request.target.location;
  const before = await existing(folder);
  if (before.length > 0 && request.mode === "ignore") return;
  if (before.length > 0 && request.mode === "errorifexists") {
    throw error("PATH_ALREADY_EXISTS", { path: folder.store.uri(folder.path) });
  }
  const written = await stage(request);
  const job = env.uuid();
  for (const [index, file] of written.files.entries()) {
    const name = fileName({ index, job, codec: written.codec });
    const folders = partitionFolders(file, written.schema, request.partitionBy);
    await folder.store.publish(file.path, join(folder, ...folders, name).path);
  }
  if (request.mode === "overwrite") for (const path of before) await folder.store.delete(path);
  await folder.store.put(join(folder, "_SUCCESS").path, new Uint8Array());
}

async function existing(folder: Location): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { path } of folder.store.list(`${folder.path}/`, { recursive: true })) {
    paths.push(path);
  }
  return paths;
}

interface Staged {
  readonly schema: StructType;
  readonly codec: keyof typeof codecs;
  readonly files: readonly WrittenFile[];
}

async function stage(request: WriteRequest): Promise<Staged> {
  const { relation, context, options } = request;
  const columns = outputOf(relation);
  const schema = asNullable(struct(columns.map(({ name, type }) => field(name, type))));
  const partitionBy = request.partitionBy.map((name) => {
    const column = schema.fields.find((candidate) => sameName(candidate.name, name));
    if (column) return column.name;
    throw error("INVALID_OPTION_VALUE", {
      name: "partitionBy",
      value: name,
      expected: `must be one of the columns ${schema.fields.map((one) => one.name).join(", ")}`,
    });
  });
  const asked = (options["compression"] ?? "snappy").toLowerCase();
  const codec = (asked === "uncompressed" ? "none" : asked) as keyof typeof codecs;
  if (!Object.hasOwn(codecs, codec)) {
    const expected = "must be one of snappy, zstd, gzip, none";
    throw error("INVALID_OPTION_VALUE", { name: "compression", value: asked, expected });
  }
  const directory = context.staging;
  const statistics = () => false;
  const target = { directory, schema, partitionBy, compression: codecs[codec], statistics };
  return {
    schema,
    codec,
    files: await context.engine.writeParquet(relation, target, request.query),
  };
}

function fileName(part: { index: number; job: string; codec: string }): string {
  const number = String(part.index).padStart(5, "0");
  const codec = part.codec === "none" ? "" : `.${part.codec === "gzip" ? "gz" : part.codec}`;
  return `part-${number}-${part.job}-c000${codec}.parquet`;
}

function partitionFolders(
  file: WrittenFile,
  schema: StructType,
  partitionBy: readonly string[],
): readonly string[] {
  return partitionBy.map((name) => {
    const column = schema.fields.find((candidate) => sameName(candidate.name, name))!;
    const value = file.partition[column.name] ?? null;
    const text = value === null ? "" : formatValue(value, column.type);
    return `${escapePath(column.name)}=${text === "" ? hiveNull : escapePath(text)}`;
  });
}

/** Hive's escapes of folder names. */
function escapePath(text: string): string {
  return text.replace(/["#%'*/:=?\\{[\]^]|\p{Cc}/gu, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
