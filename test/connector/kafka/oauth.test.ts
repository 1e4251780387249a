import { expect, test } from "vitest";
import { oauthOf } from "../../../src/connector/kafka/oauth.ts";
import type { Options } from "../../../src/plan/relation.ts";

const url = { "sasl.oauthbearer.token.endpoint.url": "https://login.example/token" };
const module = { clientId: "a b", clientSecret: "s:/?", scope: "x", extension_pool: "p" };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

test("what is asked of an endpoint is in the login module, or in options before it", () => {
  expect(oauthOf(url, module)).toEqual({
    source: {
      ...{ kind: "endpoint", url: "https://login.example/token", scope: "x" },
      authorization: basic("a b:s:/?"),
    },
    extensions: { pool: "p" },
  });
  const options = {
    ...url,
    "sasl.oauthbearer.client.credentials.client.id": "other",
    "sasl.oauthbearer.scope": "y",
  };
  const { source } = oauthOf(options, module);
  expect(source).toMatchObject({ authorization: basic("other:s:/?"), scope: "y" });
  const encoded = oauthOf({ ...url, "sasl.oauthbearer.header.urlencode": "true" }, module);
  expect(encoded.source).toMatchObject({ authorization: basic("a+b:s%3A%2F%3F") });
});

test("a token may lie in a file, and needs no secret", () => {
  const file = { "sasl.oauthbearer.token.endpoint.url": "file:///run/token" };
  expect(oauthOf(file, {}).source).toEqual({ kind: "file", path: "/run/token" });
});

test.each([
  [{}, {}, /token\.endpoint\.url is needed for OAUTHBEARER/],
  [{ "sasl.oauthbearer.token.endpoint.url": "ftp://a/b" }, {}, /must be a URL: http, https or f/],
  [url, { clientId: "a" }, /needs clientId and clientSecret/],
  [
    { ...url, "sasl.oauthbearer.grant.type": "urn:ietf:params:oauth:grant-type:jwt-bearer" },
    module,
    /Use client_credentials, or let others write the token to a file/,
  ],
])("%j with %j is refused", (own: Options, options: Options, message) => {
  expect(() => oauthOf(own, options)).toThrow(message);
});
