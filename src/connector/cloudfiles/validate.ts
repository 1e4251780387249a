import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { optionReader } from "../option.ts";
import { type Cloud, type KnownOption, knownName, knownOptions, tagPrefix } from "./known.ts";

/** What all options of Auto Loader begin with, as option maps hold it. */
export const prefix = "cloudfiles.";

/** Options that say nothing without another. */
const together: Readonly<Record<string, readonly string[]>> = {
  awsAccessKey: ["awsSecretKey"],
  awsSecretKey: ["awsAccessKey"],
  clientSecret: ["clientId", "tenantId"],
  privateKey: ["clientEmail"],
  roleExternalId: ["roleArn"],
  roleSessionName: ["roleArn"],
  stsEndpoint: ["roleArn"],
};

/** Pairs that ask for two ways to find files. */
const conflicts: readonly (readonly [string, string])[] = [
  ["useManagedFileEvents", "useNotifications"],
  ["useManagedFileEvents", "useIncrementalListing"],
  ["useNotifications", "useIncrementalListing"],
];

/**
 * Throws for what Auto Loader does not know, for values that are none, and for options that do
 * not go together. `cloud`: where the files lie, if it has queues.
 */
export function validateOptions(options: Options, cloud: Cloud | undefined): void {
  const read = optionReader(options, "CF_INVALID_OPTION_VALUE");
  const given: string[] = [];
  const unknown: string[] = [];
  for (const key of Object.keys(options).filter((name) => name.startsWith(prefix))) {
    const name = knownName(key.slice(prefix.length));
    if (name === undefined) unknown.push(key);
    else given.push(name);
  }
  if (unknown.length > 0) throw error("CF_UNKNOWN_OPTION_KEYS_ERROR", { keys: unknown.join(", ") });
  for (const name of given) checkValue(read, name, knownOptions[name]);
  for (const [one, other] of conflicts) {
    if (isOn(options, one) && isOn(options, other)) throw conflict(one, other);
  }
  if (isOn(options, "useManagedFileEvents") && given.includes("backfillInterval")) {
    throw conflict("useManagedFileEvents", "backfillInterval");
  }
  for (const name of given) {
    for (const needed of together[name] ?? []) {
      if (given.includes(needed)) continue;
      const expected = `needs the option cloudFiles.${needed} beside it`;
      throw error("CF_INVALID_OPTION_VALUE", { name: `cloudFiles.${name}`, value: "…", expected });
    }
  }
  checkClouds(given, isOn(options, "useNotifications") ? cloud : undefined);
}

function checkValue(
  read: ReturnType<typeof optionReader>,
  name: string,
  known: KnownOption | undefined,
): void {
  const full = `cloudFiles.${name}`;
  if (known === undefined || known.value === "text") return;
  if (known.value === "flag") read.flag(full, false);
  else if (known.value === "count") read.positive(full);
  else if (known.value === "bytes") read.bytes(full);
  else if (known.value === "duration") read.durationMs(full, "s");
  else oneOf(read.text(full), full, known.value);
}

/** The value as it is documented, whatever its case. */
export function oneOf<T extends string>(
  value: string | undefined,
  name: string,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one.toLowerCase() === value.trim().toLowerCase());
  if (found !== undefined) return found;
  const expected = `must be one of ${allowed.join(", ")}`;
  throw error("CF_INVALID_OPTION_VALUE", { name, value, expected });
}

function isOn(options: Options, name: string): boolean {
  return options[prefix + name.toLowerCase()]?.trim().toLowerCase() === "true";
}

function conflict(one: string, other: string): Error {
  return error("CONFLICTING_OPTIONS", { names: `cloudFiles.${one} and cloudFiles.${other}` });
}

/** Options of one cloud only, and of that where the files are. */
function checkClouds(given: readonly string[], own: Cloud | undefined): void {
  const byCloud = new Map<Cloud, string>();
  for (const name of given) {
    const cloud = name.startsWith(tagPrefix) ? undefined : knownOptions[name]?.cloud;
    if (cloud === undefined) continue;
    if (own !== undefined && cloud !== own) {
      const expected = `is one of ${cloud}, and the files are in ${own}`;
      throw error("CF_INVALID_OPTION_VALUE", { name: `cloudFiles.${name}`, value: "…", expected });
    }
    byCloud.set(cloud, name);
  }
  const [one, other] = [...byCloud.values()];
  if (other !== undefined) throw conflict(one!, other);
}

const schemes: Readonly<Record<string, Cloud>> = {
  s3: "AWS",
  s3a: "AWS",
  abfs: "Azure",
  abfss: "Azure",
  wasb: "Azure",
  wasbs: "Azure",
  az: "Azure",
  gs: "GCP",
};

/** The cloud of a store; undefined of one that is in none. */
export function cloudOf(scheme: string): Cloud | undefined {
  return Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
}
