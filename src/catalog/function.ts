import { isError } from "../error/error.ts";
import type { FunctionDefinition } from "../plan/function.ts";
import { dataTypeJson, parseDataTypeJson } from "../schema/json.ts";
import type { DataType } from "../schema/type.ts";
import { join, type Location } from "../storage/store.ts";
import type { CatalogFunction, FunctionCatalog } from "./catalog.ts";
import { decodeSegment, encodeSegment } from "./segment.ts";

/** Begins with a dot, as no encoded name does. */
const FUNCTION_FOLDER = ".functions";

/** Functions as entries, `<schema>/.functions/<name>.json`; `folder` is where a schema lies. */
export function functionCatalog(folder: (schema: string) => Location): FunctionCatalog {
  const entry = (schema: string, name: string): Location =>
    join(folder(schema), FUNCTION_FOLDER, `${encodeSegment(name)}.json`);
  return {
    async list(schema) {
      const { store, path } = join(folder(schema), FUNCTION_FOLDER);
      const names: string[] = [];
      for await (const file of store.list(path)) {
        names.push(decodeSegment(file.path.slice(path.length + 1).replace(/\.json$/, "")));
      }
      return names;
    },
    find: (schema, name) => read(entry(schema, name)),
    async create(schema, name, made, replace) {
      const { store, path } = entry(schema, name);
      const bytes = new TextEncoder().encode(JSON.stringify(made, typesAsJson));
      if (!replace) return store.putIfAbsent(path, bytes);
      await store.put(path, bytes);
      return true;
    },
    async drop(schema, name) {
      const { store, path } = entry(schema, name);
      if ((await store.stat(path)) === undefined) return false;
      await store.delete(path);
      return true;
    },
  };
}

async function read({ store, path }: Location): Promise<CatalogFunction | undefined> {
  try {
    const { definition, conf } = JSON.parse(new TextDecoder().decode(await store.read(path)));
    return { definition: typesFromJson(definition), conf };
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

/** Types are kept as the text of Spark's JSON. */
function typesAsJson(key: string, value: unknown): unknown {
  return key === "type" && typeof value === "object"
    ? JSON.stringify(dataTypeJson(value as DataType))
    : value;
}

function typesFromJson(definition: FunctionDefinition): FunctionDefinition {
  const typed = <T extends { readonly type?: DataType }>(item: T): T => {
    const { type } = item as { readonly type?: unknown };
    return type === undefined ? item : { ...item, type: parseDataTypeJson(String(type)) };
  };
  const { parameters, returns } = definition;
  return {
    ...definition,
    parameters: parameters.map(typed),
    returns:
      returns.kind === "scalar"
        ? typed(returns)
        : returns.columns
          ? { kind: "table", columns: returns.columns.map(typed) }
          : returns,
  };
}
