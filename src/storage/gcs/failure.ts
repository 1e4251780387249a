import { env } from "../../env.ts";
import { error, isError, type MillraceError } from "../../error/error.ts";
import {
  attemptsDefault,
  isNetworkFailure,
  type RetryPolicy,
  type Transient,
  transientStatus,
} from "../retry.ts";

/** The HTTP status an error of the SDK's stands for. */
export function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const { code, status, response } = thrown as {
    readonly code?: unknown;
    readonly status?: unknown;
    readonly response?: { readonly status?: unknown };
  };
  // Three HTTP clients are at work in the SDK; one has the status as text in `code`.
  for (const one of [code, status, response?.status]) {
    const number = typeof one === "string" && /^\d{3}$/.test(one) ? Number(one) : one;
    if (typeof number === "number" && Number.isInteger(number)) return number;
  }
  return undefined;
}

/** What the SDK and this store find wrong with an answer that another call may have right. */
const garbled: ReadonlySet<unknown> = new Set([
  "CONTENT_DOWNLOAD_MISMATCH",
  "SHORT_ANSWER",
  "STALLED",
  "SESSION_LOST",
]);

/** An answer that is not whole, or does not come. */
export function garbledAnswer(code: "SHORT_ANSWER" | "STALLED" | "SESSION_LOST", message: string) {
  return Object.assign(new Error(message), { code });
}

/** Google's rules: what is worth another call. */
export function transient(thrown: unknown): Transient | undefined {
  const byStatus = transientStatus(statusOf(thrown));
  if (byStatus) return byStatus;
  const { code, type, errors } = thrown as {
    readonly code?: unknown;
    readonly type?: unknown;
    readonly errors?: readonly { readonly reason?: string }[];
  };
  const late = type === "request-timeout" || type === "body-timeout";
  if (late || garbled.has(code) || isNetworkFailure(thrown)) return { throttled: false };
  const limited = /^(userR|r)ateLimitExceeded$/;
  const reasons = Array.isArray(errors) ? errors.map(({ reason }) => reason ?? "") : [];
  return reasons.some((reason) => limited.test(reason)) ? { throttled: true } : undefined;
}

export const policy: RetryPolicy = { attempts: attemptsDefault, transient };

/** What a call was for, for the text of its error. */
export interface Purpose {
  readonly doing: "read" | "write" | "list";
  readonly uri: string;
  readonly bucket: string;
}

/**
 * What the SDK threw without the answer and the request that it hangs on to: whoever logs an error
 * with all it has would write down the token of the request.
 */
export function bare(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || isError(thrown)) return thrown;
  const { name, message, stack } = thrown;
  const code = statusOf(thrown) ?? (thrown as { readonly code?: unknown }).code;
  return Object.assign(new Error(message), {
    name,
    stack,
    ...(code === undefined ? {} : { code }),
  });
}

/** The error a user sees for what the SDK threw. A 404 for an absent path does not come here. */
export function failed(whole: unknown, { doing, uri, bucket }: Purpose): MillraceError {
  if (isError(whole)) return whole;
  const thrown = bare(whole);
  const status = statusOf(thrown);
  const message = messageOf(thrown);
  const reason = status === undefined ? message : `${status}: ${message}`;
  const nobody = /Could not load the default credentials|invalid_grant/;
  if (status === 401 || nobody.test(message)) {
    return error("STORAGE_CREDENTIALS_INVALID", { path: uri, reason, remedy: signIn }, thrown);
  }
  if (status === 403) {
    return error("STORAGE_ACCESS_DENIED", { path: uri, reason, remedy: grant[doing] }, thrown);
  }
  if (status === 404) {
    return error("STORAGE_CONTAINER_NOT_FOUND", { name: `gs://${bucket}`, path: uri }, thrown);
  }
  const code = doing === "write" ? "STORAGE_WRITE_FAILED" : "STORAGE_READ_FAILED";
  return error(code, { path: uri, reason }, thrown);
}

const signIn = [
  "Give fs.gs.auth.service.account.json.keyfile",
  "or Application Default Credentials (gcloud auth application-default login)",
  "or fs.gs.auth.type UNAUTHENTICATED for a public bucket",
].join(", ");

const grant = {
  read: "The account needs storage.objects.get there (role Storage Object Viewer)",
  list: "The account needs storage.objects.list there (role Storage Object Viewer)",
  write: "The account needs storage.objects.create and delete there (role Storage Object User)",
} as const;

/** Whether a 404 speaks of the bucket and not of the object. */
export function isBucketMissing(thrown: unknown): boolean {
  return statusOf(thrown) === 404 && /bucket does not exist/i.test(messageOf(thrown));
}

function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  // Errors of the XML interface come as they are, and long.
  const inner = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? text;
  return inner.trim().replace(/\.$/, "").slice(0, 500);
}

/** How long a read may bring nothing, ms: the connector's default for `fs.gs.http.read-timeout`. */
export const readStallMs = 20_000;
/** How long a write may take nothing, or its answer may not come, ms. */
export const writeStallMs = 60_000;

/** What of a transfer is watched. */
export interface Movement {
  readonly stallMs: number;
  /** Bytes so far. */
  moved(): number;
  /** Ends the transfer. */
  destroy(reason: Error): void;
}

/**
 * Runs a transfer, and ends it when nothing has moved for a while, with an error that is worth
 * another call. The SDK waits for ever where a connection is cut within the body of an answer.
 */
export async function whileMoving<T>(movement: Movement, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const watching = watch(movement, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await watching;
  }
}

/** Looks this often within the time that nothing may move. */
const looks = 4;

async function watch(movement: Movement, done: AbortSignal): Promise<void> {
  let before = movement.moved();
  for (let still = 0; still < looks; still++) {
    await env.sleep(movement.stallMs / looks, done);
    if (done.aborted) return;
    const now = movement.moved();
    if (now !== before) still = -1;
    before = now;
  }
  const message = `nothing came for ${movement.stallMs} ms`;
  movement.destroy(garbledAnswer("STALLED", message));
}
