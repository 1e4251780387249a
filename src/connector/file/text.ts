import { appendFile, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Value } from "../../schema/value.ts";
import type { WriteRequest } from "../connector.ts";
import { folderNames } from "./folder.ts";
import { type LineWriter, lineWriter } from "./line.ts";
import { partNames, type StagedFile, type StagedFiles, type WriteShape } from "./stage.ts";

/** Characters of lines held before they go to the disk, for all files together. */
const heldMax = 8 << 20;

const extensions = { csv: ".csv", json: ".json", text: ".txt" } as const;

const compress = promisify(gzip);

/** Writes rows as lines of text: one file a partition, in the staging folder. */
export async function writeTextFiles(
  request: WriteRequest,
  shape: WriteShape,
): Promise<StagedFiles> {
  const { options, query, context } = request;
  const zipped = isZipped(options);
  const writer = lineWriter(request.relation, shape, options);
  const staging = openFiles({ folder: context.staging, zipped, writer, options });
  // What is left of a write that fails goes.
  await using _ = staging;
  await using result = await context.engine.query(writer.relation, query);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row++) {
      const values = chunk.columns.map((column) => column[row] ?? null);
      const partition: Record<string, Value> = {};
      shape.partitions.forEach(({ name }, index) => {
        partition[name] = values[writer.width + index] ?? null;
      });
      const key = folderNames(partition, shape.partitions, query.timeZone).join("/");
      staging.add(key, partition, writer.line(values.slice(0, writer.width)));
    }
    await staging.settle();
  }
  const partitioned = shape.partitions.length > 0;
  // A reader of no rows learns of the columns by the header of an empty file.
  if (!partitioned) staging.touch("", {});
  const extension = `${extensions[shape.format as keyof typeof extensions]}${zipped ? ".gz" : ""}`;
  return {
    files: await staging.end(),
    timeZone: query.timeZone,
    name: partNames({ job: env.uuid(), extension, partitioned }),
  };
}

function isZipped(options: WriteRequest["options"]): boolean {
  const codec = (options["compression"] ?? options["codec"] ?? "none").toLowerCase();
  if (["none", "uncompressed"].includes(codec)) return false;
  if (codec === "gzip") return true;
  const expected = "must be one of none, uncompressed, gzip";
  throw error("INVALID_OPTION_VALUE", { name: "compression", value: codec, expected });
}

interface OpenRequest {
  readonly folder: string;
  readonly zipped: boolean;
  readonly writer: LineWriter;
  readonly options: WriteRequest["options"];
}

type OpenFile = StagedFile & { held: string[] };

/** Files in the making, by key. Lines are held and written together: no file stays open. */
function openFiles({ folder, zipped, writer, options }: OpenRequest) {
  const lineEnd = options["linesep"] ?? "\n";
  const files = new Map<string, OpenFile>();
  let size = 0;

  function touch(key: string, partition: StagedFile["partition"]): OpenFile {
    const known = files.get(key);
    if (known) return known;
    const held = writer.header === undefined ? [] : [writer.header + lineEnd];
    const file: OpenFile = { path: `${folder}/${env.uuid()}`, partition, held };
    files.set(key, file);
    return file;
  }

  async function flush(): Promise<void> {
    size = 0;
    for (const file of files.values()) {
      const text = file.held.join("");
      file.held = [];
      await appendFile(file.path, zipped && text !== "" ? await compress(text) : text);
    }
  }

  return {
    touch,
    add(key: string, partition: StagedFile["partition"], line: string): void {
      touch(key, partition).held.push(line, lineEnd);
      size += line.length;
    },
    async settle(): Promise<void> {
      if (size > heldMax) await flush();
    },
    async end(): Promise<readonly StagedFile[]> {
      await flush();
      const ended = [...files.values()];
      files.clear();
      return ended;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const { path } of files.values()) await rm(path, { force: true });
    },
  };
}
