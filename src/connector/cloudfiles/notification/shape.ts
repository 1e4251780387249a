type Fields = Readonly<Record<string, unknown>>;

/** The object a JSON text is; undefined where it is none. */
export function jsonObject(text: string): Fields | undefined {
  const value = json(text);
  return isObject(value) ? value : undefined;
}

/** The value of a JSON text; undefined where it is none. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The fields of a value that should be an object; none where it is not. */
export function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The size of a file, as a number or its digits; nothing where it is neither. */
export function sizeOf(value: unknown): { readonly size?: number } {
  const size = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? { size } : {};
}

/** The time of an event, from its text; nothing where it is none. */
export function timeOf(value: unknown): { readonly timeMs?: number } {
  const timeMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? {} : { timeMs };
}

/** A percent-encoded name decoded; as it is where it is not well encoded. */
export function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
