import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseDescriptorSet } from "../../../src/schema/protobuf/descriptor.ts";

/**
 * The files beside this one, compiled: `protoc -I. --include_imports --descriptor_set_out=all.desc
 * three.proto two.proto edition.proto` (libprotoc 35.1).
 */
export const samplePath = fileURLToPath(new URL("sample/all.desc", import.meta.url));
const sampleBytes = readFileSync(samplePath);
export const sampleSchema = parseDescriptorSet(sampleBytes);

/** The serialized `FileDescriptorProto` of a file, without its name. */
export function fileBytes(name: string): Buffer {
  for (let at = 0; at < sampleBytes.length; ) {
    // A tag, a length of one or two bytes, then the file, whose name is first.
    const wide = sampleBytes[at + 1]! > 127;
    const start = at + (wide ? 3 : 2);
    const size = (sampleBytes[at + 1]! & 127) + (wide ? sampleBytes[at + 2]! * 128 : 0);
    const named = sampleBytes[start + 1]!;
    const text = sampleBytes.toString("utf8", start + 2, start + 2 + named);
    if (text === name) return sampleBytes.subarray(start + 2 + named, start + size);
    at = start + size;
  }
  throw new Error(`the sample has no ${name}`);
}
