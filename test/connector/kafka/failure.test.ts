import { describe, expect, test } from "vitest";
import { lastingFailure, passes, sayingOf } from "../../../src/connector/kafka/failure.ts";
import { error } from "../../../src/error/error.ts";

const asked = { servers: "a:1", mechanism: "PLAIN" };
const of = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);
/** As the client wraps: errors in lists, and causes in causes. */
const wrapped = (inner: Error): Error =>
  new AggregateError([of("Connection failed.", { code: "PLT_KFK_NETWORK", cause: inner })], "Many");

describe("what the client throws", () => {
  test("is one that stays where credentials or certificates are wrong", () => {
    const refused = of("SASL", {
      code: "PLT_KFK_AUTHENTICATION",
      errors: [of("inner", { serverErrorMessage: "Invalid username or password" })],
    });
    expect(lastingFailure(wrapped(refused), asked)).toMatchObject({
      code: "KAFKA_AUTHENTICATION_FAILED",
      parameters: { mechanism: "PLAIN", reason: "Invalid username or password" },
    });
    for (const code of [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "CERT_HAS_EXPIRED",
    ]) {
      const failure = lastingFailure(wrapped(of("no", { code })), asked);
      expect(failure).toMatchObject({ code: "KAFKA_TLS_FAILED", kind: "invalid" });
    }
  });

  test("may pass where nobody answered; an error of ours is itself", () => {
    const away = wrapped(of("connect ECONNREFUSED", { code: "ECONNREFUSED" }));
    expect(lastingFailure(away, asked)).toBeUndefined();
    expect(sayingOf(away)).toBe("connect ECONNREFUSED");
    expect(sayingOf("text")).toBe("text");
    expect(sayingOf(of("Connection pool is closed."))).toBe("Connection pool is closed");
    const own = error("KAFKA_ILLEGAL_OPTION", { reason: "r" });
    expect(lastingFailure(own, asked)).toBe(own);
    // Of a connection that broke while credentials were shown.
    const broke = of("SASL", {
      code: "PLT_KFK_AUTHENTICATION",
      cause: of("Connection closed", { code: "PLT_KFK_NETWORK" }),
    });
    expect(lastingFailure(wrapped(broke), asked)).toBeUndefined();
    // Of who gives tokens: as the client wraps what its provider throws.
    const provider = (cause: Error) =>
      wrapped(of("threw an error", { code: "PLT_KFK_AUTHENTICATION", cause }));
    expect(lastingFailure(provider(own), asked)).toBe(own);
    const later = of("503 later", { code: "TOKEN_UNAVAILABLE" });
    expect(lastingFailure(provider(later), asked)).toBeUndefined();
  });
});

test("errors that pass are those of leaders and replicas, not of users", () => {
  expect([5, 6, 9, 74, 76].every(passes)).toBe(true);
  expect([1, 2, 17, 29, 35].some(passes)).toBe(false);
});
