import { error } from "../error/error.ts";

/** Options of a session, as Spark users write them for Hadoop's file systems. */
export interface HadoopOptions {
  text(name: string): string | undefined;
  flag(name: string, byDefault: boolean): boolean;
  whole(name: string, byDefault: number, atLeast?: number): number;
  /** Bytes: digits and one of k, m, g, t, p (binary). */
  bytes(name: string, byDefault: number): number;
  /** Milliseconds: digits and one of ms, s, m, h, d; without a unit, of `unit`. */
  milliseconds(name: string, byDefault: number, unit?: "ms" | "s"): number;
}

/**
 * Reads options by Hadoop's names. `names` says under which names an option may stand, the one
 * that counts most first (a bucket's own before that of all); each also with `spark.hadoop.`
 * before it, which counts less. A value that cannot be is STORAGE_OPTION_INVALID.
 */
export function hadoopOptions(
  options: Readonly<Record<string, string>>,
  names: (name: string) => readonly string[] = (name) => [name],
): HadoopOptions {
  const find = (name: string): { option: string; value: string } | undefined => {
    for (const one of names(name)) {
      for (const option of [one, `spark.hadoop.${one}`]) {
        const value = Object.hasOwn(options, option) ? options[option]?.trim() : undefined;
        if (value !== undefined && value !== "") return { option, value };
      }
    }
    return undefined;
  };
  const read = <T>(name: string, byDefault: T, parse: Parse<T>): T => {
    const found = find(name);
    if (found === undefined) return byDefault;
    const value = parse.value(found.value.toLowerCase());
    if (value !== undefined) return value;
    throw error("STORAGE_OPTION_INVALID", { ...found, expected: parse.expected });
  };
  return {
    text: (name) => find(name)?.value,
    flag: (name, byDefault) => read(name, byDefault, flag),
    whole: (name, byDefault, atLeast = 0) => read(name, byDefault, whole(atLeast)),
    bytes: (name, byDefault) => read(name, byDefault, bytes),
    milliseconds: (name, byDefault, unit = "ms") => read(name, byDefault, milliseconds(unit)),
  };
}

interface Parse<T> {
  readonly expected: string;
  value(text: string): T | undefined;
}

const flag: Parse<boolean> = {
  expected: "true or false",
  value: (text) => (text === "true" ? true : text === "false" ? false : undefined),
};

const whole = (atLeast: number): Parse<number> => ({
  expected: `a whole number, at least ${atLeast}`,
  value: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= atLeast ? Number(text) : undefined),
});

const bytes: Parse<number> = {
  expected: "a number of bytes, as 67108864 or 64M",
  value: (text) => {
    const [, digits, unit] = /^(\d+)([kmgtp]?)$/.exec(text) ?? [];
    if (digits === undefined) return undefined;
    const size = Number(digits) * 1024 ** " kmgtp".indexOf(unit || " ");
    return Number.isSafeInteger(size) ? size : undefined;
  },
};

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const milliseconds = (byDefault: string): Parse<number> => ({
  expected: "a time, as 30s or 1m",
  value: (text) => {
    const [, digits, unit] = /^(\d+)(ms|s|m|h|d|)$/.exec(text) ?? [];
    return digits === undefined ? undefined : Number(digits) * units[unit || byDefault]!;
  },
});
