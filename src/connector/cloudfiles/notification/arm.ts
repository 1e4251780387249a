import { env } from "../../../env.ts";
import { type RetryPolicy, retrying } from "../../../storage/retry.ts";
import { policy } from "./failure.ts";
import { fields, jsonObject } from "./shape.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Azure Resource Manager: resources by their ids, which begin with a slash. */
export interface Arm {
  /** Undefined: there is none. */
  get(id: string): Promise<Fields | undefined>;
  /** The resources of a collection. */
  list(id: string): Promise<readonly Fields[]>;
  /** Makes or changes a resource, and waits until that has come to its end. */
  put(id: string, body: object): Promise<void>;
  /** Removes a resource, and waits until it has gone; whether there was one. */
  delete(id: string): Promise<boolean>;
}

/** Where the service is asked, and by whom. */
export interface ArmPlace {
  readonly endpoint: string;
  readonly apiVersion: string;
  token(): Promise<string>;
}

/** A call without an answer, ms. */
const answerMs = 60_000;
/** An operation that goes on, ms; one is looked at again after `pollMs`, or as the service asks. */
const longestMs = 600_000;
const pollMs = 1_000;
const longestPollMs = 60_000;
/** Pages of a collection; an account has 500 event subscriptions at most. */
const mostPages = 100;

const ended: ReadonlySet<unknown> = new Set(["Succeeded", "Failed", "Canceled"]);

interface Answer {
  readonly status: number;
  readonly body: Fields;
  /** Where the state of what was begun is told. */
  readonly operation: string | undefined;
  readonly afterMs: number | undefined;
}

/** The service by its REST interface. Its failures are thrown as the SDKs throw theirs. */
export function armAt(place: ArmPlace): Arm {
  const endpoint = place.endpoint.replace(/\/+$/, "");
  const urlOf = (id: string): string => `${endpoint}${id}?api-version=${place.apiVersion}`;
  const ask = (method: string, url: string, body?: object): Promise<Answer> =>
    retrying(method === "GET" ? armPolicy : changePolicy, () => call(place, method, url, body));
  const get = async (id: string): Promise<Fields | undefined> => {
    const { status, body } = await ask("GET", urlOf(id));
    return status === 404 ? undefined : body;
  };
  return {
    get,
    list: async (id) => {
      const all: Fields[] = [];
      let next: unknown = urlOf(id);
      for (let page = 0; typeof next === "string" && next !== "" && page < mostPages; page++) {
        const { body } = await ask("GET", next);
        if (Array.isArray(body["value"])) all.push(...body["value"].map(fields));
        next = body["nextLink"];
      }
      return all;
    },
    put: async (id, body) => {
      const begun = await ask("PUT", urlOf(id), body);
      if (begun.status === 404) throw failure(begun);
      await waited(begun, stateOf(begun.body), {
        ask,
        state: async () => stateOf((await get(id)) ?? {}),
      });
    },
    delete: async (id) => {
      const begun = await ask("DELETE", urlOf(id));
      if (begun.status === 404 || begun.status === 204) return false;
      const now = begun.status === 202 ? "Deleting" : "Succeeded";
      const state = async () => ((await get(id)) ? "Deleting" : "Succeeded");
      await waited(begun, now, { ask, state });
      return true;
    },
  };
}

/** What is not said to go on has come to its end. */
function stateOf(resource: Fields): unknown {
  return fields(resource["properties"])["provisioningState"] ?? "Succeeded";
}

/** Waits for what was begun: by its operation, or else, or where that is refused, by `state`. */
async function waited(
  begun: Answer,
  now: unknown,
  how: { ask(method: string, url: string): Promise<Answer>; state(): Promise<unknown> },
): Promise<void> {
  let { operation, afterMs = pollMs } = begun;
  let state = operation === undefined ? now : undefined;
  for (const until = env.now() + longestMs; !ended.has(state); ) {
    if (env.now() > until) throw new Error(`Azure has not ended what it began: ${String(state)}`);
    await env.sleep(Math.min(afterMs, longestPollMs));
    if (operation === undefined) {
      state = await how.state();
      continue;
    }
    try {
      const answer = await how.ask("GET", operation);
      state = answer.body["status"];
      if (answer.status === 404) operation = undefined; // It is forgotten after a while.
      afterMs = answer.afterMs ?? pollMs;
      if (ended.has(state) && state !== "Succeeded") throw failure(answer);
    } catch (thrown) {
      // Operations are the resource group's, whoever may only change the resource.
      if ((thrown as { readonly statusCode?: unknown }).statusCode !== 403) throw thrown;
      operation = undefined;
    }
  }
  if (state !== "Succeeded") throw new Error(`Azure says that it is ${String(state)}`);
}

async function call(
  { token }: ArmPlace,
  method: string,
  url: string,
  body: object | undefined,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${await token()}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMs),
  });
  const after = Number(response.headers.get("retry-after") ?? Number.NaN);
  const answer: Answer = {
    status: response.status,
    body: jsonObject(await response.text()) ?? {},
    operation: response.headers.get("azure-asyncoperation") ?? undefined,
    afterMs: Number.isNaN(after) ? undefined : after * 1_000,
  };
  if (response.ok || response.status === 404) return answer;
  throw failure(answer);
}

function failure({ status, body, afterMs }: Answer): Error {
  const { code, message } = fields(body["error"]);
  const said = typeof message === "string" ? message : `Azure has answered with ${status}`;
  return Object.assign(new Error(typeof code === "string" ? `${code}: ${said}` : said), {
    ...{ code, statusCode: status, afterMs },
  });
}

interface Thrown {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly afterMs?: number;
}

const armPolicy: RetryPolicy = {
  ...policy,
  transient: (thrown) => {
    const { name, afterMs } = thrown as Thrown;
    if (name === "TimeoutError") return { throttled: false };
    const transient = policy.transient(thrown);
    return transient && afterMs !== undefined ? { ...transient, afterMs } : transient;
  },
};

/** Also waits for another's change of the same resource. */
const changePolicy: RetryPolicy = {
  ...armPolicy,
  transient: (thrown) => {
    const { statusCode, code, afterMs } = thrown as Thrown;
    if (statusCode !== 409 || code === "MissingSubscriptionRegistration") {
      return armPolicy.transient(thrown);
    }
    return { throttled: true, ...(afterMs === undefined ? {} : { afterMs }) };
  },
};
