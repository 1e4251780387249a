import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import type { ReadRequest } from "../connector.ts";

/** Options that the session's configuration gives where a read does not, by their lower case. */
const configured: Readonly<Record<string, string>> = {
  datetimerebasemode: "spark.sql.avro.datetimeRebaseModeInRead",
};

/** A read with all that its format's reader is to know: what the session says, schemas of files. */
export async function completed<T extends Pick<ReadRequest, "options" | "context" | "format">>(
  request: T,
): Promise<T> {
  if (request.format !== "avro") return request;
  const options: Record<string, string> = { ...request.options };
  for (const [name, key] of Object.entries(configured)) {
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
