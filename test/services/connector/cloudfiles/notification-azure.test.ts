import { beforeAll, describe, expect, inject, test } from "vitest";
import { azureOptions } from "../../storage/azure-subject.ts";
import { azureAt, base64, blobEvent, blobName, type TestAzure } from "./azure.ts";
import { span, told } from "./told.ts";

const azure = inject("azure");

describe.skipIf("missing" in azure)("told by a Storage Queue", () => {
  if ("missing" in azure) return;
  const { connectionString } = azure;
  const conf = azureOptions(azure);
  let place: TestAzure["place"];
  let queueOf: TestAzure["queueOf"];

  beforeAll(async () => {
    ({ place, queueOf } = await azureAt(azure));
  });

  test.concurrent("in any order, twice, encoded or not; each file is read once", async () => {
    const at = await place();
    const queue = queueOf(at.name);
    await queue.create();
    await at.put(0);
    await using stream = await told({
      ...{ path: at.path, conf },
      options: {
        "cloudFiles.useNotifications": "true",
        "cloudFiles.queueName": at.name,
        "cloudFiles.connectionString": connectionString,
      },
    });
    await stream.run();
    await at.put(...span(1, 40));
    const own = (id: number): object => blobEvent(at.name, blobName(id));
    for (const id of span(1, 40).toReversed()) {
      await queue.sendMessage(id % 2 === 0 ? base64(own(id)) : JSON.stringify(own(id)));
    }
    for (const id of [3, 17, 40]) await queue.sendMessage(base64([own(id), own(1)]));
    await queue.sendMessage(base64(blobEvent(at.name, "elsewhere/1.json")));
    await queue.sendMessage(base64(blobEvent("other", blobName(1))));
    await queue.sendMessage(base64(blobEvent(at.name, "in/gone.json")));
    await queue.sendMessage(base64(blobEvent(at.name, blobName(2), "DeleteBlob", "BlobDeleted")));
    const metrics = await stream.run({ "cloudFiles.maxFilesPerTrigger": "9" });
    expect(metrics.at(-1)).toEqual({
      ...{ approximateQueueSize: "0", numBytesOutstanding: "0", numFilesOutstanding: "0" },
    });
    expect(await stream.ids()).toEqual(span(0, 40));
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
    await queue.sendMessage(base64(own(7)));
    await stream.run();
    expect(await stream.ids()).toEqual(span(0, 40));
  });

  test.concurrent("a file of ADLS is read when it is closed, and not when it is made", async () => {
    const at = await place();
    const queue = queueOf(at.name);
    await queue.create();
    await at.put(0);
    await using stream = await told({
      ...{ path: at.path, conf },
      options: {
        "cloudFiles.useNotifications": "true",
        "cloudFiles.queueName": `${azure.queue}/${at.name}`,
        "cloudFiles.connectionString": connectionString,
      },
    });
    await stream.run();
    await at.put(1);
    await queue.sendMessage(base64(blobEvent(at.name, blobName(1), "CreateFile")));
    await stream.run();
    expect(await stream.ids()).toEqual([0]);
    await queue.sendMessage(base64(blobEvent(at.name, blobName(1), "FlushWithClose")));
    await stream.run();
    expect(await stream.ids()).toEqual([0, 1]);
  });

  test.concurrent("without a queue's name and the account's place it is said what to set up", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told({
      ...{ path: at.path, conf },
      options: {
        "cloudFiles.useNotifications": "true",
        "cloudFiles.connectionString": connectionString,
        "cloudFiles.subscriptionId": "sub",
      },
    });
    await expect(stream.run()).rejects.toMatchObject({
      cause: {
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        message: expect.stringMatching(
          /az eventgrid event-subscription create .*\/subscriptions\/sub\/resourceGroups\/<group>\//,
        ),
      },
    });
  });
});
