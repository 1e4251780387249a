// The plainest loop over the same files: names, sizes and times, with nothing kept.
import { readdirSync, statSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";

let requests = 0;
const { request } = http;
http.request = (...given) => {
  requests += 1;
  return request(...given);
};

const [landing, conf] = process.argv.slice(2);
const began = performance.now();
const files = conf === undefined ? walk(landing) : await list(landing, JSON.parse(conf));
console.log(JSON.stringify({ files, listing: (performance.now() - began) / 1000, requests }));

function walk(folder) {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) count += walk(path);
    else if (statSync(path).size > 0) count += 1;
  }
  return count;
}

async function list(place, options) {
  const services = createRequire(new URL("../../test/services/package.json", import.meta.url));
  const { ListObjectsV2Command, S3Client } = services("@aws-sdk/client-s3");
  const client = new S3Client({
    endpoint: options["fs.s3a.endpoint"],
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(place);
  let count = 0;
  for (let token; ; ) {
    const asked = { Bucket: bucket, Prefix: `${prefix}/`, ContinuationToken: token };
    const page = await client.send(new ListObjectsV2Command(asked));
    count += page.Contents?.length ?? 0;
    token = page.NextContinuationToken;
    if (!page.IsTruncated) return count;
  }
}
