import type { FileEvent } from "./queue.ts";
import { decodedName, fields, json, sizeOf, timeOf } from "./shape.ts";

/** What says that there is a blob under a name, which it may have got just now. */
const whole: ReadonlySet<string> = new Set([
  ...["Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobRenamed"],
]);

/** Calls that make a blob whose bytes come by later ones; those tell of it again. */
const unfinished: ReadonlySet<unknown> = new Set(["CreateFile", "SftpCreate"]);

/**
 * The events of a Storage Queue's message about blobs: Event Grid's, in its own schema or that of
 * CloudEvents, alone or several, in Base64 or not. Undefined for what is not known.
 */
export function blobEvents(body: string): readonly FileEvent[] | undefined {
  const value = json(body) ?? json(Buffer.from(body, "base64").toString("utf8"));
  if (typeof value !== "object" || value === null) return undefined;
  const events = (Array.isArray(value) ? value : [value]).map((one) => eventOf(fields(one)));
  return events.some((event) => event === undefined) ? undefined : events.flatMap((all) => all!);
}

function eventOf(event: Readonly<Record<string, unknown>>): readonly FileEvent[] | undefined {
  const type = event["eventType"] ?? event["type"];
  if (typeof type !== "string") return undefined;
  if (!type.startsWith("Microsoft.Storage.")) return [];
  const data = fields(event["data"]);
  const place = placeOf(event, data);
  if (place === undefined) return undefined;
  const created = whole.has(type) && !unfinished.has(data["api"]);
  return [
    {
      kind: created ? "created" : "other",
      ...place,
      ...sizeOf(data["contentLength"]),
      ...timeOf(event["eventTime"] ?? event["time"]),
    },
  ];
}

const bySubject = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/s;
const byTopic = /\/storageAccounts\/([^/]+)$/;

/** The subject has names as they are; the URL, which has the account's host, encodes them. */
function placeOf(
  event: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
): { readonly container: string; readonly name: string } | undefined {
  const topic = byTopic.exec(String(event["topic"] ?? event["source"] ?? ""))?.[1];
  const link = typeof data["url"] === "string" ? data["url"] : "";
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const account = topic ?? url?.hostname.split(".", 1)[0];
  const [, container, name] = bySubject.exec(String(event["subject"] ?? "")) ?? [];
  if (account === undefined) return undefined;
  if (container !== undefined && name !== undefined) {
    return { container: `${container}@${account}`, name };
  }
  const [, first, rest] = /^\/([^/]+)\/(.+)$/s.exec(url?.pathname ?? "") ?? [];
  if (first === undefined || rest === undefined) return undefined;
  return { container: `${first}@${account}`, name: decodedName(rest) };
}
