import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, inject, test } from "vitest";
import { env } from "../../../../src/env.ts";
import { s3Conf } from "../../storage/s3-subject.ts";
import { awsAt, s3Message } from "./aws.ts";
import type { ChildTask } from "./child.ts";
import { line, span, told } from "./told.ts";

const moto = inject("moto");
const kills = 3;
const files = 60;

test.skipIf("missing" in moto)(
  "each file is read once, however often the stream is killed while its messages are in hand",
  { timeout: 300_000 },
  async () => {
    const endpoint = "endpoint" in moto ? moto.endpoint : "";
    const aws = await awsAt(endpoint);
    const bucket = `killed-${env.uuid()}`;
    await aws.s3.createBucket({ Bucket: bucket });
    const { QueueUrl } = await aws.sqs.createQueue({ QueueName: bucket });
    const conf = { ...s3Conf(endpoint), "fs.s3a.endpoint.region": "us-east-1" };
    const options = {
      "cloudFiles.useNotifications": "true",
      "cloudFiles.queueUrl": QueueUrl,
      "cloudFiles.maxFilesPerTrigger": "4",
    };
    const path = `s3://${bucket}/in`;
    await using stream = await told({ path, conf, options });
    const put = async (id: number): Promise<void> => {
      await aws.s3.putObject({ Bucket: bucket, Key: `in/${id}.json`, Body: line(id) });
    };
    const tell = async (id: number): Promise<void> => {
      const MessageBody = s3Message(bucket, [`in/${id}.json`]);
      await aws.sqs.sendMessage({ QueueUrl, MessageBody });
    };
    for (const id of span(0, 9)) await put(id);
    let next = 10;
    const task: ChildTask = {
      ...{ path, conf, options: { "cloudFiles.format": "json", ...options } },
      checkpoint: join(stream.folder, "checkpoint"),
      table: join(stream.folder, "table"),
    };
    for (let round = 0; round < kills; round++) {
      const child = startChild(task);
      for (let until = next + 15; next < until; next++) {
        await put(next);
        await tell(next);
      }
      await child.batches(2);
      await setTimeout(env.random() * 300);
      await child.kill();
    }
    for (; next < files; next++) await put(next);
    // The queue sends again what nobody has acknowledged.
    for (const id of span(10, files - 1)) await tell(id);
    await stream.run();
    expect(await stream.ids()).toEqual(span(0, files - 1));
  },
);

function startChild(task: ChildTask) {
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const imports = ["--import", "tsx", "--import", here("../../register.mjs")];
  const child = spawn(process.execPath, [...imports, here("child.ts"), JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  return {
    /** Waits until so many batches are done. */
    batches: async (count: number): Promise<void> => {
      while (said.split("\n").length <= count) {
        if (child.exitCode !== null) throw new Error(`the stream ended: ${complained}`);
        await setTimeout(50);
      }
    },
    kill: async (): Promise<void> => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
