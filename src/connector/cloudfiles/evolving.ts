import { error } from "../../error/error.ts";
import { sqlDataType } from "../../schema/ddl.ts";
import { schemaJson } from "../../schema/json.ts";
import type { FieldPath, RescuedFields } from "../../schema/rescued.ts";
import { type StructType, struct } from "../../schema/type.ts";
import type { ReadRequest } from "../connector.ts";
import type { ReadFile } from "../file/input.ts";
import { addedFields, evolve, typeAt, withHints, withStrings } from "./evolution.ts";
import type { CloudFilesOptions } from "./option.ts";
import { hintsOf, inferData, type ResolvedSchema } from "./schema.ts";
import { writeSchema } from "./schema-log.ts";
import type { StoredFile } from "./stored.ts";
import { unknownFields } from "./typed-rows.ts";
import { widened } from "./widening.ts";

/** What changes the schema of a stream. */
export interface EvolvingStream {
  readonly request: ReadRequest;
  readonly settings: CloudFilesOptions;
  readonly resolved: ResolvedSchema;
}

/** Fails for columns of files that are new, or wider where the mode widens. */
export async function evolveByFooters(
  files: readonly StoredFile[],
  stream: EvolvingStream,
): Promise<void> {
  const { settings, resolved } = stream;
  const unknown = unknownFields(files, resolved);
  const widens = settings.evolution === "addNewColumnsWithTypeWidening";
  if (unknown.length === 0 && !widens) return;
  if (resolved.stored === undefined) throw unknownField(unknown, stream);
  const dates = settings.format === "parquet";
  const partition = struct(resolved.partitions);
  const own = files.map(({ schema }) => withoutFields(schema, partition));
  const data = own.reduce(
    (current, schema) =>
      widens
        ? evolve(current, schema, (type, found) => widened(type, found, dates))
        : evolve(current, schema),
    resolved.data,
  );
  await change(data, unknown, stream);
}

/** Fails for fields that a batch's records have and the schema has not. */
export async function evolveByRecords(
  files: readonly ReadFile[],
  { unknown, known }: RescuedFields,
  stream: EvolvingStream,
): Promise<void> {
  if (unknown.length === 0 && known.length === 0) return;
  const { request, settings, resolved } = stream;
  if (settings.evolution === "failOnNewColumns" || !resolved.stored) {
    throw unknownField(unknown, stream);
  }
  const partition = struct(resolved.partitions);
  const inferred = await inferData(files, { request, settings, partition });
  const grown = known.flatMap((path) => {
    const type = typeAt(resolved.data, path);
    const wide = widened(type, typeAt(inferred, path), false);
    return wide === type ? [] : [{ path, type: wide }];
  });
  const added = unknown.length > 0 ? evolve(resolved.data, inferred) : resolved.data;
  await change(withStrings(withHints(added, grown), unknown), unknown, stream);
}

/**
 * Writes the next schema down and fails; nothing where it is what it was. Hints hold: what they
 * type is neither widened nor another.
 */
async function change(
  grown: StructType,
  unknown: readonly FieldPath[],
  stream: EvolvingStream,
): Promise<void> {
  const { settings, resolved, request } = stream;
  const { stored } = resolved;
  const partition = struct(resolved.partitions);
  const data = withHints(grown, hintsOf(settings, partition));
  if (schemaJson(data) === schemaJson(resolved.data)) return;
  if (!settings.evolution.startsWith("addNewColumns") || !stored) {
    throw unknownField(unknown, stream);
  }
  await writeSchema(stored.location, { version: stored.version + 1, data, partition });
  const changed = [...addedFields(resolved.data, data), ...retyped(resolved.data, data)];
  throw error("UNKNOWN_FIELD_EXCEPTION", {
    fields: changed
      .map((path) => `${path.join(".")}: ${sqlDataType(typeAt(data, path))}`)
      .join(", "),
    path: request.paths.join(", "),
    remedy: "The new schema is written down: restart the stream, and it reads these files with it",
  });
}

/** The columns whose type is another now, but for what was added in them. */
function retyped(before: StructType, after: StructType): readonly FieldPath[] {
  const added = new Set(addedFields(before, after).map(([name]) => name));
  return before.fields.flatMap(({ name, type }, index) => {
    const now = after.fields[index]!.type;
    return added.has(name) || sqlDataType(type) === sqlDataType(now) ? [] : [[name]];
  });
}

function withoutFields(schema: StructType, without: StructType): StructType {
  const names = new Set(without.fields.map(({ name }) => name.toLowerCase()));
  return struct(schema.fields.filter(({ name }) => !names.has(name.toLowerCase())));
}

function unknownField(unknown: readonly FieldPath[], { request }: EvolvingStream): Error {
  return error("UNKNOWN_FIELD_EXCEPTION", {
    fields: unknown.map((names) => names.join(".")).join(", "),
    path: request.paths.join(", "),
    remedy: "Give a schema that has them, or set cloudFiles.schemaEvolutionMode to addNewColumns",
  });
}
