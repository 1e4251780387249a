import { expect, test } from "vitest";
import { answers } from "../answer.ts";
import { useRegistry } from "./registry-server.ts";

const answer = answers();
const registry = useRegistry();

const one = '{"type":"record","name":"r","fields":[{"name":"a","type":"int"}]}';
const two = `{"type":"record","name":"r","fields":[
  {"name":"a","type":"long"},{"name":"b","type":"string","default":"none"}]}`;

const hex = (id: number) => id.toString(16).padStart(8, "0").toUpperCase();
const read = (message: string, subject: string, options = "") =>
  answer(
    `SELECT string(from_avro(X'${message}', '${subject}', '${registry().address}'${options}))`,
  );

test("a message is read by the schema whose number it has, into that of the subject", async () => {
  const first = await registry().register("orders-value", one);
  expect(await read(`00${hex(first)}0A`, "orders-value")).toBe("{5}");
  const second = await registry().register("orders-value", two);
  expect(await read(`00${hex(first)}0A`, "orders-value")).toBe("{5, none}");
  expect(await read(`00${hex(second)}0C0278`, "orders-value")).toBe("{6, x}");
});

test("a value is written by the subject's newest schema, with its number before it", async () => {
  const id = await registry().register("sent/value", one);
  const { address } = registry();
  const sql = `SELECT hex(to_avro(named_struct('a', 3), 'sent/value', '${address}/'))`;
  expect(await answer(sql)).toBe(`00${hex(id)}06`);
});

test("numbers that were not known before are asked for once, as messages come", async () => {
  const ids: number[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push(
      await registry().register("later", `${one.slice(0, -1)},"doc":"version ${i} of later"}`),
    );
  }
  const asked = await registry().asked();
  const rows = Array.from({ length: 300 }, (_, i) => `(X'00${hex(ids[i % 3]!)}02')`).join(", ");
  const sql = `SELECT sum(from_avro(v, 'later', '${registry().address}').a) FROM VALUES ${rows} t(v)`;
  expect(await answer(sql)).toBe("300");
  // The subject, and the two numbers that are not its newest.
  expect((await registry().asked()) - asked).toBe(3);
});

test("a poisoned message is the message's fault; a registry that is away is not", async () => {
  const id = await registry().register("mixed", one);
  const permissive = ", map('mode', 'PERMISSIVE')";
  const malformed = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION";
  for (const bad of ["01000000010A", "0000", "", `00${hex(99_999)}0A`, `00${hex(id)}`]) {
    expect(await read(bad, "mixed")).toBe(malformed);
    expect(await read(bad, "mixed", permissive)).toBe("{null}");
  }
  const unseen = await registry().register("elsewhere", one);
  const sql = `SELECT count(p.a) FROM (SELECT from_avro(v, 'mixed', '${registry().address}'
    ${permissive}) p FROM VALUES (X'00${hex(unseen)}0A'), (X'01') t(v))`;
  await registry().fail(2);
  expect(await answer(sql)).toBe("1");
  await registry().fail(30);
  expect(await answer(sql)).toBe("SCHEMA_REGISTRY_UNAVAILABLE");
  await registry().fail(0);
});

test("a newer schema ends a query that asks to be started again with it", async () => {
  const first = await registry().register("evolving", one);
  const restart = ", map('avroSchemaEvolutionMode', 'restart', 'mode', 'PERMISSIVE')";
  expect(await read(`00${hex(first)}0A`, "evolving", restart)).toBe("{5}");
  const other = await registry().register("other", two.replace("long", "int"));
  expect(await read(`00${hex(other)}0A0278`, "evolving", restart)).toBe("UNKNOWN_FIELD_EXCEPTION");
  expect(await read(`00${hex(other)}0A0278`, "evolving")).toBe("{5}");
  const odd = ", map('avroSchemaEvolutionMode', 'rescue')";
  expect(await read("00", "evolving", odd)).toBe("INVALID_TEXT_OPTION");
});

test("what a registry does not give is told", async () => {
  const refused = "SCHEMA_REGISTRY_CLIENT_ERROR";
  expect(await read("00", "nobody")).toBe(refused);
  await registry().register("proto", 'syntax = "proto3";', { schemaType: "PROTOBUF" });
  expect(await read("00", "proto")).toBe(refused);
  const references = [{ name: "x", subject: "x", version: 1 }];
  await registry().register("referring", one, { references });
  expect(await read("00", "referring")).toBe(refused);
  expect(await answer("SELECT from_avro(X'00', 's', 'ftp://host')")).toBe(refused);
  expect(await read("00", "s", ", map('confluent.schema.registry.ssl.key', 'x')")).toBe(refused);
  expect(await answer("SELECT from_avro(X'00', 's', 'http://127.0.0.1:1')")).toBe(
    "SCHEMA_REGISTRY_UNAVAILABLE",
  );
});

test("credentials go along, and are not printed", async () => {
  const id = await registry().register("closed", one);
  const address = `${registry().address}/secured`;
  const options = (user: string) => `map('confluent.schema.registry.basic.auth.credentials.source',
    'USER_INFO', 'confluent.schema.registry.basic.auth.user.info', '${user}')`;
  const call = (user: string) =>
    answer(`SELECT string(from_avro(X'00${hex(id)}0A', 'closed', '${address}', ${options(user)}))`);
  expect(await call("key:secret")).toBe("{5}");
  expect(await call("key:wrong")).toBe("SCHEMA_REGISTRY_CLIENT_ERROR");
});
