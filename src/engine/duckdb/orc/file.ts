import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { error } from "../../../error/error.ts";
import type { FilePlace } from "../../../plan/input.ts";
import { CorruptOrc, expect } from "../../orc/corrupt.ts";
import { type ByteFile, type OrcTail, readTail } from "../../orc/tail.ts";

/** An ORC file that is open. */
export interface OpenOrc extends ByteFile, Disposable {
  /** What messages call it. */
  readonly uri: string;
  /** Undefined: the file is empty. */
  readonly tail: OrcTail | undefined;
}

export interface OpenRequest extends FilePlace {
  readonly uri: string;
}

/**
 * Opens a local file and reads its tail. FAILED_READ_FILE.* where it cannot be read, and
 * UNSUPPORTED_FEATURE.ORC_ENCRYPTION where columns of it are encrypted.
 */
export function openOrc({ path, uri, size }: OpenRequest): OpenOrc {
  const file = openFile(path, uri);
  try {
    if (size !== undefined && size !== file.size) {
      throw new CorruptOrc(`it had ${size} bytes when it was listed and has ${file.size} now`);
    }
    const tail = readTail(file);
    if (tail !== undefined && tail.keys.length > 0) {
      throw error("UNSUPPORTED_FEATURE.ORC_ENCRYPTION", { path: uri, keys: tail.keys.join(", ") });
    }
    return { ...file, uri, tail };
  } catch (thrown) {
    file[Symbol.dispose]();
    if (!isDamage(thrown)) throw thrown;
    const reason = thrown.message;
    throw error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: uri, reason }, thrown);
  }
}

function openFile(path: string, uri: string): ByteFile & Disposable {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const open = descriptor;
    const { size } = fstatSync(open);
    return {
      size,
      read: (start, length) => readBytes(open, start, length),
      [Symbol.dispose]: () => {
        if (descriptor !== undefined) closeSync(descriptor);
        descriptor = undefined;
      },
    };
  } catch (cause) {
    if (descriptor !== undefined) closeSync(descriptor);
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw error("FAILED_READ_FILE.FILE_NOT_EXIST", { path: uri }, cause);
    }
    const reason = (cause as Error).message;
    throw error("FAILED_READ_FILE.NO_HINT", { path: uri, reason }, cause);
  }
}

function readBytes(descriptor: number, start: number, length: number): Uint8Array {
  const size = fstatSync(descriptor).size;
  expect(start >= 0 && length >= 0 && start + length <= size, "it ends before its data");
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, bytes, done, length - done, start + done);
    expect(count > 0, "it ends before its data");
    done += count;
  }
  return bytes;
}

/** Whether an error is one that the bytes of a file make, whatever they are. */
function isDamage(thrown: unknown): thrown is Error {
  return thrown instanceof CorruptOrc || thrown instanceof RangeError || isSystem(thrown);
}

function isSystem(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "syscall" in thrown;
}

/** The error of a file whose data cannot be read. */
export function damaged(thrown: unknown, uri: string): unknown {
  if (!isDamage(thrown)) return thrown;
  return error("FAILED_READ_FILE.NO_HINT", { path: uri, reason: thrown.message }, thrown);
}
