import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import type { Value } from "../../../schema/value.ts";
import type { Chunk } from "../text/chunk.ts";
import { timeReader } from "../text/convert.ts";
import type { FileReader, FormatContext } from "../text/format.ts";
import { putMalformed } from "../text/malformed.ts";
import { type ConvertContext, readRecord } from "./convert.ts";
import { type Element, type Found, outerText } from "./element.ts";
import { xmlOptions } from "./option.ts";
import { XmlRecords } from "./record.ts";
import { rescued } from "./rescue.ts";
import { Misfit } from "./value.ts";

/** Makes the readers of XML files. */
export function xmlFormat(context: FormatContext): (file: InputFile) => FileReader {
  const options = xmlOptions(context.rawOptions, context.options.timeZone);
  const how = { options, times: timeReader(options.text) };
  return (file) => new XmlFile(context, how, file);
}

class XmlFile implements FileReader {
  readonly #context: FormatContext;
  readonly #how: ConvertContext;
  readonly #file: InputFile;
  readonly #records: XmlRecords;

  constructor(context: FormatContext, how: ConvertContext, file: InputFile) {
    this.#context = context;
    this.#how = how;
    this.#file = file;
    this.#records = new XmlRecords(file, how.options);
  }

  fill(chunk: Chunk): boolean {
    while (!chunk.full) {
      const found = this.#records.next();
      if (found === undefined) return false;
      this.#put(found, chunk);
    }
    return true;
  }

  [Symbol.dispose](): void {
    this.#records[Symbol.dispose]();
  }

  #put(found: Found, chunk: Chunk): void {
    const { data, rescued: column } = this.#context.layout;
    if ("fault" in found) {
      this.#malformed(chunk, found.fault, []);
      return;
    }
    chunk.spent += 64;
    const rest = column === undefined ? undefined : rescued(found, data, this.#how);
    const { values, fault } = this.#read(rest?.element ?? found);
    const text = rest?.json(this.#file, this.#how.options.text) ?? null;
    if (fault === undefined) chunk.put(values, null, text);
    else this.#malformed(chunk, fault, [{ values }], found);
  }

  #read(found: Element) {
    try {
      return readRecord(found, this.#context.layout.data, this.#how);
    } catch (thrown) {
      if (!(thrown instanceof Misfit)) throw thrown;
      // Spark fails with its read here: the attributes of records are not guarded.
      const reason = `an attribute of a record does not fit its column: ${thrown.reason}`;
      throw error("FAILED_READ_FILE.NO_HINT", { path: this.#file.uri, reason });
    }
  }

  #malformed(
    chunk: Chunk,
    reason: string,
    rows: readonly { readonly values: readonly Value[] }[],
    element?: Element,
  ): void {
    const { input } = this.#context;
    const options = this.#how.options.text;
    const kept = options.mode === "PERMISSIVE" && chunk.layout.corrupt !== undefined;
    const own = element ? outerText(element) : "";
    const text = kept && input.bad?.records === undefined ? this.#records.text() : own;
    const record = { file: this.#file, bytes: Buffer.from(text), reason, rows };
    putMalformed(chunk, record, { input, options });
  }
}
