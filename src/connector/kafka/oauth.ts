import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { deadline } from "../deadline.ts";

/** Where tokens of OAUTHBEARER come from, and what goes with them. */
export interface OAuth {
  readonly source:
    | { readonly kind: "file"; readonly path: string }
    | {
        readonly kind: "endpoint";
        readonly url: string;
        /** Value of the header Authorization. */
        readonly authorization: string;
        readonly scope: string | undefined;
      };
  /** SASL extensions, such as Confluent's `logicalCluster`. */
  readonly extensions: Readonly<Record<string, string>>;
}

export interface TokenRequest {
  readonly oauth: OAuth;
  readonly servers: string;
  /** How long the endpoint may take, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const grant = "client_credentials";
/** A token is used for so much of its life, as by Kafka's own client. */
const usedPart = 0.8;
/** So much of what an endpoint says is told, in characters. */
const shownCharacters = 200;
const extension = "extension_";

/** Reads `sasl.oauthbearer.*` and the options of its login module. KAFKA_ILLEGAL_OPTION. */
export function oauthOf(own: Options, module: Readonly<Record<string, string>>): OAuth {
  const text = own["sasl.oauthbearer.token.endpoint.url"];
  if (text === undefined) {
    throw illegal("kafka.sasl.oauthbearer.token.endpoint.url is needed for OAUTHBEARER");
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:", "file:"].includes(url.protocol)) {
    throw illegal("kafka.sasl.oauthbearer.token.endpoint.url must be a URL: http, https or file");
  }
  const extensions = Object.fromEntries(
    Object.entries(module)
      .filter(([name]) => name.startsWith(extension))
      .map(([name, value]) => [name.slice(extension.length), value]),
  );
  if (url.protocol === "file:") {
    return { source: { kind: "file", path: fileURLToPath(url) }, extensions };
  }
  const given = own["sasl.oauthbearer.grant.type"] ?? grant;
  if (given.toLowerCase() !== grant) {
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", {
      ...{ name: "kafka.sasl.oauthbearer.grant.type", value: given, format: "kafka" },
      remedy: `Use ${grant}, or let others write the token to a file and give its URL`,
    });
  }
  const id = own["sasl.oauthbearer.client.credentials.client.id"] ?? module["clientId"];
  const secret = own["sasl.oauthbearer.client.credentials.client.secret"] ?? module["clientSecret"];
  if (id === undefined || secret === undefined) {
    throw illegal(
      "OAUTHBEARER needs clientId and clientSecret in kafka.sasl.jaas.config, or the options " +
        "kafka.sasl.oauthbearer.client.credentials.client.id and .secret",
    );
  }
  const encoded = own["sasl.oauthbearer.header.urlencode"]?.toLowerCase() === "true";
  const [user, password] = encoded ? [id, secret].map(formEncoded) : [id, secret];
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const scope = own["sasl.oauthbearer.scope"] ?? module["scope"];
  return { source: { kind: "endpoint", url: url.href, authorization, scope }, extensions };
}

/**
 * Gives tokens: one until it is old. KAFKA_AUTHENTICATION_FAILED where there will be none; what
 * may pass has the code `TOKEN_UNAVAILABLE`.
 */
export function tokenProvider(request: TokenRequest): () => Promise<string> {
  let held: Promise<string> | undefined;
  let untilMs = 0;
  return () => {
    if (held !== undefined && env.now() < untilMs) return held;
    untilMs = Number.POSITIVE_INFINITY; // while it is asked for
    const asked = tokenOf(request);
    held = asked;
    asked.then(
      (token) => {
        untilMs = env.now() + usedPart * lifeMs(token);
      },
      () => {
        held = undefined;
      },
    );
    return asked;
  };
}

async function tokenOf(request: TokenRequest): Promise<string> {
  const { source } = request.oauth;
  if (source.kind === "endpoint") return await post(request, source);
  try {
    return (await readFile(source.path, "utf8")).trim();
  } catch (cause) {
    throw refused(request, `cannot read the token: ${reasonOf(cause)}`, cause);
  }
}

async function post(
  request: TokenRequest,
  { url, authorization, scope }: Extract<OAuth["source"], { readonly kind: "endpoint" }>,
): Promise<string> {
  const body = new URLSearchParams({ grant_type: grant, ...(scope ? { scope } : {}) });
  const headers = { accept: "application/json", authorization, "cache-control": "no-cache" };
  using late = deadline(request.timeoutMs, request.signal);
  const { signal } = late;
  let answer: Response;
  let text: string;
  try {
    // A redirect would take the secret elsewhere.
    answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    text = await answer.text();
  } catch (cause) {
    throw unavailable(`${url} gives no token: ${reasonOf(cause)}`, cause);
  }
  const said = text.slice(0, shownCharacters);
  if (answer.status >= 500 || [408, 429].includes(answer.status)) {
    throw unavailable(`${url} gives no token: ${answer.status} ${said}`);
  }
  const token = answer.ok ? tokenIn(text) : undefined;
  if (token !== undefined) return token;
  throw refused(request, `${url} gives no token: ${answer.ok ? "" : `${answer.status} `}${said}`);
}

function tokenIn(text: string): string | undefined {
  try {
    const { id_token, access_token } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const found = [id_token, access_token].find((one) => typeof one === "string" && one.trim());
    return (found as string | undefined)?.trim();
  } catch {
    return undefined;
  }
}

/** As a form has it, and Java's URLEncoder. */
function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

/** How long a token is good, ms; 0 where it does not say. */
function lifeMs(token: string): number {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    const { exp } = JSON.parse(payload) as { readonly exp?: unknown };
    return typeof exp === "number" ? Math.max(0, exp * 1_000 - env.now()) : 0;
  } catch {
    return 0;
  }
}

/** The innermost reason: that of `fetch` lies in its cause. */
function reasonOf(thrown: unknown): string {
  const { message, cause } = thrown as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}

function refused({ servers }: TokenRequest, reason: string, cause?: unknown): Error {
  return error("KAFKA_AUTHENTICATION_FAILED", { servers, mechanism: "OAUTHBEARER", reason }, cause);
}

function unavailable(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: tokenUnavailable });
}

/** The code of an error that says that there is no token yet. */
export const tokenUnavailable = "TOKEN_UNAVAILABLE";

function illegal(reason: string): Error {
  return error("KAFKA_ILLEGAL_OPTION", { reason });
}
