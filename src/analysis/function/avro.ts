import { avroOptions } from "../../schema/avro/option.ts";
import { parseAvroSchema } from "../../schema/avro/parse.ts";
import { sparkType } from "../../schema/avro/spark.ts";
import { avroValueJson } from "../../schema/avro/write.ts";
import { asNullable } from "../../schema/compare.ts";
import { sqlDataType } from "../../schema/ddl.ts";
import { binary, type DataType, string } from "../../schema/type.ts";
import { call, literal } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, coerce, type FunctionCall, type Group, only } from "./definition.ts";
import { isPermissive, payloadOptions, payloadText } from "./payload.ts";

const schemaMeaning =
  "containing the JSON representation of the schema to use for converting the value";
const optionMeaning = "containing the options to use for converting the value from AVRO format";

/** Avro. The schema and the options, as JSON, stay arguments of the call. */
export const avros: Group = {
  from_avro: {
    arity: [2, 3],
    resolve: fromAvro,
    print: (texts) => `from_avro(${texts[0]}, ${texts[1]}, ${texts[2] ?? "NULL"})`,
  },
  to_avro: {
    arity: [1, 2],
    resolve: toAvro,
    print: (texts) => `to_avro(${texts[0]}, ${texts[1] ?? "NULL"})`,
  },
  schema_of_avro: {
    arity: [1, 2],
    sugar: true,
    resolve: (given) => {
      const meaning = `${schemaMeaning} from AVRO format`;
      const schema = payloadText(given, { ordinal: "first", index: 0, meaning }) ?? "";
      const place = { ordinal: "second", index: 1, meaning: optionMeaning } as const;
      const options = payloadOptions(given, place);
      return literal(sqlDataType(typeOf("schema_of_avro", schema, options)), string);
    },
    print: (texts) => `schema_of_avro(${texts[0]}, ${texts[1] ?? "NULL"})`,
  },
};

function fromAvro(given: FunctionCall): TypedExpression {
  const meaning = `${schemaMeaning} from AVRO format`;
  const schema = payloadText(given, { ordinal: "second", index: 1, meaning }) ?? "";
  const options = payloadOptions(given, { ordinal: "third", index: 2, meaning: optionMeaning });
  const data = coerce(given, 0, only(binary));
  const type = typeOf("from_avro", schema, options);
  const constants = [schema, JSON.stringify(options)].map((text) => literal(text, string));
  return call("from_avro", [data, ...constants], { type, nullable: true });
}

/** The type of what is read: by the schema of the options, where they have one. */
function typeOf(name: string, schema: string, options: Readonly<Record<string, string>>): DataType {
  const permissive = isPermissive(name, options);
  const known = avroOptions(options);
  const type = sparkType(known.schema ?? parseAvroSchema(schema), known);
  return permissive ? asNullable(type) : type;
}

function toAvro(given: FunctionCall): TypedExpression {
  const value = argument(given, 0);
  const meaning = `${schemaMeaning} to AVRO format`;
  const place = { ordinal: "second", index: 1, meaning } as const;
  const own = given.arguments.length > 1 ? payloadText(given, place) : undefined;
  const schema = own ?? JSON.stringify(avroValueJson(value.type, value.nullable));
  parseAvroSchema(schema);
  const { nullable } = value;
  return call("to_avro", [value, literal(schema, string)], { type: binary, nullable });
}
