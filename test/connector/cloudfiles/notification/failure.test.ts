import { expect, test } from "vitest";
import {
  failed,
  isAbsence,
  isRefusal,
  policy,
} from "../../../../src/connector/cloudfiles/notification/failure.ts";

const thrown = (fields: object): Error => Object.assign(new Error("why"), fields);

test("what the clouds' SDKs throw for refusals, and for queues that are not there", () => {
  for (const refused of [
    { name: "AccessDenied", $metadata: { httpStatusCode: 403 } },
    { name: "AuthorizationErrorException" },
    { statusCode: 403, code: "AuthorizationFailure" },
    { code: 7 },
    { code: 16 },
  ]) {
    expect(isRefusal(thrown(refused))).toBe(true);
    expect(failed(thrown(refused), "the queue", "Do this").message).toContain("why. Do this");
  }
  for (const absent of [
    { name: "QueueDoesNotExist", Code: "AWS.SimpleQueueService.NonExistentQueue" },
    { statusCode: 404, code: "QueueNotFound" },
    { code: 5 },
  ]) {
    expect(isAbsence(thrown(absent))).toBe(true);
    expect(failed(thrown(absent), "q", "x").code).toBe("CF_EVENT_NOTIFICATION_SETUP_FAILED");
  }
});

test("what is worth another call, and what is said when none helps", () => {
  for (const again of [
    { $metadata: { httpStatusCode: 503 } },
    { name: "RequestThrottled", $metadata: { httpStatusCode: 400 } },
    { statusCode: 500 },
    { code: 14 },
    { code: "ECONNRESET" },
  ]) {
    expect(policy.transient(thrown(again))).toBeDefined();
    expect(failed(thrown(again), "q", "x").code).toBe("CF_NOTIFICATION_QUEUE_UNAVAILABLE");
  }
  for (const final of [{ name: "InvalidAddress" }, { code: 3 }, { statusCode: 400 }]) {
    expect(policy.transient(thrown(final))).toBeUndefined();
  }
});
