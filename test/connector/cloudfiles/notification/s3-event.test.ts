import { expect, test } from "vitest";
import { s3Events } from "../../../../src/connector/cloudfiles/notification/s3-event.ts";

const record = (key: string, eventName = "ObjectCreated:Put") => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  eventTime: "2026-03-01T10:00:00.123Z",
  eventName,
  s3: { bucket: { name: "box" }, object: { key, size: 7, eTag: "e", sequencer: "0A" } },
});
const s3 = (...records: object[]): string => JSON.stringify({ Records: records });
const created = (name: string) => ({
  ...{ kind: "created", container: "box", name, size: 7 },
  timeMs: Date.UTC(2026, 2, 1, 10, 0, 0, 123),
});

test("S3's own message: several records, names as a form encodes them", () => {
  const body = s3(record("in/a+b%2Bc%25.json"), record("in/%E5%90%8D.json"));
  expect(s3Events(body)).toEqual([created("in/a b+c%.json"), created("in/名.json")]);
});

test("what is not the creation of a file tells of none", () => {
  const [event] = s3Events(s3(record("a", "ObjectRemoved:Delete")))!;
  expect(event?.kind).toBe("other");
  for (const name of ["ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload"]) {
    expect(s3Events(s3(record("a", name)))?.[0]?.kind).toBe("created");
  }
  const test = { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "box" };
  expect(s3Events(JSON.stringify(test))).toEqual([]);
});

test("the same within SNS's envelope, whose own messages tell of nothing", () => {
  const envelope = { Type: "Notification", TopicArn: "arn", Message: s3(record("a")) };
  expect(s3Events(JSON.stringify(envelope))).toEqual([created("a")]);
  expect(s3Events(JSON.stringify({ Type: "SubscriptionConfirmation", Message: "x" }))).toEqual([]);
});

test("EventBridge's message, with names as they are", () => {
  const bridge = (type: string, source = "aws.s3") =>
    JSON.stringify({
      ...{ "detail-type": type, source, time: "2026-03-01T10:00:00.123Z" },
      detail: { bucket: { name: "box" }, object: { key: "a+b%20c", size: 7 } },
    });
  expect(s3Events(bridge("Object Created"))).toEqual([created("a+b%20c")]);
  expect(s3Events(bridge("Object Deleted"))?.[0]?.kind).toBe("other");
  expect(s3Events(bridge("Object Created", "aws.ec2"))).toEqual([]);
});

test("what is no notification is not known", () => {
  for (const body of ["", "hello", "[]", "{}", s3({ s3: {} }), '{"Message":"hello"}']) {
    expect(s3Events(body)).toBeUndefined();
  }
});
