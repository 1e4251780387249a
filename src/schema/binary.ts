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
