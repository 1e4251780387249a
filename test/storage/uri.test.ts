import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePath, encodePath, formatUri, parsePath, parseUri } from "../../src/storage/uri.ts";

test.each([
  ["/a b", "/a%20b"],
  ["/100%", "/100%25"],
  ["/x=1/y+z", "/x=1/y+z"],
  ['/q?#[]{}|\\^`"<>', "/q%3F%23%5B%5D%7B%7D%7C%5C%5E%60%22%3C%3E"],
  ["/a:b,c;d@e&f$g!h~i*j'k(l)m_n-o.p", "/a:b,c;d@e&f$g!h~i*j'k(l)m_n-o.p"],
  ["/ü名🎈", "/ü名🎈"],
  ["/a\u00a0b\u2003c\u0085\n", "/a%C2%A0b%E2%80%83c%C2%85%0A"],
])("%j is %s, as java.net.URI encodes it", (path, encoded) => {
  expect(encodePath(path)).toBe(encoded);
  expect(decodePath(encoded)).toBe(path);
});

test("encoding is undone by decoding", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (path) => {
      fc.pre(!/\p{Surrogate}/u.test(path));
      expect(decodePath(encodePath(path))).toBe(path);
    }),
  );
});

test.each([
  ["/data/x", "file", "", "/data/x"],
  ["x/y", "file", "", "/home/me/x/y"],
  ["../y/", "file", "", "/home/y"],
  ["file:/data//x/", "file", "", "/data/x"],
  ["file:///data/a%20b", "file", "", "/data/a%20b"],
  ["file://localhost/data", "file", "", "/data"],
  ["S3://bucket/key", "s3", "bucket", "/key"],
  ["s3a://bucket", "s3a", "bucket", ""],
  ["abfss://box@host.net/k/", "abfss", "box@host.net", "/k"],
  ["memory:/t", "memory", "", "/t"],
  ["odd:name", "file", "", "/home/me/odd:name"],
])("the path %s", (text, scheme, authority, path) => {
  expect(parsePath(text, "/home/me")).toEqual({ scheme, authority, path });
});

test("a URI is decoded once", () => {
  expect(parseUri("file:///data/a%2520b").path).toBe("/data/a%20b");
  expect(formatUri(parseUri("s3://b/a%20b%25"))).toBe("s3://b/a%20b%25");
});
