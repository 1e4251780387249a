import { error } from "../error/error.ts";

/** How bytes look to people: `spark.sql.binaryOutputStyle`. */
export type BinaryStyle = "UTF-8" | "BASIC" | "BASE64" | "HEX" | "HEX_DISCRETE";

const styles: Readonly<Record<BinaryStyle, (bytes: Uint8Array) => string>> = {
  "UTF-8": (bytes) => new TextDecoder().decode(bytes),
  BASIC: (bytes) => `[${Int8Array.from(bytes).join(", ")}]`,
  BASE64: (bytes) => Buffer.from(bytes).toString("base64").replaceAll("=", ""),
  HEX: (bytes) => digits(bytes).join(""),
  HEX_DISCRETE: (bytes) => `[${digits(bytes).join(" ")}]`,
};

function digits(bytes: Uint8Array): string[] {
  return [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
}

/** Bytes in a style; BASE64 has no padding, BASIC is signed bytes, as in Spark. */
export function formatBinary(bytes: Uint8Array, style: BinaryStyle): string {
  return styles[style](bytes);
}

/** The bytes of a text in a style, padded or not, in capitals or not; undefined if it is none. */
export function parseBinary(text: string, style: BinaryStyle): Uint8Array | undefined {
  switch (style) {
    case "UTF-8":
      return new TextEncoder().encode(text);
    case "BASE64": {
      const plain = text.replace(/=+$/, "");
      return /^[A-Za-z0-9+/]*$/.test(plain) ? Buffer.from(plain, "base64") : undefined;
    }
    case "HEX":
      if (!/^[0-9A-Fa-f]*$/.test(text)) return undefined;
      return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex");
    case "HEX_DISCRETE":
      if (!/^\[(?:[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2})*)?\]$/.test(text)) return undefined;
      return Buffer.from(text.replace(/[[\] ]/g, ""), "hex");
    case "BASIC": {
      if (!/^\[(?:-?\d{1,3}(?:, -?\d{1,3})*)?\]$/.test(text)) return undefined;
      const bytes = text === "[]" ? [] : text.slice(1, -1).split(", ").map(Number);
      return bytes.every((byte) => byte >= -128 && byte <= 127)
        ? Uint8Array.from(bytes)
        : undefined;
    }
  }
}

/** The style a setting names, in any case; `fallback` where it is not set. */
export function binaryStyle(setting: string | undefined, fallback: BinaryStyle): BinaryStyle {
  if (setting === undefined) return fallback;
  const name = setting.toUpperCase();
  if (Object.hasOwn(styles, name)) return name as BinaryStyle;
  throw error("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", {
    confName: "spark.sql.binaryOutputStyle",
    confValue: setting,
    confOptions: Object.keys(styles).join(", "),
  });
}
