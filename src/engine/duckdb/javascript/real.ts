/** Java's Double.toString and Float.toString of a shortest decimal text. */
function javaText(text: string | undefined): string {
  const value = text ?? "";
  const special = /^(-?)(inf|nan)/i.exec(value);
  if (special !== null) {
    return special[2]?.toLowerCase() === "nan" ? "NaN" : `${special[1]}Infinity`;
  }
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(value);
  if (parts === null) return value;
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = parts;
  const all = `${whole}${fraction}`;
  const digits = all.replace(/^0+/, "").replace(/0+$/, "");
  if (digits === "") return `${sign}0.0`;
  const leading = all.length - all.replace(/^0+/, "").length;
  const power = whole.length - 1 - leading + Number(exponent);
  if (power >= -3 && power < 7) return `${sign}${plain(digits, power)}`;
  return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${power}`;
}

function plain(digits: string, power: number): string {
  if (power < 0) return `0.${"0".repeat(-power - 1)}${digits}`;
  const padded = digits.padEnd(power + 1, "0");
  return `${padded.slice(0, power + 1)}.${padded.slice(power + 1) || "0"}`;
}

export const realOperations = {
  double_text: ([text]: readonly string[]): string => javaText(text),
  float_text: ([text]: readonly string[]): string => javaText(text),
} as const;
