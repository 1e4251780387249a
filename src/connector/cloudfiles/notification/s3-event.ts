import type { FileEvent } from "./queue.ts";
import { decodedName, fields, jsonObject, sizeOf, timeOf } from "./shape.ts";

/** SNS's envelope holds a message, which may have one of its own, and that is all. */
const maxDepth = 3;

/**
 * The events of an SQS message about S3: S3's own, also in SNS's envelope, or EventBridge's.
 * Empty for what is known and tells of no file; undefined for what is not known.
 */
export function s3Events(body: string, depth = 0): readonly FileEvent[] | undefined {
  const message = jsonObject(body);
  if (message === undefined || depth >= maxDepth) return undefined;
  if (message["Event"] === "s3:TestEvent") return [];
  const records = message["Records"];
  if (Array.isArray(records)) {
    const events = records.map((record) => recordEvent(fields(record)));
    return events.some((event) => event === undefined) ? undefined : (events as FileEvent[]);
  }
  if ("detail-type" in message) return bridgeEvents(message);
  const { Type, Message } = message;
  if (Type === "SubscriptionConfirmation" || Type === "UnsubscribeConfirmation") return [];
  return typeof Message === "string" ? s3Events(Message, depth + 1) : undefined;
}

function recordEvent(record: Readonly<Record<string, unknown>>): FileEvent | undefined {
  const s3 = fields(record["s3"]);
  const object = fields(s3["object"]);
  const bucket = fields(s3["bucket"])["name"];
  const key = object["key"];
  const type = record["eventName"];
  if (typeof bucket !== "string" || typeof key !== "string" || typeof type !== "string") {
    return undefined;
  }
  return {
    kind: /^(?:s3:)?ObjectCreated:/.test(type) ? "created" : "other",
    container: bucket,
    name: decodedName(key.replaceAll("+", " ")), // encoded as the fields of a form are
    ...sizeOf(object["size"]),
    ...timeOf(record["eventTime"]),
  };
}

/** EventBridge gives names as they are. */
function bridgeEvents(
  message: Readonly<Record<string, unknown>>,
): readonly FileEvent[] | undefined {
  if (message["source"] !== "aws.s3") return [];
  const detail = fields(message["detail"]);
  const object = fields(detail["object"]);
  const container = fields(detail["bucket"])["name"];
  const name = object["key"];
  if (typeof container !== "string" || typeof name !== "string") return undefined;
  const kind = message["detail-type"] === "Object Created" ? "created" : "other";
  return [{ kind, container, name, ...sizeOf(object["size"]), ...timeOf(message["time"]) }];
}
