/** A table's `delta.*` properties, as `metadata.configuration` holds them. */
export type Configuration = Readonly<Record<string, string>>;

const unitMs: Readonly<Record<string, number>> = {
  microsecond: 0.001,
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/**
 * The milliseconds of a CalendarInterval text such as `interval 1 week 2 days`; undefined if it is
 * none, or has months or years, which have no fixed length.
 */
export function intervalMs(text: string): number | undefined {
  const parts = text
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, "");
  const pattern = /([+-]?\d+(?:\.\d+)?)\s+([a-z]+?)s?(?:\s+|$)/y;
  let total = 0;
  while (pattern.lastIndex < parts.length) {
    const found = pattern.exec(parts);
    const unit = found === null ? undefined : unitMs[found[2] ?? ""];
    if (found === null || unit === undefined) return undefined;
    total += Number(found[1]) * unit;
  }
  return parts === "" ? undefined : Math.floor(total);
}

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
