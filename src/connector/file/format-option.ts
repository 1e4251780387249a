import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import type { ReadRequest } from "../connector.ts";

const maxLengthKey = "spark.sql.sources.binaryFile.maxLength";

/** Options that the session's configuration gives where a read does not, by their lower case. */
const configured: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  avro: { datetimerebasemode: "spark.sql.avro.datetimeRebaseModeInRead" },
  binaryfile: { [maxLengthKey.toLowerCase()]: maxLengthKey },
};

/**
 * A request with all that a format's reader or writer is to know: what the session says, schemas
 * that lie in files. `format`: of the files, where the request's is another.
 */
export async function completed<T extends Pick<ReadRequest, "options" | "context" | "format">>(
  request: T,
  format = request.format,
): Promise<T> {
  const known = configured[format.toLowerCase()];
  if (known === undefined) return request;
  const options: Record<string, string> = { ...request.options };
  for (const [name, key] of Object.entries(known)) {
    const value = options[name] ?? request.context.conf(key);
    if (value !== undefined) options[name] = value;
  }
  const url = options["avroschemaurl"];
  if (url !== undefined) options["avroschema"] ??= await schemaText(request, url);
  return { ...request, options: options as Options };
}

async function schemaText({ context }: Pick<ReadRequest, "context">, url: string): Promise<string> {
  const { store, path } = await context.locate(url);
  if (!(await store.stat(path))) throw error("PATH_NOT_FOUND", { path: store.uri(path) });
  return new TextDecoder().decode(await store.read(path));
}
