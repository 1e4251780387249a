import { sameName } from "../../../schema/compare.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { type CodecName, codecs } from "../codec/codec.ts";
import { indexKinds } from "../stripe.ts";
import { BloomWriter } from "./bloom.ts";
import type { ColumnWriter, WrittenColumn, WrittenStream } from "./column.ts";
import { MessageWriter } from "./message.ts";
import { columnWriter } from "./nested.ts";
import { Output } from "./output.ts";
import { Gathered, statisticMessage } from "./statistic.ts";
import { timestampMeaning } from "./time.ts";
import { flatTypes, orcType, typeMessage } from "./type.ts";

/** Rows of a row group, and bytes of a compressed chunk: what ORC's own writer has. */
const groupRows = 10_000;
const blockBytes = 256 << 10;

export interface FileRequest {
  readonly schema: StructType;
  readonly codec: CodecName;
  /** Absent: chunks are not compressed. */
  readonly pack?: (bytes: Uint8Array) => Uint8Array;
  /** The zone whose wall clock timestamps show. */
  readonly zone: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Columns, and members by dots, that have bloom filters, with all that is within them. */
  readonly blooms?: { readonly columns: readonly string[]; readonly rate: number };
}

/** An ORC file in the making. Its bytes are taken stripe by stripe, forward. */
export class OrcFileWriter {
  readonly #request: FileRequest;
  readonly #root: ColumnWriter;
  readonly #columns: readonly ColumnWriter[];
  readonly #stripes: MessageWriter[] = [];
  readonly #stripeStatistics: MessageWriter[] = [];
  readonly #whole: Gathered[];
  #offset = 0;
  #rows = 0;
  #stripeRows = 0;

  constructor(request: FileRequest) {
    this.#request = request;
    this.#root = columnWriter(request.schema, timestampMeaning(request.zone));
    this.#columns = flatColumns(this.#root);
    this.#whole = this.#columns.map(() => new Gathered());
    const { columns = [], rate = 0 } = request.blooms ?? {};
    for (const name of columns) {
      const found = columnAt(this.#root, request.schema, name);
      for (const column of found ? flatColumns(found) : []) {
        column.bloom = () => new BloomWriter(groupRows, rate);
      }
    }
  }

  /** Rows since the last stripe ended. */
  get held(): number {
    return this.#stripeRows;
  }

  add(row: { readonly [name: string]: Value }): void {
    if (this.#stripeRows % groupRows === 0) this.#root.mark();
    this.#root.write(row);
    this.#stripeRows++;
  }

  /** Ends a stripe; its bytes. */
  stripe(): Uint8Array {
    const out = new Output();
    if (this.#offset === 0) out.raw(Buffer.from("ORC"));
    if (this.#stripeRows === 0) return this.#moved(out);
    const start = this.#offset + out.size;
    const groups = this.#columns.map((column) => column.groups);
    const written = this.#columns.map((column) => column.finish());
    const packed = written.map(({ streams }) => streams.map((stream) => this.#packed(stream)));
    const footer = new MessageWriter();
    const indexes = written.map((column, id) =>
      this.#compressed(this.#index(column, { packed: packed[id]!, groups: groups[id]!, id })),
    );
    const directory = (kind: number, column: number, bytes: Uint8Array): void => {
      footer.message(
        1,
        new MessageWriter().number(1, kind).number(2, column).number(3, bytes.length),
      );
      out.raw(bytes);
    };
    for (const [id, bytes] of indexes.entries()) {
      directory(indexKinds.index, id, bytes);
      const blooms = bloomMessage(groups[id]!);
      if (blooms) directory(indexKinds.bloomUtf8, id, this.#compressed(blooms));
    }
    const before = out.size;
    for (const [id, streams] of packed.entries()) {
      for (const [at, { bytes }] of streams.entries()) {
        directory(written[id]!.streams[at]!.kind, id, bytes);
      }
    }
    const dataLength = out.size - before;
    for (const [id, { encoding, dictionarySize }] of written.entries()) {
      const message = new MessageWriter().number(1, encoding);
      if (dictionarySize > 0) message.number(2, dictionarySize);
      footer.message(2, this.#columns[id]!.bloom ? message.number(3, 1) : message);
    }
    const footerBytes = this.#compressed(footer.text(3, this.#request.zone).done());
    out.raw(footerBytes);
    this.#stripes.push(
      new MessageWriter()
        .number(1, start)
        .number(2, before - (start - this.#offset))
        .number(3, dataLength)
        .number(4, footerBytes.length)
        .number(5, this.#stripeRows),
    );
    this.#gather(groups);
    this.#rows += this.#stripeRows;
    this.#stripeRows = 0;
    return this.#moved(out);
  }

  /** Ends the file; what comes behind the last stripe. */
  end(): Uint8Array {
    const { schema, codec, pack, metadata } = this.#request;
    const out = new Output();
    const stripes = new MessageWriter();
    for (const statistics of this.#stripeStatistics) stripes.message(1, statistics);
    const metadataBytes = this.#compressed(stripes.done());
    out.raw(metadataBytes);
    const footer = new MessageWriter().number(1, 3).number(2, this.#offset);
    for (const stripe of this.#stripes) footer.message(3, stripe);
    for (const type of flatTypes(orcType(schema, { id: 0 }))) footer.message(4, typeMessage(type));
    for (const [name, value] of Object.entries(metadata)) {
      footer.message(5, new MessageWriter().text(1, name).text(2, value));
    }
    footer.number(6, this.#rows);
    this.#columns.forEach(({ statistic }, id) => {
      footer.message(7, statisticMessage(this.#whole[id]!, statistic));
    });
    const footerBytes = this.#compressed(footer.number(8, groupRows).number(11, 1).done());
    out.raw(footerBytes);
    const postscript = new MessageWriter()
      .number(1, footerBytes.length)
      .number(2, codecs.indexOf(pack ? codec : "none"))
      .number(3, blockBytes)
      .packed(4, [0, 12])
      .number(5, metadataBytes.length)
      .number(6, 9)
      .text(8000, "ORC")
      .done();
    out.raw(postscript);
    out.byte(postscript.length);
    return this.#moved(out);
  }

  #moved(out: Output): Uint8Array {
    this.#offset += out.size;
    return Uint8Array.from(out.bytes);
  }

  #gather(groups: readonly (readonly Gathered[])[]): void {
    const message = new MessageWriter();
    groups.forEach((own, id) => {
      const stripe = new Gathered();
      for (const group of own) stripe.add(group);
      this.#whole[id]!.add(stripe);
      message.message(1, statisticMessage(stripe, this.#columns[id]!.statistic));
    });
    this.#stripeStatistics.push(message);
  }

  #index(
    { streams, encoding }: WrittenColumn,
    of: {
      readonly packed: readonly Packed[];
      readonly groups: readonly Gathered[];
      readonly id: number;
    },
  ): Uint8Array {
    const index = new MessageWriter();
    of.groups.forEach((group, at) => {
      const positions = streams.flatMap((stream, place) => {
        // A dictionary is read as a whole.
        const isDictionary = encoding === 3 && stream.positions.length === 0;
        return isDictionary ? [] : of.packed[place]!.positionOf(stream.positions[at]!);
      });
      const entry = new MessageWriter().packed(1, positions);
      index.message(1, entry.message(2, statisticMessage(group, this.#columns[of.id]!.statistic)));
    });
    return index.done();
  }

  #compressed(bytes: Uint8Array): Uint8Array {
    return this.#packed({ kind: 0, bytes, positions: [] }).bytes;
  }

  /** A stream in compressed chunks, and how its places are told. */
  #packed({ bytes }: WrittenStream): Packed {
    const { pack } = this.#request;
    if (pack === undefined) return { bytes, positionOf: (position) => position };
    const out = new Output();
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at += blockBytes) {
      starts.push(out.size);
      const block = bytes.subarray(at, at + blockBytes);
      const small = pack(block);
      const [kept, original] = small.length < block.length ? [small, 0] : [block, 1];
      const header = kept.length * 2 + original;
      out.byte(header & 255);
      out.byte((header >> 8) & 255);
      out.byte(header >> 16);
      out.raw(kept);
    }
    starts.push(out.size);
    const positionOf: Packed["positionOf"] = ([offset = 0, ...rest]) => {
      return [starts[Math.floor(offset / blockBytes)]!, offset % blockBytes, ...rest];
    };
    return { bytes: Uint8Array.from(out.bytes), positionOf };
  }
}

interface Packed {
  readonly bytes: Uint8Array;
  positionOf(position: readonly number[]): readonly number[];
}

function bloomMessage(groups: readonly Gathered[]): Uint8Array | undefined {
  const message = new MessageWriter();
  for (const { bloom } of groups) if (bloom) message.message(1, bloom.message());
  return groups.some(({ bloom }) => bloom) ? message.done() : undefined;
}

/** The column, or member of one, of a name with dots. */
function columnAt(root: ColumnWriter, schema: StructType, name: string): ColumnWriter | undefined {
  let [found, type]: [ColumnWriter | undefined, DataType] = [root, schema];
  for (const part of name.split(".")) {
    if (type.type !== "struct") return undefined;
    const at: number = type.fields.findIndex((field) => sameName(field.name, part));
    if (at < 0) return undefined;
    [found, type] = [found?.children[at], type.fields[at]!.type];
  }
  return found;
}

/** The columns of a tree in the order of their ids. */
function flatColumns(root: ColumnWriter): readonly ColumnWriter[] {
  return [root, ...root.children.flatMap(flatColumns)];
}
