/** What a zone adds to UTC, for an instant: seconds, both in and out. */
export type Zone = (epochSeconds: number) => number;

/** Offsets remembered a zone: a year of quarter hours. */
const CACHED_OFFSETS = 35_040;
/** Zones change their offset on a quarter hour. */
const QUARTER = 900;
const DAY = 86_400;

/** Java's short ids that are not IANA names. */
const SHORT: Readonly<Record<string, string>> = {
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
  EST: "-05:00",
  HST: "-10:00",
  IET: "America/Indiana/Indianapolis",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  MIT: "Pacific/Apia",
  MST: "-07:00",
  NET: "Asia/Yerevan",
  NST: "Pacific/Auckland",
  PLT: "Asia/Karachi",
  PNT: "America/Phoenix",
  PRT: "America/Puerto_Rico",
  PST: "America/Los_Angeles",
  SST: "Pacific/Guadalcanal",
  VST: "Asia/Ho_Chi_Minh",
};

const zones = new Map<string, Zone | undefined>();
/** Zones remembered: more than there are, but for texts made to fill it. */
const CACHED_ZONES = 1_000;

/** The zone of Java's `ZoneId.of` (with the short ids), or undefined if there is none. */
export function zoneOf(name: string): Zone | undefined {
  if (zones.has(name)) return zones.get(name);
  if (zones.size >= CACHED_ZONES) zones.clear();
  const zone = findZone(name);
  zones.set(name, zone);
  return zone;
}

function findZone(given: string): Zone | undefined {
  const name = SHORT[given] ?? given;
  const prefixed = /^(?:UTC|GMT|UT)(?=$|[+-])(.*)$/.exec(name);
  const offset = prefixed ? (prefixed[1] ?? "") : name;
  if (name === "Z" || (prefixed !== null && offset === "")) return () => 0;
  const parts =
    /^([+-])(\d{1,2})(?::(\d{1,2}))?(?::(\d{2}))?$/.exec(offset) ??
    /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(offset);
  if (parts !== null) {
    const [hours, minutes, seconds] = [parts[2], parts[3], parts[4]].map((part) =>
      Number(part ?? 0),
    );
    const size = hours! * 3600 + minutes! * 60 + seconds!;
    if (minutes! > 59 || seconds! > 59 || size > 18 * 3600) return undefined;
    const shift = parts[1] === "-" ? -size : size;
    return () => shift;
  }
  return regionZone(name);
}

function regionZone(name: string): Zone | undefined {
  if (!/^[A-Za-z][A-Za-z0-9~/._+-]+$/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
    });
  } catch {
    return undefined;
  }
  const cache = new Map<number, number>();
  return (epochSeconds) => {
    const quarter = Math.floor(epochSeconds / QUARTER);
    let offset = cache.get(quarter);
    if (offset === undefined) {
      if (cache.size >= CACHED_OFFSETS) cache.clear();
      offset = offsetAt(format, quarter * QUARTER);
      cache.set(quarter, offset);
    }
    return offset;
  };
}

function offsetAt(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const parts: Record<string, string> = {};
  for (const part of format.formatToParts(epochSeconds * 1000)) parts[part.type] = part.value;
  const year = parts["era"]?.startsWith("B") ? 1 - Number(parts["year"]) : Number(parts["year"]);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(parts["month"]) - 1, Number(parts["day"]));
  local.setUTCHours(Number(parts["hour"]), Number(parts["minute"]), Number(parts["second"]));
  return local.getTime() / 1000 - epochSeconds;
}

/**
 * The instant (epoch seconds) of a wall-clock time in a zone, by Java's rule: of two the earlier,
 * and a time that a clock change skips is moved on by what was skipped.
 */
export function toInstant(localSeconds: number, zone: Zone): number {
  const before = zone(localSeconds - DAY);
  const after = zone(localSeconds + DAY);
  if (before === after) return localSeconds - before;
  if (zone(localSeconds - before) === before) return localSeconds - before;
  if (zone(localSeconds - after) === after) return localSeconds - after;
  return localSeconds - before;
}
