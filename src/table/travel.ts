import { error } from "../error/error.ts";
import type { Options } from "../plan/relation.ts";
import { parseValue } from "../schema/text.ts";
import { timestamp } from "../schema/type.ts";
import { floorDiv, Timestamp } from "../schema/value.ts";
import type { TimeTravel } from "./table.ts";

/**
 * The version that `versionAsOf` or `timestampAsOf` asks for (lower-case keys); undefined: the
 * newest. A timestamp text without a zone is in `timeZone`.
 */
export function travelOf(options: Options, timeZone: string): TimeTravel | undefined {
  const version = options["versionasof"];
  const time = options["timestampasof"];
  if (version !== undefined && time !== undefined) {
    const explain = "give a version or a timestamp, not both";
    throw error("DELTA_ILLEGAL_OPTION", { input: time, name: "timestampAsOf", explain });
  }
  if (version !== undefined) {
    if (/^\d+$/.test(version)) return { kind: "version", version: Number(version) };
    const explain = "it must be an integer of at least 0";
    throw error("DELTA_ILLEGAL_OPTION", { input: version, name: "versionAsOf", explain });
  }
  return time === undefined ? undefined : timeTravel(time, timeZone);
}

function timeTravel(text: string, timeZone: string): TimeTravel {
  const value = parseValue(text, timestamp, timeZone);
  if (!(value instanceof Timestamp)) throw error("DELTA_TIMESTAMP_INVALID", { expr: text });
  return { kind: "timestamp", timestampMs: Number(floorDiv(value.micros, 1000n)) };
}

const atVersion = /^(.*)@[vV](\d+)$/;
const atTime = /^(.*)@(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{3})$/;

/** A path that says the version itself: `/t@v3`, `/t@20240131235959000` in `timeZone`. */
export function travelPath(
  path: string,
  timeZone: string,
): { readonly path: string; readonly travel: TimeTravel | undefined } {
  const version = atVersion.exec(path);
  if (version !== null) {
    return { path: version[1] ?? "", travel: { kind: "version", version: Number(version[2]) } };
  }
  const time = atTime.exec(path);
  if (time === null) return { path, travel: undefined };
  const [, base = "", year, month, day, hour, minute, second, fraction] = time;
  const text = `${year}-${month}-${day} ${hour}:${minute}:${second}.${fraction}`;
  return { path: base, travel: timeTravel(text, timeZone) };
}
