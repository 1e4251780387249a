import type { DataType, StructType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { streamKinds } from "../stripe.ts";
import { ColumnWriter, plainWriter, Stream, type WrittenColumn } from "./column.ts";
import { IntegerRunWriter } from "./integer-run.ts";
import type { StatisticKind } from "./statistic.ts";
import { BinaryWriter, TextWriter } from "./text.ts";
import type { TimestampMeaning } from "./time.ts";

/** The writer of a type. */
export function columnWriter(type: DataType, meaning: TimestampMeaning): ColumnWriter {
  switch (type.type) {
    case "string":
      return new TextWriter();
    case "binary":
      return new BinaryWriter();
    case "struct":
      return new StructWriter(type, meaning);
    case "array":
      return new ListWriter([columnWriter(type.elementType, meaning)], (value, [element]) => {
        for (const item of value as readonly Value[]) element!.write(item);
        return (value as readonly Value[]).length;
      });
    case "map": {
      const parts = [columnWriter(type.keyType, meaning), columnWriter(type.valueType, meaning)];
      return new ListWriter(parts, (value, [key, item]) => {
        const pairs = value as ReadonlyMap<Value, Value>;
        for (const [one, other] of pairs) {
          key!.write(one);
          item!.write(other);
        }
        return pairs.size;
      });
    }
    default:
      return plainWriter(type, meaning);
  }
}

class StructWriter extends ColumnWriter {
  readonly statistic: StatisticKind = "none";
  readonly #names: readonly string[];

  constructor(type: StructType, meaning: TimestampMeaning) {
    super(type.fields.map((field) => columnWriter(field.type, meaning)));
    this.#names = type.fields.map(({ name }) => name);
  }

  protected put(value: NonNullable<Value>): void {
    const from = value as { readonly [name: string]: Value };
    this.#names.forEach((name, at) => {
      this.children[at]!.write(from[name] ?? null);
    });
  }

  protected begin(): void {}

  protected end(): WrittenColumn {
    return { streams: [], encoding: 0, dictionarySize: 0 };
  }
}

/** Lists and maps: how many elements each has. */
class ListWriter extends ColumnWriter {
  readonly statistic: StatisticKind = "none";
  readonly #lengths = new Stream(streamKinds.length, (out) => new IntegerRunWriter(out, false));
  readonly #each: (value: NonNullable<Value>, children: readonly ColumnWriter[]) => number;

  constructor(
    children: readonly ColumnWriter[],
    /** Writes the elements; their number. */
    each: (value: NonNullable<Value>, children: readonly ColumnWriter[]) => number,
  ) {
    super(children);
    this.#each = each;
  }

  protected put(value: NonNullable<Value>): void {
    this.#lengths.run.write(this.#each(value, this.children));
  }

  protected begin(): void {
    this.#lengths.mark();
  }

  protected end(): WrittenColumn {
    return { streams: [this.#lengths.take()], encoding: 2, dictionarySize: 0 };
  }
}
