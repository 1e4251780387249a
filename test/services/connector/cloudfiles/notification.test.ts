import { beforeAll, describe, expect, inject, test } from "vitest";
import { env } from "../../../../src/env.ts";
import { startFaults } from "../../server/fault.ts";
import { s3Conf } from "../../storage/s3-subject.ts";
import { type Aws, awsAt, s3Message, waiting } from "./aws.ts";
import { line, span, type Told, told } from "./told.ts";

const moto = inject("moto");
const endpoint = "endpoint" in moto ? moto.endpoint : "";

describe.skipIf("missing" in moto)("told by SQS", () => {
  let aws: Aws;
  const conf = { ...s3Conf(endpoint), "fs.s3a.endpoint.region": "us-east-1" };

  beforeAll(async () => {
    process.env["AWS_ENDPOINT_URL_SQS"] = endpoint;
    process.env["AWS_ENDPOINT_URL_SNS"] = endpoint;
    aws = await awsAt(endpoint);
  });

  interface Place {
    readonly bucket: string;
    readonly queue: string;
    put(...ids: readonly number[]): Promise<void>;
    send(...bodies: readonly string[]): Promise<void>;
  }

  async function place(): Promise<Place> {
    const bucket = `told-${env.uuid()}`;
    await aws.s3.createBucket({ Bucket: bucket });
    const { QueueUrl: queue } = await aws.sqs.createQueue({ QueueName: bucket });
    return {
      bucket,
      queue,
      put: async (...ids) => {
        for (const id of ids) {
          await aws.s3.putObject({ Bucket: bucket, Key: `in/a b+${id}.json`, Body: line(id) });
        }
      },
      send: async (...bodies) => {
        for (const MessageBody of bodies)
          await aws.sqs.sendMessage({ QueueUrl: queue, MessageBody });
      },
    };
  }

  const stream = ({ bucket, queue }: Place, more: Record<string, string> = {}): Promise<Told> =>
    told({
      ...{ path: `s3://${bucket}/in`, conf },
      options: { "cloudFiles.useNotifications": "true", "cloudFiles.queueUrl": queue, ...more },
    });
  const key = (id: number): string => `in/a b+${id}.json`;

  test.concurrent("what was there before is listed, what comes is told, each file is read once", async () => {
    const at = await place();
    await at.put(...span(1, 3));
    await using told = await stream(at);
    await told.run();
    expect(await told.ids()).toEqual(span(1, 3));
    await at.put(...span(4, 8));
    await told.run(); // Nothing has told of them.
    expect(await told.ids()).toEqual(span(1, 3));
    await at.send(s3Message(at.bucket, [4, 5].map(key)));
    await at.send(s3Message(at.bucket, [6, 7, 8].map(key)));
    await told.run();
    expect(await told.ids()).toEqual(span(1, 8));
    expect(await waiting(aws, at.queue)).toBe(0);
  });

  test.concurrent("in any order, twice, in every envelope, among what tells of nothing", async () => {
    const at = await place();
    await using told = await stream(at, { "cloudFiles.fetchParallelism": "3" });
    await at.put(0);
    await told.run();
    await at.put(...span(1, 30));
    await aws.s3.putObject({ Bucket: at.bucket, Key: "elsewhere/1.json", Body: line(-1) });
    await aws.s3.putObject({ Bucket: at.bucket, Key: "in/_hidden.json", Body: line(-2) });
    const one = (id: number): string => s3Message(at.bucket, [key(id)]);
    const envelope = (id: number): string =>
      JSON.stringify({ Type: "Notification", Message: one(id) });
    const bridge = (id: number): string =>
      JSON.stringify({
        ...{ "detail-type": "Object Created", source: "aws.s3", time: new Date().toISOString() },
        detail: { bucket: { name: at.bucket }, object: { key: key(id), size: 9 } },
      });
    const bodies = [
      ...span(1, 30).map((id) => [one, envelope, bridge][id % 3]!(id)),
      ...span(5, 25).map(one),
      JSON.stringify({ Event: "s3:TestEvent", Bucket: at.bucket }),
      s3Message(at.bucket, ["elsewhere/1.json", "in/_hidden.json", "in/gone.json"]),
      s3Message(at.bucket, [key(1)], { eventName: "ObjectRemoved:Delete" }),
      s3Message("other", [key(1)]),
    ];
    await at.send(...bodies.toSorted((left, right) => (hash(left) < hash(right) ? -1 : 1)));
    const metrics = await told.run({ "cloudFiles.maxFilesPerTrigger": "7" });
    expect(await told.ids()).toEqual(span(0, 30));
    const left = metrics.map(({ numFilesOutstanding }) => Number(numFilesOutstanding));
    expect(left[0]).toBeGreaterThanOrEqual(23);
    expect(left).toEqual([...new Set(left)].toSorted((one, other) => other - one));
    expect(left.at(-1)).toBe(0);
    expect(metrics.at(-1)).toMatchObject({ approximateQueueSize: "0" });
    expect(await waiting(aws, at.queue)).toBe(0);
    await at.send(...span(1, 30).map(envelope));
    await told.run();
    expect(await told.ids()).toEqual(span(0, 30));
  });

  test.concurrent("what is lost comes with the next listing of everything", async () => {
    const at = await place();
    await using told = await stream(at);
    await at.put(1);
    await told.run();
    await at.put(2, 3);
    await at.send(s3Message(at.bucket, [key(3)]));
    await told.run();
    expect(await told.ids()).toEqual([1, 3]);
    await told.run({ "cloudFiles.backfillInterval": "1 day" });
    expect(await told.ids()).toEqual([1, 3]);
    await told.run({ "cloudFiles.backfillInterval": "1 millisecond" });
    expect(await told.ids()).toEqual([1, 2, 3]);
  });

  test.concurrent("without existing files, and with overwritten ones", async () => {
    const at = await place();
    await at.put(1);
    await using told = await stream(at, {
      "cloudFiles.includeExistingFiles": "false",
      "cloudFiles.allowOverwrites": "true",
    });
    await told.run();
    await at.put(2);
    await at.send(s3Message(at.bucket, [key(2)]), s3Message(at.bucket, [key(1)]));
    await told.run();
    expect(await told.ids()).toEqual([2]);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // S3 knows times by the second.
    await aws.s3.putObject({ Bucket: at.bucket, Key: key(2), Body: line(20) });
    const again = s3Message(at.bucket, [key(2)]);
    await at.send(again, again);
    await told.run();
    expect(await told.ids()).toEqual([2, 20]);
    // What is no notification may be another's, and stays.
    expect(await waiting(aws, at.queue)).toBe(0);
    await at.send("hello");
    await told.run();
    expect(await waiting(aws, at.queue)).toBe(1);
  });

  test.concurrent("a bucket that is set up tells the stream, at once and at each start", async () => {
    const bucket = `told-${env.uuid()}`;
    await aws.s3.createBucket({ Bucket: bucket });
    await aws.s3.putObject({ Bucket: bucket, Key: "in/1.json", Body: line(1) });
    const options = {
      "cloudFiles.useNotifications": "true",
      "cloudFiles.region": "us-east-1",
      "cloudFiles.resourceTag.CostCenter": "R&D",
    };
    await using told_ = await told({ path: `s3a://${bucket}/in`, conf, options });
    await told_.run();
    const configured = { Bucket: bucket };
    const { TopicConfigurations: topics = [] } =
      await aws.s3.getBucketNotificationConfiguration(configured);
    expect(topics.map(({ Id }) => Id)).toEqual([
      expect.stringMatching(/^databricks-auto-ingest-[0-9a-f-]{36}$/),
    ]);
    for (const id of [2, 3]) {
      await aws.s3.putObject({ Bucket: bucket, Key: `in/${id}.json`, Body: line(id) });
    }
    await told_.run();
    expect(await told_.ids()).toEqual([1, 2, 3]);
    const again = await aws.s3.getBucketNotificationConfiguration(configured);
    expect(again.TopicConfigurations).toHaveLength(1);
    const { QueueUrls = [] } = await aws.sqs.listQueues({ QueueNamePrefix: topics[0]!.Id });
    const { Tags = {} } = await aws.sqs.listQueueTags({ QueueUrl: QueueUrls[0] });
    expect(Tags).toMatchObject({
      vendor: "Databricks",
      CostCenter: "R_D",
      path: `s3a://${bucket}/in`,
    });
    expect(await waiting(aws, QueueUrls[0]!)).toBe(0);
  });

  test.concurrent("what was begun and not allowed to the end is no queue to wait at", async () => {
    const bucket = `told-${env.uuid()}`;
    await aws.s3.createBucket({ Bucket: bucket });
    await aws.s3.putObject({ Bucket: bucket, Key: "in/1.json", Body: line(1) });
    const body =
      "<Error><Code>AccessDenied</Code><Message>no PutBucketNotification</Message></Error>";
    await using proxy = await startFaults(endpoint, ({ method, url }) =>
      method === "PUT" && url.includes("?notification")
        ? { kind: "refuse", status: 403, body }
        : undefined,
    );
    await using stream = await told({
      path: `s3://${bucket}/in`,
      conf: { ...conf, "fs.s3a.endpoint": proxy.endpoint },
      options: { "cloudFiles.useNotifications": "true" },
    });
    for (let time = 0; time < 2; time++) {
      const failure = await stream.run().catch((thrown: { cause: unknown }) => thrown.cause);
      expect(failure).toMatchObject({
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        parameters: { reason: expect.stringContaining("no PutBucketNotification") },
      });
    }
    proxy.plan = () => undefined;
    await stream.run();
    expect(await stream.ids()).toEqual([1]);
  });

  test.concurrent("streams that start at once each have their own, and lose nobody's", async () => {
    const bucket = `told-${env.uuid()}`;
    await aws.s3.createBucket({ Bucket: bucket });
    await aws.s3.putObject({ Bucket: bucket, Key: "in/1.json", Body: line(1) });
    // All have read what the bucket tells before any of them writes it.
    await using proxy = await startFaults(endpoint, ({ method, url }) =>
      method === "PUT" && url.includes("?notification") ? { kind: "delay", ms: 300 } : undefined,
    );
    const options = { "cloudFiles.useNotifications": "true" };
    const source = {
      ...{ path: `s3://${bucket}/in`, options },
      conf: { ...conf, "fs.s3a.endpoint": proxy.endpoint },
    };
    await using one = await told(source);
    await using other = await told(source);
    await Promise.all([one.run(), other.run()]);
    await aws.s3.putObject({ Bucket: bucket, Key: "in/2.json", Body: line(2) });
    for (const stream of [one, other]) {
      await stream.run();
      expect(await stream.ids()).toEqual([1, 2]);
    }
  });

  test.concurrent("by a role that keys may take, of files under another name", async () => {
    const at = await place();
    await at.put(0);
    const there = await awsAt(endpoint, "eu-west-3");
    const { QueueUrl } = await there.sqs.createQueue({ QueueName: at.bucket });
    await using proxy = await startFaults(endpoint);
    await using told = await stream(at, {
      "cloudFiles.queueUrl": `${proxy.endpoint}${new URL(QueueUrl).pathname}`,
      "cloudFiles.awsAccessKey": "one",
      "cloudFiles.awsSecretKey": "two",
      "cloudFiles.roleArn": "arn:aws:iam::123456789012:role/reader",
      "cloudFiles.roleExternalId": "external",
      "cloudFiles.roleSessionName": "session",
      "cloudFiles.stsEndpoint": proxy.endpoint,
      "cloudFiles.region": "eu-west-3",
      "cloudFiles.pathRewrites": JSON.stringify({ "mirror/of": `s3://${at.bucket}/in` }),
    });
    await told.run();
    await at.put(1, 2);
    for (const MessageBody of [
      s3Message("mirror", ["of/a b+1.json"]),
      s3Message(at.bucket, [key(2)]),
    ])
      await there.sqs.sendMessage({ QueueUrl, MessageBody });
    await told.run();
    expect(await told.ids()).toEqual([0, 1, 2]);
    const signers = proxy.asked.map(({ headers }) => headers.authorization ?? "");
    const taken = proxy.asked.find(({ body }) => body.includes("Action=AssumeRole"));
    expect(taken?.headers.authorization).toMatch(/Credential=one\/\d+\/eu-west-3\/sts\//);
    expect(Object.fromEntries(new URLSearchParams(taken?.body))).toMatchObject({
      RoleArn: "arn:aws:iam::123456789012:role/reader",
      RoleSessionName: "session",
      ExternalId: "external",
    });
    const asked = signers.filter((signer) => signer.includes("/eu-west-3/sqs/"));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((signer) => signer.includes("Credential=one/"))).toEqual([]);
  });

  test.concurrent("by as many calls at a time as fetchParallelism says", async () => {
    for (const parallel of [1, 3]) {
      const at = await place();
      await at.put(1);
      let most = 0;
      await using proxy = await startFaults(endpoint, ({ headers }) => {
        if (headers["x-amz-target"] !== "AmazonSQS.ReceiveMessage") return undefined;
        const under = proxy.asked.filter(({ headers: other, status }) => {
          return other["x-amz-target"] === "AmazonSQS.ReceiveMessage" && status === 0;
        });
        most = Math.max(most, under.length);
        return { kind: "delay", ms: 300 };
      });
      await using told = await stream(at, {
        "cloudFiles.queueUrl": `${proxy.endpoint}${new URL(at.queue).pathname}`,
        "cloudFiles.fetchParallelism": String(parallel),
      });
      await told.run();
      await at.put(2);
      await at.send(s3Message(at.bucket, [key(2)]));
      await told.run();
      expect(await told.ids()).toEqual([1, 2]);
      expect(most).toBe(parallel);
    }
  });

  test.concurrent("a queue that is not there is said, with what to set up", async () => {
    const at = await place();
    await at.put(1);
    await using told = await stream(at, { "cloudFiles.queueUrl": `${at.queue}-none` });
    await expect(told.run()).rejects.toMatchObject({
      cause: {
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        message: expect.stringContaining("cloudFiles.queueUrl"),
      },
    });
  });

  // Alone: it says for the whole process where SNS is.
  test("who may not set up hears how to, and who may no more reads what is there", async () => {
    const bucket = `told-${env.uuid()}`;
    await aws.s3.createBucket({ Bucket: bucket });
    await aws.s3.putObject({ Bucket: bucket, Key: "in/1.json", Body: line(1) });
    const denied = [
      "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code>",
      "<Message>is not authorized to perform: SNS:CreateTopic</Message></Error></ErrorResponse>",
    ].join("");
    await using proxy = await startFaults(endpoint, () => ({
      ...{ kind: "refuse", status: 403, body: denied },
    }));
    const options = { "cloudFiles.useNotifications": "true" };
    await using stream = await told({ path: `s3://${bucket}/in`, conf, options });
    process.env["AWS_ENDPOINT_URL_SNS"] = proxy.endpoint;
    try {
      const failure = await stream.run().catch((thrown: { cause: unknown }) => thrown.cause);
      expect(failure).toMatchObject({
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        parameters: { reason: expect.stringContaining("SNS:CreateTopic") },
        message: expect.stringContaining(`"Resource":["arn:aws:s3:::${bucket}"]`),
      });
      process.env["AWS_ENDPOINT_URL_SNS"] = endpoint;
      await stream.run();
      process.env["AWS_ENDPOINT_URL_SNS"] = proxy.endpoint;
      await aws.s3.putObject({ Bucket: bucket, Key: "in/2.json", Body: line(2) });
      await stream.run();
      expect(await stream.ids()).toEqual([1, 2]);
    } finally {
      process.env["AWS_ENDPOINT_URL_SNS"] = endpoint;
    }
  });
});

/** An order that is none, and always the same. */
function hash(text: string): number {
  let value = 7;
  for (const char of text) value = (value * 31 + char.charCodeAt(0)) % 1_000_003;
  return value;
}
