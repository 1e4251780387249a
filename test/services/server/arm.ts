import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A request to the server. */
export interface ArmAsked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** An answer that is not what the request asks for: an error of the service. */
export interface ArmError {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Event subscriptions of a storage account. */
export interface ArmServer extends AsyncDisposable {
  readonly endpoint: string;
  /** The resources by id. */
  readonly resources: Map<string, ArmResource>;
  readonly asked: ArmAsked[];
  /** Errors to answer with; may be replaced at any time. */
  plan: (asked: ArmAsked) => ArmError | undefined;
  /** How the next operations end, first to last. */
  readonly ends: ("Failed" | "Canceled")[];
}

export interface ArmResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  properties: Record<string, unknown>;
}

interface Operation {
  /** Looks at it until it has ended. */
  left: number;
  readonly end: "Succeeded" | "Failed" | "Canceled";
  readonly done: () => void;
}

const apiVersion = "2022-06-15";
/** The SDK keeps tokens for the process, whichever server it had them from. */
const token = "of-the-tests";
const pageSize = 2;
const collection = "/providers/Microsoft.EventGrid/eventSubscriptions";

/**
 * What the documents of Azure Resource Manager and Event Grid say of event subscriptions, held in
 * memory: versions of the interface, bearer tokens (which it gives out itself, as App Service does),
 * operations that go on after the answer, pages, errors. It tells no queue of anything.
 */
export async function startArm(account: string): Promise<ArmServer> {
  const operations = new Map<string, Operation>();
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const endpoint = `http://127.0.0.1:${address.port}`;
  const arm: ArmServer = {
    ...{ endpoint, resources: new Map(), asked: [], ends: [] },
    plan: () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", endpoint);
    const body = await text(request);
    const asked: ArmAsked = {
      ...{ method: request.method ?? "", path: decodeURIComponent(url.pathname) },
      body: body === "" ? undefined : JSON.parse(body),
    };
    if (asked.path === "/token") return void giveToken(request, response, url);
    arm.asked.push(asked);
    const refused = refusal(request, url) ?? arm.plan(asked);
    if (refused) return void fail(response, refused);
    const operation = operations.get(asked.path);
    if (operation) return void tellOperation(response, operation);
    answer(asked, url, response);
  }

  function refusal({ headers }: IncomingMessage, url: URL): ArmError | undefined {
    if (headers.authorization !== `Bearer ${token}`) {
      return { status: 401, code: "AuthenticationFailed" };
    }
    const version = url.searchParams.get("api-version");
    if (version === null) return { status: 400, code: "MissingApiVersionParameter" };
    if (version !== apiVersion) return { status: 400, code: "NoRegisteredProviderFound" };
    return undefined;
  }

  function answer({ method, path, body }: ArmAsked, url: URL, response: ServerResponse): void {
    if (!path.startsWith(`${account}${collection}`)) {
      return void fail(response, { status: 404, code: "ResourceNotFound" });
    }
    if (path === `${account}${collection}`) return void page(url, response);
    const there = arm.resources.get(path);
    if (method === "GET") {
      if (!there) return void fail(response, { status: 404, code: "ResourceNotFound" });
      return void send(response, 200, there);
    }
    const state = there?.properties["provisioningState"];
    if (there && state !== "Succeeded" && state !== "Failed") {
      return void fail(response, { status: 409, code: "Conflict" });
    }
    if (method === "PUT") return void put(path, body, response);
    if (!there) return void send(response, 204);
    there.properties["provisioningState"] = "Deleting";
    send(
      response,
      202,
      undefined,
      begin(() => arm.resources.delete(path)),
    );
  }

  function put(path: string, body: unknown, response: ServerResponse): void {
    const { properties } = body as { readonly properties: Record<string, unknown> };
    const { endpointType, properties: queue } = properties["destination"] as {
      readonly endpointType: string;
      readonly properties: { readonly resourceId: string; readonly queueName: string };
    };
    if (endpointType !== "StorageQueue" || queue.resourceId !== account) {
      return void fail(response, { status: 400, code: "InvalidRequest" });
    }
    const made: ArmResource = {
      ...{ id: path, name: path.split("/").at(-1)! },
      type: "Microsoft.EventGrid/eventSubscriptions",
      properties: { ...properties, topic: account, provisioningState: "Creating" },
    };
    arm.resources.set(path, made);
    const headers = begin((end) => {
      made.properties["provisioningState"] = end;
    });
    send(response, 201, made, headers);
  }

  /** Begins an operation: the headers that say where it is told of. */
  function begin(done: (end: string) => void): Record<string, string> {
    const end = arm.ends.shift() ?? "Succeeded";
    const [, subscription] = account.split("/subscriptions/");
    const place = `/subscriptions/${subscription?.split("/")[0]}/providers/Microsoft.EventGrid`;
    const path = `${place}/locations/westus2/operationsStatus/${randomUUID()}`;
    operations.set(path, { left: 2, end, done: () => done(end) });
    // Also where nobody looks.
    setTimeout(() => done(end), 500).unref();
    return {
      "azure-asyncoperation": `${endpoint}${path}?api-version=${apiVersion}`,
      "retry-after": "0",
    };
  }

  function tellOperation(response: ServerResponse, operation: Operation): void {
    operation.left -= 1;
    if (operation.left > 0) return void send(response, 200, { status: "InProgress" });
    operation.done();
    const { end: status } = operation;
    const error = { code: "Endpoint validation", message: "the queue cannot be written to" };
    send(response, 200, status === "Succeeded" ? { status } : { status, error });
  }

  function page(url: URL, response: ServerResponse): void {
    const all = [...arm.resources.values()];
    const from = Number(url.searchParams.get("$skiptoken") ?? 0);
    const rest = from + pageSize < all.length;
    const next = `${endpoint}${url.pathname}?api-version=${apiVersion}&$skiptoken=${from + pageSize}`;
    const value = all.slice(from, from + pageSize);
    send(response, 200, rest ? { value, nextLink: next } : { value });
  }

  function giveToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (request.headers["x-identity-header"] === undefined) return void send(response, 401);
    const expires = Math.floor(Date.now() / 1_000) + 3_600;
    const resource = url.searchParams.get("resource");
    send(response, 200, {
      ...{ access_token: token, expires_on: expires, resource, token_type: "Bearer" },
    });
  }
  return arm;
}

function fail(response: ServerResponse, { status, code, message = code, headers }: ArmError): void {
  send(response, status, { error: { code, message } }, headers);
}

function send(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? "" : JSON.stringify(body));
}
