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
  const unreadable = (reason: string, cause?: unknown): Error =>
    error("CANNOT_PARSE_SOURCE_LOG", { path: checkpoint.store.uri(path), reason }, cause);
  const begin = [head, "\0"].find((one) => text.startsWith(`${one}{`)); // without head: Spark 2.1.0
  if (begin === undefined) throw unreadable("it does not begin as the offsets of Kafka do (v1)");
  try {
    return parseOffsets(text.slice(begin.length));
  } catch (cause) {
    throw unreadable("it holds no offsets", cause);
  }
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
