import { expect, test } from "vitest";
import { objectEvents } from "../../../../src/connector/cloudfiles/notification/object-event.ts";

const attributes = {
  ...{ eventType: "OBJECT_FINALIZE", bucketId: "box", objectId: "in/a b%.json" },
  ...{ eventTime: "2026-03-01T10:00:00.123Z", payloadFormat: "JSON_API_V1" },
};

test("a new object, by the message's attributes", () => {
  const created = {
    ...{ kind: "created", container: "box", name: "in/a b%.json" },
    timeMs: Date.UTC(2026, 2, 1, 10, 0, 0, 123),
  };
  expect(objectEvents(attributes, '{"size":"7"}')).toEqual([{ ...created, size: 7 }]);
  expect(objectEvents(attributes, "")).toEqual([created]);
});

test("other events tell of no new file, and what is none is not known", () => {
  const [event] = objectEvents({ ...attributes, eventType: "OBJECT_DELETE" }, "")!;
  expect(event?.kind).toBe("other");
  expect(objectEvents({}, '{"size":"7"}')).toBeUndefined();
});
