import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { deadline } from "../deadline.ts";
import type { Chunk } from "./chunk.ts";
import type { HttpOptions } from "./option.ts";

/** Between two tries, at first and at most; the receiver's Retry-After is bounded by the latter. */
const retryMs = { first: 500, most: 60_000 };

/** So much of an answer is read, in bytes: the rest is not waited for. */
const answerBytes = 1_024;
/** So much of it is in a message, in characters. */
const shownCharacters = 200;

/** How a try ended, if it did not end well. */
interface Failure {
  readonly reason: string;
  readonly cause?: unknown;
  /** What the receiver asks to wait. */
  readonly afterMs?: number;
}

/**
 * Sends one chunk, again after 408, 429, 5xx, a lost connection or no answer in time. HTTP_* says
 * why it cannot; OPERATION_CANCELED when `signal` has aborted.
 */
export async function send(options: HttpOptions, chunk: Chunk, signal: AbortSignal): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    if (signal.aborted) throw canceled(signal);
    const failure = await attempt(options, chunk, signal);
    if (failure === undefined) return;
    if (attempts > options.maxRetries) {
      const { method, shown: url } = options;
      const { reason, cause } = failure;
      throw error("HTTP_REQUEST_FAILED", { method, url, attempts, reason }, cause);
    }
    const backOff = retryMs.first * 2 ** (attempts - 1) * (0.5 + env.random() / 2);
    await env.sleep(Math.min(failure.afterMs ?? backOff, retryMs.most), signal);
  }
}

async function attempt(
  options: HttpOptions,
  chunk: Chunk,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  using late = deadline(options.timeoutMs, signal);
  let answer: Answer;
  try {
    answer = await exchange(options, chunk, late.signal);
  } catch (thrown) {
    if (signal.aborted) throw canceled(signal);
    if (late.passed) return { reason: `no answer in ${options.timeoutMs} ms` };
    return lost(options, thrown);
  }
  return answer.response.ok ? undefined : judged(options, answer);
}

interface Answer {
  readonly response: Response;
  /** The first bytes of it. */
  readonly text: string;
}

async function exchange(
  options: HttpOptions,
  { body, key }: Chunk,
  signal: AbortSignal,
): Promise<Answer> {
  const { url, method } = options;
  const headers = { ...options.headers, [options.idempotencyHeader]: key };
  // A redirected POST would go on as a GET, without its rows.
  const response = await fetch(url, { method, headers, body, redirect: "manual", signal });
  return { response, text: await beginning(response) };
}

async function beginning({ body }: Response): Promise<string> {
  if (body === null) return "";
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= answerBytes) break;
  }
  return Buffer.concat(parts).subarray(0, answerBytes).toString("utf8");
}

function judged(options: HttpOptions, { response, text }: Answer): Failure {
  const { status, headers } = response;
  const answer = shownAnswer(options, text);
  if (status === 408 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(headers.get("retry-after"));
    const reason = `it answered ${status}: ${answer}`;
    return afterMs === undefined ? { reason } : { reason, afterMs };
  }
  const { method, shown: url } = options;
  throw error("HTTP_REQUEST_REFUSED", { method, url, status, answer });
}

/** Seconds, or a date. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\s*\d+\s*$/.test(value) ? Number(value) : undefined;
  const ms = seconds === undefined ? Date.parse(value) - env.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** One line, without the values of headers that were sent: receivers may send them back. */
function shownAnswer({ headers }: HttpOptions, text: string): string {
  let shown = text;
  for (const [name, value] of Object.entries(headers)) {
    if (name === "content-type" || value.trim() === "") continue;
    for (const secret of [value, ...value.split(/\s+/).filter((part) => part.length > 7)]) {
      shown = shown.replaceAll(secret, "…");
    }
  }
  const line = shown.replace(/\s+/g, " ").trim();
  return line === "" ? "nothing" : line.slice(0, shownCharacters);
}

/** No answer came. What no time heals is thrown. */
function lost({ shown: url }: HttpOptions, thrown: unknown): Failure {
  const { cause, message } = thrown as Error & { readonly cause?: unknown };
  const { code, message: inner } = (cause ?? {}) as { code?: unknown; message?: string };
  const reason = [message, code, inner].filter(Boolean).join(": ");
  if (typeof code === "string" && /CERT|VERIFY|ALTNAME|ISSUER/.test(code)) {
    throw error("HTTP_NOT_TRUSTED", { url, reason }, thrown);
  }
  return { reason, cause: thrown };
}

export function canceled(signal: AbortSignal): Error {
  return error("OPERATION_CANCELED", {}, signal.reason);
}
