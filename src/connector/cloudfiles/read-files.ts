import type { Dataset, ScanRequest } from "../../analysis/dataset.ts";
import type { Input } from "../../plan/input.ts";
import { struct } from "../../schema/type.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Connector, ReadRequest } from "../connector.ts";
import { hiddenFields, isTyped } from "../file/format.ts";
import { completed } from "../file/format-option.ts";
import { filesInput, inputFiles } from "../file/input.ts";
import { type FoundFile, listFiles, requirePaths } from "../file/listing.ts";
import { locations } from "../file/reader.ts";
import { genericOptions, knownName } from "./known.ts";
import { type CloudFilesOptions, cloudFilesOptions } from "./option.ts";
import { byNames } from "./rows.ts";
import { type ResolvedSchema, readerOptions, resolveSchema } from "./schema.ts";
import { storedFiles } from "./stored.ts";
import { rulesOf, streamCloudFiles } from "./stream.ts";
import { allFit, typedRelation } from "./typed-rows.ts";
import { prefix } from "./validate.ts";

/** The table function `read_files`: files as Auto Loader reads them, all at once or as a stream. */
export const connector: Connector = {
  names: ["read_files"],
  reader: async (request) => readAtOnce(await asCloudFiles(request)),
  streamReader: async (request): Promise<StreamingDataset> =>
    streamCloudFiles(await asCloudFiles(request)),
};

/** Endings of names that say a format where none is given. */
const endings: Readonly<Record<string, string>> = { txt: "text" };

/** Options without prefixes as those of Auto Loader, with the defaults of `read_files`. */
async function asCloudFiles(request: ReadRequest): Promise<ReadRequest> {
  const options: Record<string, string> = {
    "cloudfiles.infercolumntypes": "true",
    "cloudfiles.usestrictglobber": "true",
  };
  const generic = new Set(Object.keys(genericOptions).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(request.options)) {
    const own = !generic.has(name) && knownName(name) !== undefined;
    options[own ? prefix + name : name] = value;
  }
  const asked = { ...request, format: "cloudfiles", options };
  const key = "cloudfiles.format";
  if (options[key] === undefined) {
    const format = await formatOfNames(asked);
    if (format !== undefined) options[key] = format;
  }
  return asked;
}

/** The format that the first file's name says. */
async function formatOfNames(request: ReadRequest): Promise<string | undefined> {
  const rules = await rulesOf(request, { strictGlobs: true });
  const [first] = await listFiles(await locations(request), rules);
  const ending = /\.([a-z]+)(\.(?:gz|bz2|deflate|lz4|snappy|zst))?$/i
    .exec(first?.path ?? "")?.[1]
    ?.toLowerCase();
  return ending === undefined ? undefined : (endings[ending] ?? ending);
}

interface Listed {
  readonly request: ReadRequest;
  readonly settings: CloudFilesOptions;
  readonly resolved: ResolvedSchema;
  readonly files: readonly FoundFile[];
}

async function readAtOnce(given: ReadRequest): Promise<Dataset> {
  const request = await completed(given, given.options["cloudfiles.format"]);
  const paths = await locations(request);
  const settings = await cloudFilesOptions(request, paths);
  await requirePaths(paths);
  const files = await listFiles(paths, await rulesOf(request, settings));
  const list = async () => files;
  const resolved = await resolveSchema({ request, settings, list, once: true });
  return {
    name: `read_files.\`${request.paths.join(",")}\``,
    schema: resolved.full,
    hidden: hiddenFields(resolved.full, settings.format),
    streaming: false,
    scan: (scan) => scanFiles({ request, settings, resolved, files }, scan),
  };
}

async function scanFiles(listed: Listed, { columns, explained }: ScanRequest): Promise<Input> {
  const { request, settings, resolved, files } = listed;
  const { engine, queryContext, keep } = request.context;
  const { timeZone } = queryContext();
  const inputs = inputFiles(files, { columns: resolved.partitions, timeZone });
  const options = readerOptions(request.options, settings, request.schema === undefined);
  const schema = struct(columns);
  const read = { files: inputs, options, stored: resolved.full };
  const input = filesInput(settings.format, schema, read);
  if (!isTyped(settings.format)) return request.schema === undefined ? byNames(input) : input;
  if (explained) return input;
  const { good } = await storedFiles(inputs, { request, settings });
  const rows = { settings, resolved, columns: schema, options };
  const whole = settings.variantColumn !== undefined;
  if (!whole && (settings.rescuedColumn === undefined || allFit(good, rows))) {
    const own = good.map(({ file }) => file);
    return filesInput(settings.format, schema, { ...read, files: own });
  }
  const kept = await engine.cache(typedRelation(good, rows), queryContext());
  keep(kept);
  return { kind: "cached", schema, name: kept.name };
}
