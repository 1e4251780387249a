import { beforeAll, describe, expect, inject, test } from "vitest";
import type { Io } from "../../../src/cli/io.ts";
import { main } from "../../../src/cli/main.ts";
import { env } from "../../../src/env.ts";
import { importPeer } from "../../../src/storage/peer.ts";
import { type Aws, awsAt } from "../connector/cloudfiles/aws.ts";
import { azureAt } from "../connector/cloudfiles/azure.ts";
import { startArm } from "../server/arm.ts";
import { account as emulated } from "../server/azurite.ts";
import { azureOptions } from "../storage/azure-subject.ts";
import { s3Conf } from "../storage/s3-subject.ts";

const [moto, azure, gcs, pubsub] = [
  inject("moto"),
  inject("azure"),
  inject("gcs"),
  inject("pubsub"),
];

/** What the command says. */
async function notification(
  argv: readonly string[],
  conf: Readonly<Record<string, string>>,
  options: Readonly<Record<string, string>>,
): Promise<unknown> {
  const lines: string[] = [];
  const io: Io = {
    out: (line) => void lines.push(line),
    err: (line) => void lines.push(line),
    env: process.env,
    interrupted: new AbortController().signal,
  };
  const given = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [`--${flag}`, `${name}=${value}`]);
  const all = ["notification", ...argv, ...given("conf", conf), ...given("option", options)];
  expect([await main(all, io), lines]).toEqual([0, expect.anything()]);
  return JSON.parse(lines.join("\n"));
}

interface Setup {
  readonly path: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** Sets up for two names, and removes what is there for one: what the list says then. */
async function life({ path, conf, options }: Setup) {
  const run = (...argv: readonly string[]) => notification(argv, conf, options);
  expect(await run("list", path)).toEqual([]);
  const made = [await run("setup", path, "one"), await run("setup", path, "other")];
  expect(await run("setup", path, "one")).toEqual(made[0]);
  const both = (await run("list", path)) as { readonly streamId: string }[];
  expect(both.map(({ streamId }) => streamId).toSorted()).toEqual(["one", "other"]);
  const { removed } = (await run("teardown", path, "one")) as { readonly removed: string[] };
  expect(removed).toHaveLength(3 - Number(path.startsWith("abfss:")));
  expect(await run("teardown", path, "one")).toEqual({ removed: [] });
  return { made: made[1], left: await run("list", path) };
}

test.skipIf("missing" in moto)("queues of AWS are set up, listed and removed", async () => {
  const endpoint = "endpoint" in moto ? moto.endpoint : "";
  process.env["AWS_ENDPOINT_URL_SQS"] = endpoint;
  process.env["AWS_ENDPOINT_URL_SNS"] = endpoint;
  const aws: Aws = await awsAt(endpoint);
  const bucket = `cli-${env.uuid()}`;
  await aws.s3.createBucket({ Bucket: bucket });
  const { QueueUrl } = await aws.sqs.createQueue({ QueueName: bucket });
  const { Attributes } = await aws.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
  // Another's configuration stays.
  const QueueConfigurations = [
    { Id: "another", QueueArn: Attributes["QueueArn"], Events: ["s3:ObjectRemoved:*"] },
  ];
  const own = { Bucket: bucket, NotificationConfiguration: { QueueConfigurations } };
  await aws.s3.putBucketNotificationConfiguration(own);
  const conf = { ...s3Conf(endpoint), "fs.s3a.endpoint.region": "us-east-1" };
  const { made, left } = await life({ path: `s3://${bucket}/in`, conf, options: {} });
  const queue = expect.stringMatching(/\/databricks-auto-ingest-other$/);
  expect(made).toEqual({ "cloudFiles.queueUrl": queue });
  const source = expect.stringMatching(/^arn:aws:sns:us-east-1:\d+:databricks-auto-ingest-other$/);
  expect(left).toEqual([{ streamId: "other", queue, source, prefix: `${bucket}/in/` }]);
  expect(await aws.s3.getBucketNotificationConfiguration({ Bucket: bucket })).toMatchObject({
    QueueConfigurations: [{ Id: "another" }],
  });
  const prefix = { QueueNamePrefix: "databricks-auto-ingest-one" };
  expect((await aws.sqs.listQueues(prefix)).QueueUrls ?? []).toEqual([]);
});

test.skipIf("missing" in azure)("queues of Azure are set up, listed and removed", async () => {
  if ("missing" in azure) return;
  const account = `/subscriptions/cli/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/${emulated.name}`;
  await using arm = await startArm(account);
  process.env["IDENTITY_ENDPOINT"] = `${arm.endpoint}/token`;
  process.env["IDENTITY_HEADER"] = "header";
  try {
    const { place, queueOf } = await azureAt(azure);
    const { name, path } = await place();
    // Another's: told of elsewhere, on pages of their own.
    for (const id of ["a", "b", "c"]) {
      const properties = { destination: { properties: { queueName: id } } };
      const type = "Microsoft.EventGrid/eventSubscriptions";
      arm.resources.set(id, { id, name: id, type, properties });
    }
    const { made, left } = await life({
      path,
      conf: { ...azureOptions(azure), "millrace.azure.management.endpoint": arm.endpoint },
      options: {
        "cloudFiles.connectionString": azure.connectionString,
        "cloudFiles.subscriptionId": "cli",
        "cloudFiles.resourceGroup": "g",
      },
    });
    expect(made).toEqual({ "cloudFiles.queueName": "databricks-other" });
    const source = `${account}/providers/Microsoft.EventGrid/eventSubscriptions/databricks-other`;
    expect(left).toEqual([
      { streamId: "other", queue: "databricks-other", source, prefix: `${name}/in/` },
    ]);
    expect(await queueOf("databricks-one").exists()).toBe(false);
    expect(arm.resources.size).toBe(4);
  } finally {
    delete process.env["IDENTITY_ENDPOINT"];
    delete process.env["IDENTITY_HEADER"];
  }
});

describe.skipIf("missing" in gcs || "missing" in pubsub)("on Google Cloud", () => {
  if ("missing" in gcs || "missing" in pubsub) return;
  const bucket = `cli-${env.uuid()}`;

  beforeAll(async () => {
    process.env["PUBSUB_EMULATOR_HOST"] = new URL(pubsub.endpoint).host;
    process.env["METADATA_SERVER_DETECTION"] = "none"; // The SDK looks for one in any case.
    const { Storage } = await importPeer<{
      readonly Storage: new (options: object) => { createBucket(name: string): Promise<unknown> };
    }>("@google-cloud/storage", "tests");
    await new Storage({ apiEndpoint: gcs.endpoint, projectId: "cli" }).createBucket(bucket);
  });

  test("subscriptions are set up, listed and removed", async () => {
    const { made, left } = await life({
      path: `gs://${bucket}/in`,
      conf: { "fs.gs.storage.root.url": gcs.endpoint, "fs.gs.auth.type": "UNAUTHENTICATED" },
      options: { "cloudFiles.projectId": "cli" },
    });
    const queue = "projects/cli/subscriptions/databricks-auto-ingest-other";
    expect(made).toEqual({ "cloudFiles.subscription": queue });
    const source = "projects/cli/topics/databricks-auto-ingest-other";
    expect(left).toEqual([{ streamId: "other", queue, source, prefix: `${bucket}/in/` }]);
  });
});
