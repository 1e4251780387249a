import type { TypedExpression } from "../../../analysis/typed.ts";
import { type Zone, zoneOf } from "../../../schema/zone.ts";
import { raise } from "../failure.ts";
import { text } from "../quote.ts";
import { javascript } from "./function/registry.ts";
import type { Scope } from "./scope.ts";

/** Whether the session's zone is that of the connection. */
export function isUtc(scope: Scope): boolean {
  return isZero(sessionZone(scope));
}

/** What `current_timestamp()` is in the query, as TIMESTAMPTZ. */
export function now({ context }: Scope): string {
  const micros = BigInt(Math.trunc(context.timestampMs)) * 1000n;
  return `make_timestamptz(CAST('${micros}' AS BIGINT))`;
}

/** The wall-clock time (TIMESTAMP) of an instant in the session's zone. */
export function local(value: string, scope: Scope): string {
  return localIn(value, sessionZone(scope));
}

/** The instant (TIMESTAMPTZ) of a wall-clock time in the session's zone. */
export function instant(value: string, scope: Scope): string {
  return instantIn(value, sessionZone(scope));
}

function sessionZone({ context }: Scope): Zone {
  const zone = zoneOf(context.timeZone);
  if (zone === undefined) throw new Error(`Assertion failed: no time zone ${context.timeZone}`);
  return zone;
}

function isZero(zone: Zone): boolean {
  return zone.kind === "offset" ? zone.seconds === 0 : /^Etc\/(UTC|GMT)$/.test(zone.id);
}

// The connection is in UTC: these casts change the type and keep the microseconds.
function localIn(value: string, zone: Zone): string {
  if (isZero(zone)) return `CAST(${value} AS TIMESTAMP)`;
  if (zone.kind === "region") return `timezone(${text(zone.id)}, ${value})`;
  return `(CAST(${value} AS TIMESTAMP) + to_seconds(${zone.seconds}))`;
}

function instantIn(value: string, zone: Zone): string {
  if (isZero(zone)) return `CAST(${value} AS TIMESTAMPTZ)`;
  if (zone.kind === "region") return `timezone(${text(zone.id)}, ${value})`;
  return `CAST(${value} - to_seconds(${zone.seconds}) AS TIMESTAMPTZ)`;
}

/** A zone that an argument of a function names: its SQL, and the argument itself. */
export interface ZoneArgument {
  readonly sql: string;
  readonly node: TypedExpression | undefined;
  /** Within TRY, where what would raise gives null. */
  readonly trying?: boolean | undefined;
}

/** `local` in the zone of an argument; a text that names none is INVALID_TIMEZONE. */
export function localOfArgument(value: string, zone: ZoneArgument): string {
  return inZone(zone, {
    constant: (known) => localIn(value, known),
    each: () => `make_timestamp(${shifted("zone_local", value, zone.sql)})`,
  });
}

/** `instant` in the zone of an argument. */
export function instantOfArgument(value: string, zone: ZoneArgument): string {
  return inZone(zone, {
    constant: (known) => instantIn(value, known),
    each: () => `make_timestamptz(${shifted("zone_instant", value, zone.sql)})`,
  });
}

interface Ways {
  readonly constant: (zone: Zone) => string;
  readonly each: () => string;
}

function inZone({ sql, node, trying }: ZoneArgument, ways: Ways): string {
  if (node?.kind !== "literal" || typeof node.value !== "string") return ways.each();
  const zone = zoneOf(node.value);
  if (zone) return ways.constant(zone);
  return trying ? "NULL" : raise("INVALID_TIMEZONE", { timeZone: sql });
}

function shifted(name: string, value: string, zone: string): string {
  return `CAST(${javascript(name, [`CAST(epoch_us(${value}) AS VARCHAR)`, zone])} AS BIGINT)`;
}
