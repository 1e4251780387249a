import { offsetAt, zoneOf as zoneById } from "../../../schema/zone.ts";

/** What a zone adds to UTC, for an instant: seconds, both in and out. */
export type Zone = (epochSeconds: number) => number;

const DAY = 86_400;

/** The zone of Java's `ZoneId.of` (with the short ids), or undefined if there is none. */
export function zoneOf(name: string): Zone | undefined {
  const zone = zoneById(name);
  if (zone === undefined) return undefined;
  return zone.kind === "offset" ? () => zone.seconds : (seconds) => offsetAt(zone, seconds);
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
