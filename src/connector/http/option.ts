import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type OptionReader, optionReader } from "../option.ts";

/** What is in a request: its rows one a line, in an array, or one row alone. */
export type BodyShape = "lines" | "array" | "row";

export interface HttpOptions {
  /** Without user and password: they are in the headers. */
  readonly url: string;
  /** The url as messages may show it: without what may be secret. */
  readonly shown: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly idempotencyHeader: string;
  readonly body: BodyShape;
  /** The most rows of a request, and the bytes at which it is full. */
  readonly batchSize: number;
  readonly maxRequestBytes: number;
  /** Requests on their way at a time. */
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

const methods = ["POST", "PUT", "PATCH"];
const bodies: readonly BodyShape[] = ["lines", "array", "row"];
const contentTypes = { lines: "application/x-ndjson", array: "application/json" } as const;

/** The options of format http. Values of headers are in no message. */
export function httpOptions(options: Options): HttpOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const { url, shown, authorization } = address(read);
  const body = oneOf(read, "body", bodies) ?? "lines";
  const idempotencyHeader = read.text("idempotencyHeader") ?? "Idempotency-Key";
  checkHeader("idempotencyHeader", idempotencyHeader, "");
  const fixed = {
    "content-type": contentTypes[body === "row" ? "array" : body],
    ...(authorization === undefined ? {} : { authorization }),
  };
  return {
    ...{ url, shown, body, idempotencyHeader },
    method: oneOf(read, "method", methods) ?? "POST",
    headers: { ...fixed, ...givenHeaders(options) },
    batchSize: body === "row" ? 1 : (read.positive("batchSize") ?? 500),
    maxRequestBytes: read.bytes("maxRequestBytes") ?? 1_048_576,
    maxInFlight: read.positive("maxInFlight") ?? 4,
    timeoutMs: read.durationMs("timeout", "s") ?? 30_000,
    maxRetries: read.natural("maxRetries") ?? 5,
  };
}

function address(read: OptionReader) {
  const text = read.text("url");
  if (text === undefined) throw error("MISSING_OPTION", { format: "http", name: "url" });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    const value = text.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
    const expected = "must be a URL that begins with http:// or https://";
    throw error("INVALID_OPTION_VALUE", { name: "url", value, expected });
  }
  const { username, password } = url;
  const shown = `${url.origin}${url.pathname}`;
  if (username === "" && password === "") return { url: url.href, shown };
  url.username = "";
  url.password = "";
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  return { url: url.href, shown, authorization };
}

/** Those of `header.<name>`. */
function givenHeaders(options: Options): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(options)) {
    if (!key.startsWith("header.")) continue;
    const name = key.slice("header.".length);
    checkHeader(key, name, value);
    headers[name] = value;
  }
  return headers;
}

function checkHeader(option: string, name: string, value: string): void {
  try {
    new Headers([[name, value]]);
  } catch {
    const expected = "must make a header that HTTP allows (its value is not shown)";
    throw error("INVALID_OPTION_VALUE", { name: option, value: "…", expected });
  }
}

function oneOf<T extends string>(
  read: OptionReader,
  name: string,
  known: readonly T[],
): T | undefined {
  const value = read.text(name);
  if (value === undefined) return undefined;
  const found = known.find((one) => one.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  const expected = `must be one of ${known.join(", ")}`;
  throw error("INVALID_OPTION_VALUE", { name, value, expected });
}
