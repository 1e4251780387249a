import { type DataType, holdsMap } from "../../../schema/type.ts";
import { memberName } from "../quote.ts";
import { once } from "./once.ts";
import { fresh, type Scope } from "./scope.ts";

/** A value whose maps have their entries in the order of the keys: equal maps are alike then. */
export function mapSorted(value: string, type: DataType, scope: Scope): string {
  if (!holdsMap(type)) return value;
  return once([value], scope, (input) => {
    const sorted = sortedParts(input, type, scope);
    return `CASE WHEN ${input} IS NULL THEN NULL ELSE ${sorted} END`;
  });
}

function sortedParts(input: string, type: DataType, scope: Scope): string {
  switch (type.type) {
    case "array": {
      const x = fresh(scope);
      return `list_transform(${input}, lambda ${x}: ${mapSorted(x, type.elementType, scope)})`;
    }
    case "struct": {
      const members = type.fields.map((field, at) => {
        const member = `struct_extract(${input}, '${memberName(at)}')`;
        return `${memberName(at)} := ${mapSorted(member, field.type, scope)}`;
      });
      return `struct_pack(${members.join(", ")})`;
    }
    case "map": {
      const x = fresh(scope);
      const key = mapSorted(`${x}."key"`, type.keyType, scope);
      const item = mapSorted(`${x}."value"`, type.valueType, scope);
      const entries = `list_transform(map_entries(${input}),
        lambda ${x}: struct_pack("key" := ${key}, "value" := ${item}))`;
      return `map_from_entries(list_sort(${entries}))`;
    }
    default:
      return input;
  }
}
