import { isError } from "../../error/error.ts";
import type { InputFile } from "../../plan/input.ts";
import { type StructField, type StructType, struct } from "../../schema/type.ts";
import type { ReadRequest } from "../connector.ts";
import { inputFiles, type ReadFile } from "../file/input.ts";
import { storedSchema } from "../file/schema.ts";
import { optionReader } from "../option.ts";
import { evolve } from "./evolution.ts";
import type { CloudFilesOptions } from "./option.ts";
import { wider } from "./widening.ts";

/** What reading the schemas of files of a typed format needs. */
export interface StoredRequest {
  readonly request: ReadRequest;
  readonly settings: CloudFilesOptions;
}

/** A file, and the columns it says it has. */
export interface StoredFile {
  readonly file: InputFile;
  readonly schema: StructType;
}

/** A file that could not be read, and why. */
export interface BadFile {
  readonly file: InputFile;
  readonly reason: string;
}

/**
 * The columns of files of a typed format together, names that differ only in case as one. Where
 * the types differ it is the wider one; where neither is, that of the first file: values of the
 * others are rescued.
 */
export async function mergedSchema(
  files: readonly ReadFile[],
  stored: StoredRequest,
): Promise<StructType> {
  const inputs = inputFiles(files, { columns: [], timeZone: "UTC" });
  const { good } = await storedFiles(inputs, stored);
  return good.reduce((merged, { schema }) => evolve(merged, schema, wider), struct([]));
}

/** What files say of their columns; `bad` are those that the options forgive. */
export async function storedFiles(
  files: readonly InputFile[],
  { request, settings }: StoredRequest,
): Promise<{ readonly good: readonly StoredFile[]; readonly bad: readonly BadFile[] }> {
  const options = optionReader(request.options, "CF_INVALID_OPTION_VALUE");
  const corrupt = options.flag("ignoreCorruptFiles", false);
  const forgives = (thrown: unknown): boolean =>
    settings.badRecords !== undefined ||
    (corrupt && !isError(thrown, "FAILED_READ_FILE.FILE_NOT_EXIST"));
  const good: StoredFile[] = [];
  const bad: BadFile[] = [];
  for (const file of files) {
    try {
      const schema = await storedSchema(settings.format, file, request);
      good.push({ file, schema: struct(distinct(schema)) });
    } catch (thrown) {
      if (!forgives(thrown)) throw thrown;
      bad.push({ file, reason: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  return { good, bad };
}

/** Of columns of one file whose names differ only in case there is but the first. */
function distinct(schema: StructType): readonly StructField[] {
  const byName = new Map<string, StructField>();
  for (const field of schema.fields) {
    const key = field.name.toLowerCase();
    if (!byName.has(key)) byName.set(key, field);
  }
  return [...byName.values()];
}
