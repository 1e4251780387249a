import { floorDiv } from "./value.ts";

/** A time zone by Java's rules for ids: a fixed offset, or a region of the IANA database. */
export type Zone =
  | { readonly kind: "offset"; readonly id: string; readonly seconds: number }
  | { readonly kind: "region"; readonly id: string; readonly format: Intl.DateTimeFormat };

/** Zones are few in one process; texts in data could be anything. */
const MAX_ZONES = 256;

const zones = new Map<string, Zone | undefined>();

/** Java's `ZoneId.SHORT_IDS`, which Spark accepts. */
const shortIds: Readonly<Record<string, string>> = {
  ACT: "Australia/Darwin",
  AET: "Australia/Sydney",
  AGT: "America/Argentina/Buenos_Aires",
  ART: "Africa/Cairo",
  AST: "America/Anchorage",
  BET: "America/Sao_Paulo",
  BST: "Asia/Dhaka",
  CAT: "Africa/Harare",
  CNT: "America/St_Johns",
  CST: "America/Chicago",
  CTT: "Asia/Shanghai",
  EAT: "Africa/Addis_Ababa",
  ECT: "Europe/Paris",
  IET: "America/Indiana/Indianapolis",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  MIT: "Pacific/Apia",
  NET: "Asia/Yerevan",
  NST: "Pacific/Auckland",
  PLT: "Asia/Karachi",
  PNT: "America/Phoenix",
  PRT: "America/Puerto_Rico",
  PST: "America/Los_Angeles",
  SST: "Pacific/Guadalcanal",
  VST: "Asia/Ho_Chi_Minh",
  EST: "-05:00",
  MST: "-07:00",
  HST: "-10:00",
};

/** The zone an id names (`UTC`, `+01:00`, `GMT+2`, `Europe/Amsterdam`, `PST`), if there is one. */
export function zoneOf(id: string): Zone | undefined {
  if (zones.has(id)) return zones.get(id);
  const zone = resolveZone(shortIds[id] ?? id);
  if (zones.size >= MAX_ZONES) zones.clear();
  zones.set(id, zone);
  return zone;
}

const offsetId =
  /^(?:UTC|GMT|UT)?([+-])(?:(\d{1,2})|(\d{1,2}):(\d{1,2})(?::(\d\d))?|(\d\d)(\d\d)(\d\d)?)$/;

function resolveZone(id: string): Zone | undefined {
  if (/^(Z|UTC|GMT|UT)$/.test(id)) return { kind: "offset", id, seconds: 0 };
  const match = offsetId.exec(id);
  if (match) return fixedZone(id, match);
  if (!/^[A-Za-z]/.test(id)) return undefined;
  try {
    const options = { timeZone: id, timeZoneName: "longOffset" } as const;
    return { kind: "region", id, format: new Intl.DateTimeFormat("en-US", options) };
  } catch {
    return undefined;
  }
}

function fixedZone(id: string, match: RegExpExecArray): Zone | undefined {
  const hours = Number(match[2] ?? match[3] ?? match[6]);
  const minutes = Number(match[4] ?? match[7] ?? 0);
  const seconds = Number(match[5] ?? match[8] ?? 0);
  const total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > 18 * 3600) return undefined;
  return { kind: "offset", id, seconds: match[1] === "-" ? -total : total };
}

/** Half an hour is the shortest stretch worth one answer; most programs look at few of them. */
const BUCKET_SECONDS = 1800;
const MAX_BUCKETS = 4096;
const buckets = new Map<string, Map<number, number>>();

/** Seconds east of UTC at an instant (seconds since the epoch). */
export function offsetAt(zone: Zone, epochSeconds: number): number {
  if (zone.kind === "offset") return zone.seconds;
  const bucket = Math.floor(epochSeconds / BUCKET_SECONDS);
  const known = bucketsOf(zone.id);
  const cached = known.get(bucket);
  if (cached !== undefined) return cached;
  const start = lookUp(zone.format, bucket * BUCKET_SECONDS);
  if (start !== lookUp(zone.format, (bucket + 1) * BUCKET_SECONDS - 1)) {
    return lookUp(zone.format, epochSeconds);
  }
  if (known.size >= MAX_BUCKETS) known.clear();
  known.set(bucket, start);
  return start;
}

function bucketsOf(id: string): Map<number, number> {
  const known = buckets.get(id) ?? new Map<number, number>();
  if (known.size === 0) {
    if (buckets.size >= MAX_ZONES) buckets.clear();
    buckets.set(id, known);
  }
  return known;
}

/** The last second a JavaScript Date can hold; zones do not change beyond. */
const MAX_DATE_SECONDS = 8_640_000_000_000;

function lookUp(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const held = Math.max(-MAX_DATE_SECONDS, Math.min(MAX_DATE_SECONDS, epochSeconds));
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(held * 1000));
  if (!match?.[1]) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === "-" ? -seconds : seconds;
}

/** The wall clock of an instant, as micros "as if UTC". */
export function localOf(zone: Zone, micros: bigint): bigint {
  return micros + BigInt(offsetAt(zone, Number(floorDiv(micros, 1_000_000n)))) * 1_000_000n;
}

/**
 * The instant of a wall clock, as Java resolves it: a time that was skipped moves on by the gap,
 * of one that came twice the first is meant.
 */
export function instantOf(zone: Zone, localMicros: bigint): bigint {
  const local = Number(floorDiv(localMicros, 1_000_000n));
  const day = 86_400;
  const before = offsetAt(zone, local - offsetAt(zone, local - day) - day);
  const after = offsetAt(zone, local - offsetAt(zone, local + day) + day);
  const offset =
    before === after || offsetAt(zone, local - before) === before
      ? before
      : offsetAt(zone, local - after) === after
        ? after
        : before;
  return localMicros - BigInt(offset) * 1_000_000n;
}
