import type { TextInput } from "../../../plan/input.ts";
import type { Options } from "../../../plan/relation.ts";
import type { BlockReader } from "./block.ts";
import type { Chunk } from "./chunk.ts";
import type { TimeReader } from "./convert.ts";
import type { Layout } from "./layout.ts";
import type { TextOptions } from "./option.ts";

/** Reads one file forward. */
export interface FileReader extends Disposable {
  /** Puts rows until the chunk is full or the file ends; false at the end of the file. */
  fill(chunk: Chunk): boolean;
}

/** What the readers of a format work with. */
export interface FormatContext {
  readonly input: TextInput;
  readonly layout: Layout;
  readonly options: TextOptions;
  readonly rawOptions: Options;
  readonly times: TimeReader;
  /** Opens the current file for reading by blocks. */
  open(separator: Buffer): BlockReader;
}
