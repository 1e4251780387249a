import { expect, inject, test } from "vitest";
import { importPeer } from "../../src/storage/peer.ts";

const s3 = inject("s3");

test.skipIf("missing" in s3)("a peer is found, and its client speaks to the server", async () => {
  interface Sdk {
    readonly S3: new (
      options: object,
    ) => {
      createBucket(input: object): Promise<unknown>;
      listBuckets(input: object): Promise<{ readonly Buckets?: readonly { Name?: string }[] }>;
    };
  }
  const { S3 } = await importPeer<Sdk>("@aws-sdk/client-s3", "s3:// paths");
  const client = new S3({
    ...{ endpoint: "endpoint" in s3 ? s3.endpoint : "", region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  await client.createBucket({ Bucket: "peer" });
  const { Buckets = [] } = await client.listBuckets({});
  expect(Buckets.map(({ Name }) => Name)).toContain("peer");
});

test("a peer that is not installed is named, with the command that installs it", async () => {
  await expect(importPeer("@azure/nothing-of-the-kind", "this test")).rejects.toMatchObject({
    code: "MISSING_PEER_DEPENDENCY",
    parameters: { package: "@azure/nothing-of-the-kind", purpose: "this test" },
  });
});
