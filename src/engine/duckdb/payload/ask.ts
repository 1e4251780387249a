import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

export interface Answer {
  /** Absent: there was no answer, and `body` says why. */
  readonly status?: number;
  readonly body: string;
}

export interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long one attempt may take. */
  readonly ms: number;
}

/** Attempts at a question, and what is waited between them. */
const attempts = 3;
const pauseMs = 300;

/** The thread that asks while this one waits: rows are decoded in calls that cannot. */
const asker = `
const { parentPort } = require("node:worker_threads");
const ask = async ({ url, headers, ms }) => {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ms) });
    return { status: answer.status, body: await answer.text() };
  } catch (thrown) {
    return { body: String(thrown.cause?.message || thrown.cause?.code || thrown.message) };
  }
};
parentPort.on("message", async ({ question, done, port }) => {
  let answer;
  for (let attempt = 1; attempt <= ${attempts}; attempt++) {
    answer = await ask(question);
    if (answer.status !== undefined && answer.status < 500 && answer.status !== 429) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${pauseMs} * attempt);
  }
  port.postMessage(answer);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
  port.close();
});`;

let thread: Worker | undefined;

/** Asks over HTTP, with the whole thread waiting: a few attempts, each within its time. */
export function askNow(question: Question): Answer {
  if (thread === undefined) {
    thread = new Worker(asker, { eval: true });
    thread.unref();
    thread.once("exit", () => {
      thread = undefined;
    });
  }
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  thread.postMessage({ question, done, port: port2 }, [port2]);
  Atomics.wait(done, 0, 0, attempts * (question.ms + pauseMs * attempts));
  const received = receiveMessageOnPort(port1);
  port1.close();
  return (received?.message as Answer | undefined) ?? { body: "it took too long" };
}
