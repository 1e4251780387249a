import { expect, test } from "vitest";
import { s3Options } from "../../../src/storage/s3/option.ts";

test("without options everything is left to the SDK", () => {
  const { hadoop: _, ...options } = s3Options("b", {});
  expect(options).toEqual({
    bucket: "b",
    ...{ endpoint: undefined, region: undefined, pathStyle: undefined, requesterPays: false },
    ...{ attempts: 10, connections: 64, pageSize: 1_000, partSize: 67_108_864 },
    ...{ connectMs: 30_000, socketMs: 60_000, requestMs: 0 },
    ...{ encryption: {}, customerKey: {} },
  });
});

test("options of all buckets, of one, and as Spark users write them", () => {
  const conf = {
    "spark.hadoop.fs.s3a.endpoint": "minio:9000",
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    "fs.s3a.path.style.access": "true",
    "fs.s3a.attempts.maximum": "3",
    "fs.s3a.bucket.b.attempts.maximum": "4",
    "fs.s3a.bucket.c.endpoint": "https://s3.eu-west-1.amazonaws.com",
    "fs.s3a.multipart.size": "100M",
    "fs.s3a.connection.timeout": "5s",
  };
  expect(s3Options("b", conf)).toMatchObject({
    ...{ endpoint: "http://minio:9000", region: undefined, pathStyle: true },
    ...{ attempts: 4, partSize: 104_857_600, socketMs: 5_000 },
  });
  expect(s3Options("c", conf)).toMatchObject({
    ...{ endpoint: "https://s3.eu-west-1.amazonaws.com", region: "eu-west-1", attempts: 3 },
  });
});

test("the region is in AWS's endpoints, and its central one is none", () => {
  const of = (endpoint: string) => s3Options("b", { "fs.s3a.endpoint": endpoint });
  expect(of("s3-us-west-2.amazonaws.com").region).toBe("us-west-2");
  expect(of("s3.dualstack.eu-central-1.amazonaws.com").region).toBe("eu-central-1");
  expect(of("s3.cn-north-1.amazonaws.com.cn").region).toBe("cn-north-1");
  expect(of("s3.amazonaws.com")).toMatchObject({ endpoint: undefined, region: undefined });
  expect(of("storage.example.com").region).toBeUndefined();
});

test("parts are never smaller or larger than S3 takes them", () => {
  expect(s3Options("b", { "fs.s3a.multipart.size": "6G" }).partSize).toBe(5 * 1024 ** 3);
  expect(s3Options("b", { "fs.s3a.multipart.size": "1M" }).partSize).toBe(5 * 1024 ** 2);
});

test("encryption: by its old and its new names, with the key it needs", () => {
  const of = (algorithm: string, key?: string) => {
    const given = key === undefined ? {} : { "fs.s3a.encryption.key": key };
    const { encryption, customerKey } = s3Options("b", {
      ...{ "fs.s3a.encryption.algorithm": algorithm, ...given },
    });
    return { encryption, customerKey };
  };
  expect(of("AES256").encryption).toEqual({ ServerSideEncryption: "AES256" });
  expect(of("SSE-KMS", "arn:key").encryption).toEqual({
    ...{ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "arn:key" },
  });
  expect(of("DSSE-KMS").encryption).toEqual({ ServerSideEncryption: "aws:kms:dsse" });
  const key = Buffer.alloc(32, 7).toString("base64");
  const customer = { SSECustomerAlgorithm: "AES256", SSECustomerKey: key };
  expect(of("SSE-C", key)).toEqual({ encryption: customer, customerKey: customer });
  const old = s3Options("b", { "fs.s3a.server-side-encryption-algorithm": "AES256" });
  expect(old.encryption).toEqual({ ServerSideEncryption: "AES256" });
  const invalid = expect.objectContaining({ code: "STORAGE_OPTION_INVALID" });
  expect(() => of("CSE-KMS")).toThrow(invalid);
  expect(() => of("SSE-C")).toThrow(invalid);
  expect(() => of("SSE-C", "c2hvcnQ=")).toThrow(/a key of 5 bytes/);
});
