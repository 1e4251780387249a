import { offsetAt, type Zone } from "../../schema/zone.ts";

/** The second 1900-01-01T00:00:00Z. */
export const year1900 = -2_208_988_800;

/** What Java's old time zones, with which files are written, say of the time before 1900. */
export function standardOffset(zone: Zone): number {
  const [january, july] = [1_704_067_200, 1_719_792_000]; // of 2024
  return Math.min(offsetAt(zone, january), offsetAt(zone, july));
}
