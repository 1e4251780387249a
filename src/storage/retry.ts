import { env } from "../env.ts";

/** Why a call may be made again. Whether the failed one took effect is not known. */
export interface Transient {
  /** The server asks for fewer calls. */
  readonly throttled: boolean;
  /** How long the server asks to wait, ms. */
  readonly afterMs?: number;
}

/** How often a call is made, and what failures are worth another. */
export interface RetryPolicy {
  /** Calls in all, the first one with them. */
  readonly attempts: number;
  /** Pure: undefined for a failure that stays one. */
  readonly transient: (thrown: unknown) => Transient | undefined;
}

/** Calls in all where nothing is configured; about a minute and a half of waiting. */
export const attemptsDefault = 10;
/** The longest wait before the second call; it doubles with each call. */
const firstMs = 100;
/** The same where the server throttles. */
const throttledFirstMs = 500;
/** The longest wait between two calls, also where the server asks for more. */
const mostMs = 20_000;

/**
 * Makes a call until it succeeds, fails for good, or has been made often enough; then its last
 * failure is thrown. Between calls it waits by chance, up to a bound that doubles, so that those
 * who failed together do not come back together.
 */
export async function retrying<T>(
  policy: RetryPolicy,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (thrown) {
      const transient = policy.transient(thrown);
      if (transient === undefined || attempt >= policy.attempts) throw thrown;
      await env.sleep(waitMs(transient, attempt));
    }
  }
}

function waitMs({ throttled, afterMs = 0 }: Transient, attempt: number): number {
  const first = throttled ? throttledFirstMs : firstMs;
  const bound = Math.min(first * 2 ** (attempt - 1), mostMs);
  return Math.min(afterMs + bound * (0.5 + env.random() / 2), mostMs);
}

/** One put of a file that nobody may have, as a store makes it. */
export interface ConditionalPut {
  /** One call; the file keeps `token` in its metadata. False: somebody has the name. */
  put(token: string): Promise<boolean>;
  /** The token of the file there; undefined where there is no file, or one without. */
  token(): Promise<string | undefined>;
}

/**
 * Puts a file that nobody may have; one call answers true of all that race for a name, also when
 * answers are lost: the name may then be taken by our own call before. The token of this call
 * tells it from another writer's file with the same bytes. Where it cannot be told, false.
 */
export async function putOnce(policy: RetryPolicy, call: ConditionalPut): Promise<boolean> {
  const token = env.uuid();
  try {
    return await retrying(policy, async (attempt) => {
      if (await call.put(token)) return true;
      return attempt > 1 && (await call.token()) === token;
    });
  } catch (thrown) {
    if (policy.transient(thrown) === undefined) throw thrown;
    const there = await call.token().catch(() => undefined);
    if (there === undefined) throw thrown;
    return there === token;
  }
}

const networkCodes: ReadonlySet<unknown> = new Set([
  ...["ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"],
  ...["ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "ERR_STREAM_PREMATURE_CLOSE"],
  ...["UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT"],
  "UND_ERR_BODY_TIMEOUT",
]);

/** Whether the network failed, or its answer broke off: Node's codes, also as a cause. */
export function isNetworkFailure(thrown: unknown): boolean {
  for (let cause = thrown, depth = 0; depth < 5; depth++) {
    if (typeof cause !== "object" || cause === null) return false;
    const { code, message, cause: next } = cause as Error & { readonly code?: unknown };
    if (networkCodes.has(code)) return true;
    // A socket that closes within a body has no code in Node 20.
    if (message === "aborted" || message === "socket hang up" || message === "terminated") {
      return true;
    }
    cause = next;
  }
  return false;
}

/** What an HTTP status says of another try: 408, 429 and 5xx but 501 and 505. */
export function transientStatus(status: number | undefined): Transient | undefined {
  if (status === 429 || status === 503) return { throttled: true };
  if (status === 408) return { throttled: false };
  const server = status !== undefined && status >= 500 && status !== 501 && status !== 505;
  return server ? { throttled: false } : undefined;
}
