import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { optionReader } from "../option.ts";
import { type Cloud, knownOptions, tagPrefix } from "./known.ts";
import { cloudOf, prefix } from "./validate.ts";

/** What is said of the queue that tells of new files. */
export interface NotificationOptions {
  /** Readers of the queue at a time. */
  readonly fetchParallelism: number;
  /** What paths in messages begin with, and what to read instead. */
  readonly pathRewrites: readonly (readonly [from: string, to: string])[];
  /** What is set up is marked with these. */
  readonly resourceTags: Readonly<Record<string, string>>;
  /** Options of the clouds by their documented names: `queueUrl`, `connectionString`, … */
  readonly cloud: Readonly<Record<string, string>>;
  /** Whose queue it is. */
  readonly queue: Cloud;
}

/** Reads them; undefined where files are found by listing. */
export function notificationOptions(
  options: Options,
  scheme: string,
): NotificationOptions | undefined {
  const read = optionReader(options, "CF_INVALID_OPTION_VALUE");
  if (!read.flag("cloudFiles.useNotifications", false)) return undefined;
  const cloud: Record<string, string> = {};
  for (const [name, known] of Object.entries(knownOptions)) {
    const value = read.text(prefix + name);
    if (known.cloud !== undefined && value !== undefined) cloud[name] = value;
  }
  const queue = queueOf(scheme, cloud);
  const tags = prefix + tagPrefix.toLowerCase();
  return {
    fetchParallelism: read.positive("cloudFiles.fetchParallelism") ?? 1,
    pathRewrites: pathRewrites(read.text("cloudFiles.pathRewrites")),
    resourceTags: Object.fromEntries(
      Object.entries(options)
        .filter(([name]) => name.startsWith(tags))
        .map(([name, value]) => [name.slice(tags.length), value]),
    ),
    cloud,
    queue,
  };
}

/** Files that are elsewhere, at a mount say, may be told of by the queue that is named. */
function queueOf(scheme: string, given: Readonly<Record<string, string>>): Cloud {
  const named = ["queueUrl", "queueName", "subscription"].find((name) => given[name] !== undefined);
  const cloud = cloudOf(scheme) ?? (named === undefined ? undefined : knownOptions[named]?.cloud);
  if (cloud !== undefined) return cloud;
  throw error("CF_INVALID_OPTION_VALUE", {
    name: "cloudFiles.useNotifications",
    value: "true",
    expected: `needs a queue's name, or files in S3, Azure Storage or GCS, not in ${scheme}:`,
  });
}

/** `{"bucket/path": "s3://other/path"}` */
function pathRewrites(value: string | undefined): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  try {
    const pairs = Object.entries(JSON.parse(value) as object);
    if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) return pairs;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw error("CF_INVALID_OPTION_VALUE", {
    name: "cloudFiles.pathRewrites",
    value,
    expected: 'must be a JSON object of texts, such as {"bucket/path": "s3://other/path"}',
  });
}
