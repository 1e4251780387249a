import { error, isError } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import { offsetsJson, type PartitionOffsets, parseOffsets } from "./partition.ts";

const head = "\0v1\n";

/** Where a stream began, in `sources/<i>/0` as Spark has it: a zero byte, the version, offsets. */
export async function readInitial(checkpoint: Location): Promise<PartitionOffsets | undefined> {
  const { path } = join(checkpoint, "0");
  let bytes: Uint8Array;
  try {
    bytes = await checkpoint.store.read(path);
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
  const text = Buffer.from(bytes).toString("utf8");
  if (text.startsWith(head)) return parseOffsets(text.slice(head.length));
  if (text.startsWith("\0{")) return parseOffsets(text.slice(1)); // of Spark 2.1.0
  const reason = "it does not begin as the offsets of Kafka do (v1)";
  throw error("CANNOT_PARSE_SOURCE_LOG", { path: checkpoint.store.uri(path), reason });
}

/** Writes it down once; what somebody else wrote before counts. */
export async function fixInitial(
  checkpoint: Location,
  offsets: PartitionOffsets,
): Promise<PartitionOffsets> {
  const { path } = join(checkpoint, "0");
  const bytes = Buffer.from(head + offsetsJson(offsets));
  if (await checkpoint.store.putIfAbsent(path, bytes)) return offsets;
  return (await readInitial(checkpoint)) ?? offsets;
}
