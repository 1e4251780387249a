import type { FileEvent } from "./queue.ts";
import { fields, jsonObject, sizeOf, timeOf } from "./shape.ts";

/**
 * The event of a Pub/Sub message about Google Cloud Storage, which is in its attributes; its data,
 * where there is any, is what the service says of the object. Undefined for what is not known.
 */
export function objectEvents(
  attributes: Readonly<Record<string, string>>,
  data: string,
): readonly FileEvent[] | undefined {
  const { eventType, bucketId: container, objectId: name, eventTime } = attributes;
  if (eventType === undefined || container === undefined || name === undefined) return undefined;
  const kind = eventType === "OBJECT_FINALIZE" ? "created" : "other";
  const { size } = fields(jsonObject(data));
  return [{ kind, container, name, ...sizeOf(size), ...timeOf(eventTime) }];
}
