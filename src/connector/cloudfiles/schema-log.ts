import { error } from "../../error/error.ts";
import { parseSchemaJson, schemaJson } from "../../schema/json.ts";
import type { StructType } from "../../schema/type.ts";
import { join, type Location } from "../../storage/store.ts";

/** One version of a stream's schema. */
export interface SchemaVersion {
  readonly version: number;
  readonly data: StructType;
  readonly partition: StructType;
}

/** The newest version under `<schemaLocation>/_schemas`, if there is one. */
export async function latestSchema(location: Location): Promise<SchemaVersion | undefined> {
  const folder = join(location, "_schemas");
  let version = -1;
  for await (const { path } of folder.store.list(`${folder.path}/`)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (/^\d+$/.test(name)) version = Math.max(version, Number(name));
  }
  return version < 0 ? undefined : readVersion(join(folder, String(version)), version);
}

/**
 * Makes a version durable. Where another process has made it first, that one holds: it is
 * returned.
 */
export async function writeSchema(
  location: Location,
  schema: SchemaVersion,
): Promise<SchemaVersion> {
  const { version, data, partition } = schema;
  const file = join(location, "_schemas", String(version));
  const json = JSON.stringify({
    dataSchemaJson: schemaJson(data),
    partitionSchemaJson: schemaJson(partition),
  });
  const written = await file.store.putIfAbsent(file.path, Buffer.from(`v1\n${json}`));
  return written ? schema : readVersion(file, version);
}

async function readVersion({ store, path }: Location, version: number): Promise<SchemaVersion> {
  const text = Buffer.from(await store.read(path)).toString("utf8");
  try {
    if (!text.startsWith("v1\n")) throw new Error("its first line is not v1");
    const json = JSON.parse(text.slice(3)) as Record<string, string>;
    const data = parseSchemaJson(json["dataSchemaJson"]!);
    const partition = parseSchemaJson(json["partitionSchemaJson"]!);
    return { version, data, partition };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw error("CF_SCHEMA_LOG_CORRUPT", { path: store.uri(path), reason }, thrown);
  }
}
