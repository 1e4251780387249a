import { formatDouble, formatFloat } from "../number.ts";
import { civil } from "../value.ts";
import type { ProtoTree, ProtoValue } from "./tree.ts";

/** JSON of a message by what the message means; `inner` is that of one in it. */
type Form = (tree: ProtoTree, inner: (tree: ProtoTree) => string) => string;

const prefix = "google.protobuf.";

/** Google's messages that have a form of their own in JSON. */
export const briefForms: Readonly<Record<string, Form | undefined>> = Object.fromEntries(
  Object.entries({
    Timestamp: (tree) => quoted(instant(tree)),
    Duration: (tree) => quoted(span(tree)),
    FieldMask: (tree) =>
      quoted(
        all(tree, 1)
          .map((path) => camel(String(path)))
          .join(","),
      ),
    Struct: (tree, inner) => {
      const members = (all(tree, 1) as ProtoTree[]).map((entry) => {
        const value = one(entry, 2) as ProtoTree | undefined;
        return `${quoted(String(one(entry, 1) ?? ""))}:${value ? inner(value) : "null"}`;
      });
      return `{${members.join(",")}}`;
    },
    ListValue: (tree, inner) => `[${(all(tree, 1) as ProtoTree[]).map(inner).join(",")}]`,
    Value: valueForm,
    ...Object.fromEntries(
      ["Bool", "Int32", "UInt32", "Int64", "UInt64", "String", "Bytes", "Float", "Double"].map(
        (name) => [`${name}Value`, wrapped],
      ),
    ),
  } satisfies Record<string, Form>).map(([name, form]) => [`${prefix}${name}`, form]),
);

function all(tree: ProtoTree, number: number): readonly ProtoValue[] {
  return tree.values.get(number) ?? [];
}

function one(tree: ProtoTree, number: number): ProtoValue | undefined {
  return all(tree, number)[0];
}

function wrapped(tree: ProtoTree): string {
  const [field] = tree.message.fields;
  const value = one(tree, 1);
  switch (field?.kind) {
    case "string":
      return quoted((value as string | undefined) ?? "");
    case "bytes":
      return quoted(Buffer.from((value as Uint8Array | undefined) ?? []).toString("base64"));
    case "float":
      return real(formatFloat((value as number | undefined) ?? 0));
    case "double":
      return real(formatDouble((value as number | undefined) ?? 0));
    case "int64":
    case "uint64":
      return `"${value ?? 0n}"`;
    default:
      return String(value ?? (field?.kind === "bool" ? false : 0));
  }
}

function real(text: string): string {
  return /\d/.test(text) ? text : `"${text}"`;
}

/** A null, a number, a text, a truth, an object or an array, by the field that it is in. */
function valueForm(tree: ProtoTree, inner: (tree: ProtoTree) => string): string {
  for (const [number, [value]] of tree.values) {
    if (number === 2) {
      if (!Number.isFinite(value)) throw new Error("a Value is no finite number");
      return formatDouble(value as number);
    }
    if (number === 3) return quoted(value as string);
    if (number === 4) return String(value);
    if (number === 5 || number === 6) return inner(value as ProtoTree);
  }
  return "null";
}

const secondsMin = -62_135_596_800n;
const secondsMax = 253_402_300_799n;
const spanMax = 315_576_000_000n;

function instant(tree: ProtoTree): string {
  const seconds = (one(tree, 1) as bigint | undefined) ?? 0n;
  const nanos = (one(tree, 2) as number | undefined) ?? 0;
  if (seconds < secondsMin || seconds > secondsMax || nanos < 0 || nanos > 999_999_999) {
    throw new Error(`${seconds} seconds and ${nanos} nanoseconds are no Timestamp`);
  }
  const day = Math.floor(Number(seconds) / 86_400);
  const rest = Number(seconds) - day * 86_400;
  const { year, month, day: of } = civil(day);
  const date = [String(year).padStart(4, "0"), two(month), two(of)].join("-");
  const time = [rest / 3600, (rest / 60) % 60, rest % 60].map((part) => two(Math.floor(part)));
  return `${date}T${time.join(":")}${fraction(nanos)}Z`;
}

function span(tree: ProtoTree): string {
  const seconds = (one(tree, 1) as bigint | undefined) ?? 0n;
  const nanos = (one(tree, 2) as number | undefined) ?? 0;
  const size = Math.abs(nanos);
  const mixed = (seconds < 0n && nanos > 0) || (seconds > 0n && nanos < 0);
  if (seconds < -spanMax || seconds > spanMax || size > 999_999_999 || mixed) {
    throw new Error(`${seconds} seconds and ${nanos} nanoseconds are no Duration`);
  }
  const sign = seconds < 0n || nanos < 0 ? "-" : "";
  return `${sign}${seconds < 0n ? -seconds : seconds}${fraction(size)}s`;
}

/** Three, six or nine digits, whichever are enough. */
function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.replace(/(000){1,2}$/, "")}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function camel(path: string): string {
  return path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A text as Google's writer of JSON quotes it, which minds HTML. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[<>&='\u2028\u2029]/g, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
