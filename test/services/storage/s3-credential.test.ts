import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCache } from "../../../src/storage/cache/cache.ts";
import { openS3Store } from "../../../src/storage/s3/store.ts";
import { type Asked, type Faulty, startFaults } from "../server/fault.ts";

const variables = [
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"],
  ...["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"],
  "AWS_EC2_METADATA_DISABLED",
];

/** Nobody is behind the proxy: what it is asked is all there is to see. */
const nowhere = "http://127.0.0.1:9";

describe("who asks S3", () => {
  let faulty: Faulty;
  let folder: string;
  let before: Record<string, string | undefined>;

  beforeEach(async () => {
    faulty = await startFaults(nowhere, () => ({ kind: "refuse", status: 404 }));
    folder = await mkdtemp(join(tmpdir(), "aws-"));
    before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
    for (const name of variables) delete process.env[name];
    process.env["AWS_CONFIG_FILE"] = join(folder, "config");
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(folder, "credentials");
    process.env["AWS_EC2_METADATA_DISABLED"] = "true";
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await faulty[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** What the server is asked when a file is looked for. */
  async function asked(conf: Record<string, string>): Promise<Asked | undefined> {
    const options = Object.fromEntries(
      Object.entries({ "path.style.access": "true", ...conf }).map(([name, value]) => [
        `fs.s3a.${name}`,
        value,
      ]),
    );
    const staging = {
      path: folder,
      file: () => folder,
      [Symbol.asyncDispose]: async () => undefined,
    };
    const context = { staging, cache: openCache(), workingDirectory: "/", options };
    const store = await openS3Store({ scheme: "s3", authority: "store", path: "" }, context);
    expect(await store.stat("/none")).toBeUndefined();
    return faulty.asked.at(-1);
  }

  const provider = (name: string) => ({
    endpoint: faulty.endpoint,
    "aws.credentials.provider": name,
  });
  const signed = (id: string, region = "us-east-1") =>
    expect.stringMatching(new RegExp(`Credential=${id}/\\d+/${region}/s3/aws4_request`));

  test("the keys of the options, in the region of the options", async () => {
    const keys = { "access.key": "OPTION", "secret.key": "s", "session.token": "token" };
    const request = await asked({
      ...{ ...keys, endpoint: faulty.endpoint, "endpoint.region": "eu-north-1" },
    });
    expect(request?.headers.authorization).toEqual(signed("OPTION", "eu-north-1"));
    expect(request?.headers["x-amz-security-token"]).toBe("token");
  });

  test("the SDK's own chain, region and endpoint", async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "VARIABLE";
    process.env["AWS_SECRET_ACCESS_KEY"] = "s";
    process.env["AWS_REGION"] = "ap-south-1";
    process.env["AWS_ENDPOINT_URL"] = faulty.endpoint;
    expect((await asked({}))?.headers.authorization).toEqual(signed("VARIABLE", "ap-south-1"));
    expect(
      (await asked(provider("com.amazonaws.auth.EnvironmentVariableCredentialsProvider")))?.headers
        .authorization,
    ).toEqual(signed("VARIABLE", "ap-south-1"));
  });

  test("profiles of a file", async () => {
    const file = join(folder, "mine");
    const text =
      "[other]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n" +
      "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n";
    await writeFile(file, text);
    await writeFile(join(folder, "credentials"), text); // the SDK reads a path once
    const named = { "auth.profile.name": "other", "auth.profile.file": file };
    const one = provider("org.apache.hadoop.fs.s3a.auth.ProfileAWSCredentialsProvider");
    expect((await asked({ ...one, ...named }))?.headers.authorization).toEqual(signed("PROFILE"));
    const other = provider("software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider");
    expect((await asked(other))?.headers.authorization).toEqual(signed("DEFAULT"));
  });

  test("nobody", async () => {
    const request = await asked(
      provider("org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider"),
    );
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.headers["x-amz-date"]).toBeUndefined();
  });

  test("a role, for which STS is asked once with the keys of the options", async () => {
    const sts = await startFaults(nowhere, () => ({ kind: "refuse", status: 200, body: assumed }));
    const conf = {
      ...provider("org.apache.hadoop.fs.s3a.auth.AssumedRoleCredentialProvider"),
      ...{ "access.key": "MASTER", "secret.key": "s" },
      "assumed.role.arn": "arn:aws:iam::123456789012:role/reader",
      "assumed.role.session.name": "mine",
      "assumed.role.session.duration": "1h",
      "assumed.role.sts.endpoint": sts.endpoint,
      "assumed.role.sts.endpoint.region": "eu-west-2",
    };
    const request = await asked(conf);
    expect(request?.headers.authorization).toEqual(signed("ROLE"));
    expect(request?.headers["x-amz-security-token"]).toBe("of the role");
    expect(sts.asked).toHaveLength(1);
    expect(sts.asked[0]?.headers.authorization).toMatch(/Credential=MASTER\/\d+\/eu-west-2\/sts/);
    await sts[Symbol.asyncDispose]();
  });

  test("no credentials anywhere", async () => {
    await expect(asked({ endpoint: faulty.endpoint })).rejects.toMatchObject({
      code: "STORAGE_CREDENTIALS_INVALID",
      message: expect.stringMatching(/fs\.s3a\.access\.key.*AWS_ACCESS_KEY_ID/),
    });
    expect(faulty.asked).toEqual([]);
  });

  test("the customer's key goes with reads and writes, and only then", async () => {
    const key = Buffer.alloc(32, 1).toString("base64");
    const conf = { endpoint: faulty.endpoint, "access.key": "a", "secret.key": "s" };
    const request = await asked({
      ...{ ...conf, "encryption.algorithm": "SSE-C", "encryption.key": key },
    });
    expect(request?.headers["x-amz-server-side-encryption-customer-key"]).toBe(key);
    expect(request?.headers["x-amz-server-side-encryption-customer-key-md5"]).toBeDefined();
  });
});

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>of the role</SessionToken>
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>
<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/mine</Arn>
<AssumedRoleId>id:mine</AssumedRoleId></AssumedRoleUser></AssumeRoleResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`;
