import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { instantOf, zoneOf } from "../../schema/zone.ts";
import type { TimeTravel } from "../../table/table.ts";
import { optionReader } from "../option.ts";

/** The version options ask for, if they do: `versionAsOf` or `timestampAsOf`, not both. */
export function optionTravel(options: Options, timeZone: string): TimeTravel | undefined {
  const read = optionReader(options, "DELTA_ILLEGAL_OPTION");
  const version = read.natural("versionAsOf");
  const timestampMs = read.instantMs("timestampAsOf", timeZone);
  if (version !== undefined && timestampMs !== undefined) {
    const [first, second] = ["versionAsOf", "timestampAsOf"];
    throw error("DELTA_TIME_TRAVEL_INVALID_OPTIONS", { first, second });
  }
  if (version !== undefined) return { kind: "version", version };
  return timestampMs === undefined ? undefined : { kind: "timestamp", timestampMs };
}

/** A path that names a version: `/data/t@v3`, `/data/t@20260131120000000`. */
export interface PathTravel {
  readonly path: string;
  readonly travel: TimeTravel;
}

/** Splits a path that ends in `@v<version>` or `@yyyyMMddHHmmssSSS` (DeltaTableUtils). */
export function pathTravel(path: string, timeZone: string): PathTravel | undefined {
  const version = /^(.+)@[vV](\d+)$/.exec(path);
  if (version) {
    return { path: version[1]!, travel: { kind: "version", version: Number(version[2]) } };
  }
  const stamp = /^(.+)@(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(path);
  const zone = zoneOf(timeZone);
  if (!stamp || !zone) return undefined;
  const [year, month, day, hour, minute, second, ms] = stamp.slice(2).map(Number);
  const local = Date.UTC(year!, month! - 1, day, hour, minute, second, ms);
  const micros = instantOf(zone, BigInt(local) * 1000n);
  return { path: stamp[1]!, travel: { kind: "timestamp", timestampMs: Number(micros / 1000n) } };
}
