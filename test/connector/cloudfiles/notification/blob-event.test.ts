import { expect, test } from "vitest";
import { blobEvents } from "../../../../src/connector/cloudfiles/notification/blob-event.ts";

const topic =
  "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/account";
const event = (api: string, eventType = "Microsoft.Storage.BlobCreated") => ({
  topic,
  subject: "/blobServices/default/containers/box/blobs/in/a b.json",
  eventType,
  eventTime: "2026-03-01T10:00:00.123Z",
  data: {
    ...{ api, contentLength: 7, blobType: "BlockBlob" },
    url: "https://account.blob.core.windows.net/box/in/a%20b.json",
  },
});
const created = {
  ...{ kind: "created", container: "box@account", name: "in/a b.json", size: 7 },
  timeMs: Date.UTC(2026, 2, 1, 10, 0, 0, 123),
};
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

test("Event Grid's event, in Base64 or not, alone or several", () => {
  expect(blobEvents(JSON.stringify(event("PutBlob")))).toEqual([created]);
  expect(blobEvents(base64(event("PutBlockList")))).toEqual([created]);
  expect(blobEvents(base64([event("PutBlob"), event("CopyBlob")]))).toEqual([created, created]);
});

test("a file of ADLS is there with the flush that closes it, not with its making", () => {
  expect(blobEvents(base64(event("CreateFile")))?.[0]?.kind).toBe("other");
  expect(blobEvents(base64(event("FlushWithClose")))?.[0]?.kind).toBe("created");
  const renamed = event("RenameFile", "Microsoft.Storage.BlobRenamed");
  expect(blobEvents(base64(renamed))?.[0]?.kind).toBe("created");
  const deleted = event("DeleteBlob", "Microsoft.Storage.BlobDeleted");
  expect(blobEvents(base64(deleted))?.[0]?.kind).toBe("other");
});

test("the schema of CloudEvents, and names by the URL where there is no subject", () => {
  const { eventType: type, eventTime: time, topic: source, ...rest } = event("PutBlob");
  expect(blobEvents(base64({ specversion: "1.0", type, time, source, ...rest }))).toEqual([
    created,
  ]);
  const { subject: _, topic: __, ...bare } = event("PutBlob");
  expect(blobEvents(base64(bare))).toEqual([created]);
});

test("other events tell of no file, and what is none is not known", () => {
  expect(blobEvents(base64({ ...event("x"), eventType: "Microsoft.Web.X" }))).toEqual([]);
  for (const body of ["", "hello", "7", base64({}), base64(["x"])]) {
    expect(blobEvents(body)).toBeUndefined();
  }
});
