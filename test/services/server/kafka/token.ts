import { once } from "node:events";
import { createServer } from "node:http";

/** An endpoint that gives tokens to who has the secret. */
export interface TokenEndpoint extends AsyncDisposable {
  readonly url: string;
  /** Bodies of the requests that were answered with a token. */
  readonly given: readonly string[];
  /** Answers with this status and text from now on. */
  fail(status: number, text: string): void;
  /** Gives tokens again. */
  mend(): void;
}

export const tokenClient = { id: "client", secret: "client-secret" } as const;

/** A token that nobody signed, of which a broker of the tests believes every word. */
export function unsignedToken(subject: string, seconds: number): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = { sub: subject, iat: now, exp: now + seconds };
  return `${part({ alg: "none", typ: "JWT" })}.${part(payload)}.`;
}

/** Starts one whose tokens are good for so many seconds. */
export async function startTokenEndpoint(seconds: number): Promise<TokenEndpoint> {
  const given: string[] = [];
  let failing: { readonly status: number; readonly text: string } | undefined;
  const { id, secret } = tokenClient;
  const wanted = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (failing) return response.writeHead(failing.status).end(failing.text);
    if (request.headers.authorization !== wanted) {
      return response.writeHead(401).end('{"error":"invalid_client"}');
    }
    given.push(body);
    const answer = { access_token: unsignedToken("alice", seconds), expires_in: seconds };
    return response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/token`,
    given,
    fail: (status, text) => {
      failing = { status, text };
    },
    mend: () => {
      failing = undefined;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
