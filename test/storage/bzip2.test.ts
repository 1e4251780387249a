import { expect, test } from "vitest";
import { unpackBzip2 } from "../../src/storage/bzip2.ts";

const limit = 1 << 22;

function unpacked(base64: string, most = limit): string {
  return Buffer.from(unpackBzip2(Buffer.from(base64, "base64"), most)).toString();
}

// Packed by bzip2 1.0.8.
const oneAndTwo =
  "QlpoMTFBWSZTWXgTwIIAAAHBAAAQAgGgACGaaDNNDLxdyRThQkHgTwIIQlpoMTFBWSZTWS63GtcAAAFBgAAQAACEgCAA" +
  "IZpoM00HPF3JFOFCQLrca1w=";
const sevens = "QlpoOTFBWSZTWRV76j8AAkwIgICABAAACCAAMMwFKaYURsRRHi7kinChICr31H4=";
const lines =
  "QlpoMTFBWSZTWV87sMcABmOYAEAAf+BgD/8AAAAAAA+IAAAAAAAAAAAAAQDTTQQDTTQQDTTQQDTTQZ/6qRh+qgN6qimw" +
  "/1Upy/nGcPzp28ep8+epwkkkk8ScpJJJ2kn8kkk6SSfkkk/JJJ0kk/kkknaScpJJJ4k4SSSSerJJJJJPFk5SSST1OEkk" +
  "kniTlJJJO0k/kkknSST8kkn5JJOkkn8kkk7STlJJJPEnCSSST1ZJJJJJ2sk/kkknqcJJJJPEnKSSSdpJ/JJJOkkn5JJP" +
  "ySSdJJP5JJJ2knKSSSeJOEkkknqySSSSTpZJPySSepwkkkk8ScpJJJ2kn8kkk6SSfkkk/JJJ0kk/kkknaScpJJJ4k4SS" +
  "SSerJJJJJPyySTpJJ6nCSSSTxJykkknaSfySSTpJJ+SST8kknSST+SSSdpJykkkniThJJJJ6skkkkk/lkkk7ST1OEkkk" +
  "niTlJJJO0k/kkknSST8kkn5JJOkkn8kkk7STlJJJPEnCSSST1ZJJJJJyskkk8Sepwkkkk8ScpJJJ2kn8kkk6SSfkkk/J" +
  "JJ0kk/kkknaScpJJJ4k4SSSSerJJJJJOFkkkk9T1OEkkkniTlJJJO0k/kkknSST8kkn5JJOkkn8kkk7STlJJJPEnCSSS" +
  "T1ZJJJJLLJJJJJ6nCSSSTxJykkknaSfySSTpJJ+SST8kknSST+SSSdpJykkkniThJJJJ6skkkkk4cJJJJ4k5SSSTtJP5" +
  "JJJ0kk/JJJ+SSTpJJ/JJJO0k5SSSTxJwkkkk9WSz5JJJLO3jx48ePHievUkkkkkkkkkkkknEkkkkkkkkkkkkkkkkkkkk" +
  "kkknr169cOHDh88SSSeJOUkkk7ST+SSSdJJPySSfkkk6SSfySSTtJOUkkk8ScJJJJPVknySSSdOnbt27dpJttJJJJJtt" +
  "JJJJJttJJJJJttJJJJJttJ6kkkm20kkkkm20kkkkm20kkkkm20kkkkm23Oc588fPnz58+T1OEkkkniTlJJJO0k/kkknS" +
  "ST8kkn5JJOkkn8kkk7STlJJJPEnCfJJJPXTp07du3aSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbST1JJJttJJJJ" +
  "JttJJJJJttJJJJJtty5z52+fPnz58slkkkkk9ThJJJJ4k5SSSTtJP5JJJ0kk/JJJ+SSTpJJ/JJJO0k5fJJJPHTp06du3" +
  "aSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbSSepJJttJJJJJttJJJJJtty5fOHT58+fPnyerJJJJZJZJJ" +
  "JJPU4SSSSeJOUkkk7ST+SSSdJJPySSfkkk6ST5/JJJO3Tp06dO3aSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbSSSSSbbSS" +
  "SSSbbSSSSSbbSST1JJttJJJJJtty5fPzl8+fPnz5PEnCSSST1ZJJJZJLJJJJJ6nCSSSTxJykkknaSfySSTpJJ+ST5PyS" +
  "SdOnTp06dO0k22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkk9STbb+cvn58/nz58+fJ" +
  "2knKSSSeJOEkkknqySSWSSWSSSST1OEkkkniTlJJJO0k/kk+SdJJPzp06dOnSeJNtpJJJJNtpJJJJNtpJJJJNtpJJJJN" +
  "tpJJJJNtpJJJJNtpJJJJNtpJJJJNtpJJJJNtv5y+fnz5+fPnz5Okkn8kkk7STlJJJPEnCSSST1ZJJZJJLJJJJJ6nCSSS" +
  "TxJyknySdpJ/OnTp06dJPU22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22kkkkk22/n8+f" +
  "nz586fPnyfkkk/JJJ0kk/kkknaScpJJJ4k4SSSSerJJZJJJZJJJJPU4ST5JJ4k5dOnTp06SerZtwkkkkm20kkkksJwkk" +
  "kk9wk5SSSTzCSfySSTvCST8kknWEkk6SSfsJJJO0k/sJJJJ4k5w5cvnz58+fO3z5P5JJJ0kk/JJJ+SSTpJJ/JJJO0k5S" +
  "SSTxJwkkkk9WSWSSSSySfJJJ6nDt27du3btPU4bbSSSSSbbSSSSSwnCSSST3CcJJJJPcJwkkkk9wnCSSST3CcJJJJPcJ" +
  "wkkkk9wnCSSST3D/F3JFOFCQXzuwxw==";

test("streams one after another are one, and nothing is nothing", () => {
  expect(unpacked(oneAndTwo)).toBe("one\ntwo\n");
  expect(unpacked("")).toBe("");
  expect(unpacked("QlpoORdyRThQkAAAAAA=")).toBe("");
});

test("runs, and blocks with many tables", () => {
  expect(unpacked(sevens)).toBe("7".repeat(300_000));
  const text = Array.from({ length: 3000 }, (_, at) => `${(at * 7919) % 1000} `).join("");
  expect(unpacked(lines)).toBe(text);
});

test("more than the limit is an error, and so is what comes after", () => {
  expect(() => unpacked(oneAndTwo, 7)).toThrow(/more than 7 bytes/);
  expect(unpacked(oneAndTwo, 8)).toBe("one\ntwo\n");
  expect(() => unpacked("QlpoORdyRThQkAAAAABhYmM=")).toThrow(/does not begin with BZh/);
});

test("no bit can change and leave another text", () => {
  const packed = Buffer.from(oneAndTwo, "base64");
  const others: string[] = [];
  for (let bit = 0; bit < packed.length * 8; bit += 1) {
    const changed = Buffer.from(packed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    try {
      others.push(Buffer.from(unpackBzip2(changed, limit)).toString());
    } catch (thrown) {
      expect(String(thrown)).toMatch(/the bzip2 stream is not sound/);
    }
  }
  // The bits that fill the last byte of a stream, and a smaller block size, say nothing.
  expect(others.filter((text) => text !== "one\ntwo\n")).toEqual([]);
});

test("a stream that is cut short is an error wherever it is cut", () => {
  const packed = Buffer.from("QlpoOTFBWSZTWXgTwIIAAAHBAAAQAgGgACGaaDNNDLxdyRThQkHgTwII", "base64");
  for (let end = 1; end < packed.length; end += 1) {
    expect(() => unpackBzip2(packed.subarray(0, end), limit)).toThrow(/not sound/);
  }
});
