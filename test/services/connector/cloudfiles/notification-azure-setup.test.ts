import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type ArmServer, startArm } from "../../server/arm.ts";
import { account as emulated } from "../../server/azurite.ts";
import { azureOptions } from "../../storage/azure-subject.ts";
import { azureAt, base64, blobEvent, blobName, type TestAzure } from "./azure.ts";
import { span, type Told, told } from "./told.ts";

const azure = inject("azure");

describe.skipIf("missing" in azure)("set up on Azure", () => {
  if ("missing" in azure) return;
  const account = `/subscriptions/sub/resourceGroups/group/providers/Microsoft.Storage/storageAccounts/${emulated.name}`;
  let tokens: ArmServer;
  let azurite: TestAzure;

  beforeAll(async () => {
    azurite = await azureAt(azure);
    // The SDK asks here for tokens, as on a machine of App Service.
    tokens = await startArm(account);
    process.env["IDENTITY_ENDPOINT"] = `${tokens.endpoint}/token`;
    process.env["IDENTITY_HEADER"] = "header";
  });

  afterAll(async () => {
    delete process.env["IDENTITY_ENDPOINT"];
    delete process.env["IDENTITY_HEADER"];
    await tokens[Symbol.asyncDispose]();
  });

  /** A folder, and a server that sets up what tells of it. */
  const scene = async () => {
    const [at, arm] = [await azurite.place(), await startArm(account)];
    return {
      ...{ at, arm, queueOf: azurite.queueOf },
      stream: (more: Readonly<Record<string, string>> = {}): Promise<Told> =>
        told({
          path: at.path,
          conf: { ...azureOptions(azure), "millrace.azure.management.endpoint": arm.endpoint },
          options: {
            "cloudFiles.useNotifications": "true",
            "cloudFiles.connectionString": azure.connectionString,
            "cloudFiles.subscriptionId": "sub",
            "cloudFiles.resourceGroup": "group",
            ...more,
          },
        }),
      resources: () => [...arm.resources.values()],
      puts: () => arm.asked.filter(({ method }) => method === "PUT"),
      [Symbol.asyncDispose]: () => arm[Symbol.asyncDispose](),
    };
  };

  test.concurrent("a queue and an event subscription are made once, and told of they are read", async () => {
    await using it = await scene();
    const { at } = it;
    await at.put(0);
    await using one = await it.stream({ "cloudFiles.resourceTag.CostCenter": "R&D" });
    await one.run();
    const [made, ...more] = it.resources();
    expect(more).toEqual([]);
    expect(made).toMatchObject({
      name: expect.stringMatching(/^databricks-[0-9a-f-]{36}$/),
      properties: {
        provisioningState: "Succeeded",
        destination: {
          endpointType: "StorageQueue",
          properties: {
            ...{ resourceId: account, queueName: made!.name },
            queueMessageTimeToLiveInSeconds: 604_800,
          },
        },
        filter: {
          subjectBeginsWith: `/blobServices/default/containers/${at.name}/blobs/in/`,
          isSubjectCaseSensitive: true,
          includedEventTypes: ["Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobRenamed"],
        },
        labels: expect.arrayContaining(['{"CostCenter":"R&D"}', '{"vendor":"Databricks"}']),
      },
    });
    await at.put(...span(1, 3));
    for (const id of span(1, 2)) {
      await it.queueOf(made!.name).sendMessage(base64(blobEvent(at.name, blobName(id))));
    }
    const renamed = blobEvent(at.name, blobName(3), "RenameFile", "BlobRenamed");
    await it.queueOf(made!.name).sendMessage(base64(renamed));
    await one.run();
    expect(await one.ids()).toEqual(span(0, 3));
    expect(it.puts()).toHaveLength(1);
  });

  test.concurrent("what was removed is made again, and what came meanwhile is listed", async () => {
    await using it = await scene();
    const { at, arm } = it;
    await at.put(0);
    await using one = await it.stream();
    await one.run();
    const [made] = it.resources();
    arm.resources.delete(made!.id);
    await at.put(1);
    await one.run();
    expect(await one.ids()).toEqual([0, 1]);
    await it.queueOf(made!.name).delete();
    await at.put(2);
    await one.run();
    expect(await one.ids()).toEqual([0, 1, 2]);
    expect(it.puts()).toHaveLength(2);
  });

  test.concurrent("who may not set up hears how to, and who may no more reads what is there", async () => {
    await using it = await scene();
    const { at, arm } = it;
    await at.put(0);
    await using one = await it.stream();
    const message = "does not have authorization to perform action";
    const refused: ArmServer["plan"] = ({ method }) =>
      method === "PUT" ? { status: 403, code: "AuthorizationFailed", message } : undefined;
    arm.plan = refused;
    // Twice: the queue that is there by then is told of nothing.
    for (let time = 0; time < 2; time++) {
      const failure = await one.run().catch((thrown: { cause: unknown }) => thrown.cause);
      expect(failure).toMatchObject({
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        parameters: { reason: `AuthorizationFailed: ${message}` },
        message: expect.stringContaining(`--source-resource-id ${account} `),
      });
    }
    arm.plan = () => undefined;
    await one.run();
    arm.plan = () => ({ status: 403, code: "AuthorizationFailed", message });
    await at.put(1);
    const [made] = it.resources();
    await it.queueOf(made!.name).sendMessage(base64(blobEvent(at.name, blobName(1))));
    await one.run();
    expect(await one.ids()).toEqual([0, 1]);
  });

  test.concurrent("another's change is waited for, and a server that is busy", async () => {
    await using it = await scene();
    const { at, arm } = it;
    await at.put(0);
    await using one = await it.stream();
    const answers = [
      { status: 409, code: "Conflict" },
      { status: 429, code: "TooManyRequests", headers: { "retry-after": "0" } },
      { status: 503, code: "ServiceUnavailable" },
    ];
    arm.plan = ({ method }) => (method === "PUT" ? answers.shift() : undefined);
    await one.run();
    expect(answers).toEqual([]);
    expect(it.resources()).toMatchObject([{ properties: { provisioningState: "Succeeded" } }]);
  });

  test.concurrent("an operation that may not be looked at is told by its resource", async () => {
    await using it = await scene();
    const { at, arm } = it;
    await at.put(0);
    await using one = await it.stream();
    arm.plan = ({ path }) =>
      path.includes("/operationsStatus/")
        ? { status: 403, code: "AuthorizationFailed" }
        : undefined;
    await one.run();
    expect(it.resources()).toMatchObject([{ properties: { provisioningState: "Succeeded" } }]);
    expect(await one.ids()).toEqual([0]);
  });

  test.concurrent.each([
    ["an operation that fails", "Failed" as const, undefined, "the queue cannot be written to"],
    [
      "a provider that is not registered",
      undefined,
      { status: 409, code: "MissingSubscriptionRegistration", message: "not registered" },
      "MissingSubscriptionRegistration: not registered",
    ],
    [
      "a group that is not there",
      undefined,
      { status: 404, code: "ResourceGroupNotFound", message: "no group" },
      "ResourceGroupNotFound: no group",
    ],
  ])("%s is said, with what to set up", async (_, end, error, reason) => {
    await using it = await scene();
    const { at, arm } = it;
    await at.put(0);
    await using one = await it.stream();
    if (end) arm.ends.push(end);
    arm.plan = ({ method }) => (method === "PUT" ? error : undefined);
    await expect(one.run()).rejects.toMatchObject({
      cause: {
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        message: expect.stringContaining(reason),
      },
    });
    arm.plan = () => undefined;
    await one.run();
    expect(await one.ids()).toEqual([0]);
  });
});
