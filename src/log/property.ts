import { intervalMs } from "../schema/interval.ts";

/** A table's `delta.*` properties, as `metadata.configuration` holds them. */
export type Configuration = Readonly<Record<string, string>>;

/** A duration property, or its default where it is absent or unreadable. */
export function durationMs(configuration: Configuration, name: string, defaultMs: number): number {
  const text = configuration[name];
  return text === undefined ? defaultMs : (intervalMs(text) ?? defaultMs);
}

export function flag(configuration: Configuration, name: string, otherwise: boolean): boolean {
  const text = configuration[name];
  return text === undefined ? otherwise : text.toLowerCase() === "true";
}

export function whole(configuration: Configuration, name: string, otherwise: number): number {
  const text = configuration[name];
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isInteger(number) ? number : otherwise;
}

/** How long removed files are remembered, and kept by VACUUM. */
export function tombstoneRetentionMs(configuration: Configuration): number {
  return durationMs(configuration, "delta.deletedFileRetentionDuration", 7 * 86_400_000);
}
