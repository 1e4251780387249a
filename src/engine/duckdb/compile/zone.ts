import { text } from "../quote.ts";
import type { Scope } from "./scope.ts";

// The connection is in UTC: these casts change the type and keep the microseconds.
const utc = new Set(["UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT", "+00:00"]);

export function isUtc(scope: Scope): boolean {
  return utc.has(scope.context.timeZone);
}

/** What `current_timestamp()` is in the query, as TIMESTAMPTZ. */
export function now({ context }: Scope): string {
  const micros = BigInt(Math.trunc(context.timestampMs)) * 1000n;
  return `make_timestamptz(CAST('${micros}' AS BIGINT))`;
}

/** The wall-clock time (TIMESTAMP) of an instant in the session's zone. */
export function local(value: string, scope: Scope): string {
  if (isUtc(scope)) return `CAST(${value} AS TIMESTAMP)`;
  return `timezone(${text(scope.context.timeZone)}, ${value})`;
}

/** The instant (TIMESTAMPTZ) of a wall-clock time in the session's zone. */
export function instant(value: string, scope: Scope): string {
  if (isUtc(scope)) return `CAST(${value} AS TIMESTAMPTZ)`;
  return `timezone(${text(scope.context.timeZone)}, ${value})`;
}
