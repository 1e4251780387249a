import { expect, test } from "vitest";
import {
  eventPlace,
  placeOf,
  together,
} from "../../../../src/connector/cloudfiles/notification/place.ts";
import type { Store } from "../../../../src/storage/store.ts";

const at = (root: string, path = "/in") =>
  placeOf({ path, store: { uri: (below: string) => root + below } as Store });
const event = (container: string, name: string) => ({ kind: "created" as const, container, name });

test("a location and an event name one place, whatever the scheme and host", () => {
  const s3 = eventPlace(event("box", "in/a"), "s3", []);
  expect(s3).toEqual({ service: "s3", container: "box", path: "/in/a" });
  expect(together(at("s3a://box"), s3)).toBe(true);
  expect(together(at("s3://other"), s3)).toBe(false);
  const azure = eventPlace(event("box@account", "in/a"), "azure", []);
  for (const root of [
    "abfss://box@account.dfs.core.windows.net",
    "wasbs://box@account.blob.core.windows.net",
    "az://box",
  ]) {
    expect(together(at(root), azure)).toBe(true);
  }
  expect(together(at("abfss://box@other.dfs.core.windows.net"), azure)).toBe(false);
  expect(together(at("gs://box"), s3)).toBe(false);
});

test("a prefix is rewritten where it ends with a segment", () => {
  const rewrites = [
    ["box/raw", "s3://mirror/landing/"],
    ["logs", "file:/mnt/logs"],
  ] as const;
  const rewritten = (container: string, name: string) =>
    eventPlace(event(container, name), "s3", rewrites);
  expect(rewritten("box", "raw/a/b")).toEqual({
    ...{ service: "s3", container: "mirror", path: "/landing/a/b" },
  });
  expect(rewritten("box", "rawer/a").container).toBe("box");
  expect(rewritten("logs", "a")).toEqual({ service: "file", container: "", path: "/mnt/logs/a" });
});
