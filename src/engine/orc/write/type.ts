import { assert } from "../../../error/error.ts";
import { intervalName } from "../../../schema/interval-field.ts";
import type { DataType } from "../../../schema/type.ts";
import { catalystType } from "../spark.ts";
import { type OrcKind, type OrcType, typeKinds } from "../type.ts";
import { MessageWriter } from "./message.ts";

/** The type of a file for a Spark type, as Spark writes it; ids from `first` on. */
export function orcType(type: DataType, first: { id: number }): OrcType {
  const id = first.id++;
  const plain = {
    id,
    children: [],
    names: [],
    maximumLength: 0,
    precision: 0,
    scale: 0,
    attributes: {},
  };
  const named = (kind: OrcKind, name: string): OrcType => {
    return { ...plain, kind, attributes: { [catalystType]: name } };
  };
  switch (type.type) {
    case "struct": {
      const children = type.fields.map((field) => orcType(field.type, first));
      return { ...plain, kind: "struct", children, names: type.fields.map(({ name }) => name) };
    }
    case "array":
      return { ...plain, kind: "list", children: [orcType(type.elementType, first)] };
    case "map": {
      const children = [orcType(type.keyType, first), orcType(type.valueType, first)];
      return { ...plain, kind: "map", children };
    }
    case "decimal":
      return { ...plain, kind: "decimal", precision: type.precision, scale: type.scale };
    case "interval":
      return named(type.unit === "month" ? "int" : "long", intervalName(type));
    case "time":
      return named("long", `time(${type.precision})`);
    case "timestamp_ntz":
    case "timestamp":
      return named(type.type === "timestamp" ? "timestamp" : "long", type.type);
    case "string":
      return named("string", "string");
    case "integer":
      return { ...plain, kind: "int" };
    case "variant":
    case "void":
      assert(false, `no column of ORC holds a ${type.type}`);
      break;
    default:
      return { ...plain, kind: type.type };
  }
}

/** The types of a tree in the order of their ids. */
export function flatTypes(root: OrcType): readonly OrcType[] {
  return [root, ...root.children.flatMap(flatTypes)];
}

export function typeMessage(type: OrcType): MessageWriter {
  const out = new MessageWriter().number(1, typeKinds.indexOf(type.kind));
  out.packed(
    2,
    type.children.map(({ id }) => id),
  );
  for (const name of type.names) out.text(3, name);
  if (type.kind === "decimal") out.number(5, type.precision).number(6, type.scale);
  for (const [key, value] of Object.entries(type.attributes)) {
    out.message(7, new MessageWriter().text(1, key).text(2, value));
  }
  return out;
}
