import { isUtf8 } from "node:buffer";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import { flag } from "../../../schema/flag.ts";
import { Timestamp, type Value } from "../../../schema/value.ts";
import type { Chunk } from "./chunk.ts";
import type { FileReader, FormatContext } from "./format.ts";
import { decode } from "./layout.ts";
import { lineReader } from "./line.ts";
import { readRaw, readWhole } from "./whole.ts";

/** Readers of text files: a row is a line, or with `wholetext` the file. */
export function textFormat(context: FormatContext): (file: InputFile) => FileReader {
  if (flag(context.rawOptions, "wholetext", false)) {
    return (file) => oneRow(() => [decode(readWhole(file))]);
  }
  return () => {
    const lines = lineReader(context, { blanks: true });
    return {
      fill(chunk: Chunk): boolean {
        while (!chunk.full) {
          const line = lines.next();
          if (line === undefined) return false;
          chunk.spent += line.length;
          chunk.put([isUtf8(line) ? line : decode(line)]);
        }
        return true;
      },
      [Symbol.dispose]: () => lines[Symbol.dispose](),
    };
  };
}

/** The setting that says how many bytes of a file a row may hold. */
const maxLengthKey = "spark.sql.sources.binaryFile.maxLength";

/** Readers of binary files: one row with path, modificationTime, length and content, by name. */
export function binaryFormat(context: FormatContext): (file: InputFile) => FileReader {
  const max = Number(context.rawOptions[maxLengthKey.toLowerCase()] ?? 2 ** 31 - 1);
  return (file) =>
    oneRow(() =>
      context.layout.data.fields.map((field): Value => {
        switch (field.name) {
          case "path":
            return file.uri;
          case "modificationTime":
            return new Timestamp(BigInt(Math.trunc(file.modificationTime)) * 1000n);
          case "length":
            return BigInt(file.size);
          case "content":
            if (file.size > max) throw tooLong(file, max);
            return readRaw(file);
          default:
            return null;
        }
      }),
    );
}

function tooLong({ uri: path, size }: InputFile, max: number): Error {
  const allowed = `the max length allowed (${maxLengthKey}): ${max}`;
  const reason = `Its length is ${size}, which exceeds ${allowed}`;
  return error("FAILED_READ_FILE.NO_HINT", { path, reason });
}

function oneRow(read: () => readonly Value[]): FileReader {
  return {
    fill(chunk: Chunk): boolean {
      chunk.put(read());
      return false;
    },
    [Symbol.dispose]: () => {},
  };
}
