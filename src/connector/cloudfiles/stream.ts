import { error } from "../../error/error.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { ReadRequest } from "../connector.ts";
import { hiddenFields } from "../file/format.ts";
import { completed } from "../file/format-option.ts";
import { globExpression } from "../file/glob.ts";
import { type ListingRules, listFiles, listingRules, requirePaths } from "../file/listing.ts";
import type { FilePolicy } from "../file/plan.ts";
import { locations } from "../file/reader.ts";
import { type FileSourceSpec, openFileSource } from "../file/source.ts";
import { shortUri } from "../file/uri.ts";
import { optionReader } from "../option.ts";
import { openCleaner } from "./clean.ts";
import type { NotifiedRequest } from "./notification/open.ts";
import { type CloudFilesOptions, cloudFilesOptions, formatOptions } from "./option.ts";
import { CloudFilesRows } from "./rows.ts";
import { resolveSchema } from "./schema.ts";

/**
 * Auto Loader by listing: `spark.readStream.format("cloudFiles").load(folder)`. What was found is
 * kept in the layout of Spark's file source, so that the checkpoint goes on in Spark as a stream
 * of the same files.
 */
export async function streamCloudFiles(given: ReadRequest): Promise<StreamingDataset> {
  const request = await completed(given, given.options["cloudfiles.format"]);
  const paths = await locations(request);
  const settings = await cloudFilesOptions(request, paths);
  if (paths.length === 0) throw error("MISSING_OPTION", { format: "cloudFiles", name: "path" });
  await requirePaths(paths);
  const rules = await rulesOf(request, settings);
  const resolved = await resolveSchema({
    ...{ request, settings },
    list: () => listFiles(paths, rules, settings.sample.files),
  });
  const schema = resolved.full;
  const { maxFileAgeMs, includeExistingFiles: includeExisting, cleanSource: clean } = settings;
  const { context } = request;
  const options = optionReader(request.options, "CF_INVALID_OPTION_VALUE");
  const ignoreMissing = options.flag("ignoreMissingFiles", false);
  return {
    name: `cloudFiles.\`${request.paths.join(",")}\``,
    schema,
    hidden: hiddenFields(schema, settings.format),
    streaming: true,
    open: (source) => {
      const { hidden, atomic = false } = source;
      const rows = new CloudFilesRows({ request, settings, resolved, hidden, atomic });
      const spec = {
        ...{ schema, paths, rules, includeExisting, ignoreMissing },
        description: `CloudFilesSource[${shortUri(paths[0]!)}]`,
        policy: policyOf(settings),
        detailed: true,
        ...(settings.notifications
          ? { finder: notified(settings, { paths, rules, context }) }
          : {}),
        ...discoveryOf(settings),
        ...(maxFileAgeMs === undefined ? {} : { maxFileAgeMs }),
        context,
        read: rows.read.bind(rows),
        close: rows.close.bind(rows),
        failed: rows.failed.bind(rows),
        ...(clean ? { cleaner: openCleaner.bind(undefined, { clean, paths, context }) } : {}),
      };
      return openFileSource(spec, source);
    },
  };
}

type Told = Pick<NotifiedRequest, "paths" | "rules" | "context">;

/** Finds files by the notifications of their cloud. */
function notified(settings: CloudFilesOptions, told: Told): NonNullable<FileSourceSpec["finder"]> {
  const { notifications: options, maxFiles: enough, backfillIntervalMs } = settings;
  return async (everything, source) => {
    const { openNotified } = await import("./notification/open.ts");
    const every = backfillIntervalMs === undefined ? {} : { backfillMs: backfillIntervalMs };
    return openNotified({ ...told, ...every, options: options!, enough, everything }, source);
  };
}

/** Every folder below the path is looked into, whatever its name. */
export async function rulesOf(
  request: ReadRequest,
  { strictGlobs }: Pick<CloudFilesOptions, "strictGlobs">,
): Promise<ListingRules> {
  const options = optionReader(formatOptions(request.options), "CF_INVALID_OPTION_VALUE");
  const pattern = options.text("fileNamePattern");
  const rules = await listingRules(options, request.context);
  return {
    ...rules,
    nested: true,
    prefixes: !strictGlobs,
    ...(pattern === undefined ? {} : { name: globExpression(pattern) }),
  };
}

function discoveryOf({ incrementalListing, backfillIntervalMs }: CloudFilesOptions) {
  const how = { true: "always", auto: "auto", false: undefined } as const;
  const incremental = how[incrementalListing];
  return {
    ...(incremental === undefined ? {} : { incremental }),
    ...(backfillIntervalMs === undefined ? {} : { backfillMs: backfillIntervalMs }),
  };
}

function policyOf({ maxFiles, maxBytes, allowOverwrites }: CloudFilesOptions): FilePolicy {
  return {
    maxFiles,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    latestFirst: false,
    fileNameOnly: false,
    overwrites: allowOverwrites,
  };
}
